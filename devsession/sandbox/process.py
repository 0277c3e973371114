"""Where a workspace's sandbox is found, and the key that it asks for."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from devsession.secrets.secret_file import FileSecrets
from devsession.service import Service

if TYPE_CHECKING:
    from pathlib import Path

KEY_NAME = "SANDBOX_API_KEY"
CLIENT_ID = "sandbox-client"
CLIENT_SECRET_NAME = "SANDBOX_CLIENT_SECRET"  # noqa: S105 - what it is called


def sandbox_service(workspace: Path) -> Service:
    """The process that serves this workspace's sandbox; nothing is started here."""
    return Service("sandbox", workspace / ".devsession", "devsession.sandbox.server")


def sandbox_key(workspace: Path) -> str:
    """The API key of this workspace's sandbox, made when first asked for, the same ever after."""
    return key_in(workspace / ".devsession")


def sandbox_client_secret(workspace: Path) -> str:
    """The secret of its OAuth client, `CLIENT_ID`; made and kept as the key is."""
    return client_secret_in(workspace / ".devsession")


def key_in(folder: Path) -> str:
    """The key in this folder's secret file, where `secret("SANDBOX_API_KEY")` finds it."""
    return FileSecrets(folder / "secrets").first(KEY_NAME, "sbx_" + secrets.token_hex(20))


def client_secret_in(folder: Path) -> str:
    """The client secret in this folder's secret file."""
    return FileSecrets(folder / "secrets").first(CLIENT_SECRET_NAME, "sbc_" + secrets.token_hex(20))
