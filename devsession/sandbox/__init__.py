"""The practice app: a small CRM on loopback, to build a plugin against when there is no app.

`devsession.sandbox.crm` is its manual. It keeps its records in memory, where they are gone when its
process ends, or in a folder. Its key stays the same for a workspace, so that stored connections go
on working. Beside it, below /api, is a metadata catalog, whose manual is `devsession.sandbox.catalog.app`.
"""

from __future__ import annotations

from devsession.sandbox.process import (
    CATALOG_EMAIL,
    CATALOG_PASSWORD_NAME,
    CATALOG_PATH,
    CATALOG_TOKEN_NAME,
    CLIENT_ID,
    CLIENT_SECRET_NAME,
    KEY_NAME,
    catalog_folder,
    catalog_password,
    catalog_token,
    chosen_data,
    sandbox_client_secret,
    sandbox_key,
    sandbox_service,
    start_sandbox,
    stop_sandbox,
)
from devsession.sandbox.remote import (
    agree,
    change_settings,
    change_stream,
    expire_tokens,
    set_catalog,
    set_stream,
    subscribe,
    subscriptions,
    unsubscribe,
)

__all__ = [
    "CATALOG_EMAIL",
    "CATALOG_PASSWORD_NAME",
    "CATALOG_PATH",
    "CATALOG_TOKEN_NAME",
    "CLIENT_ID",
    "CLIENT_SECRET_NAME",
    "KEY_NAME",
    "agree",
    "catalog_folder",
    "catalog_password",
    "catalog_token",
    "change_settings",
    "change_stream",
    "chosen_data",
    "expire_tokens",
    "sandbox_client_secret",
    "sandbox_key",
    "sandbox_service",
    "set_catalog",
    "set_stream",
    "start_sandbox",
    "stop_sandbox",
    "subscribe",
    "subscriptions",
    "unsubscribe",
]
