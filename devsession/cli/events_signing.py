"""What `devsession events` signs with: the secret and the token of this project's receiver."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from devsession.secrets.managers import SecretStore

if TYPE_CHECKING:
    from devsession.session.workspace import Workspace

SECRET_NAME, TOKEN_NAME = "EVENTS_SECRET", "EVENTS_TOKEN"
_SECRET_BYTES = 32


def signing(workspace: Workspace) -> tuple[str, str]:
    """The secret and the bearer's token that this project's receiver asks for; empty: there is none."""
    store = SecretStore(workspace.folder)
    return store.find(SECRET_NAME) or "", store.find(TOKEN_NAME) or ""


def signed_with(workspace: Workspace) -> tuple[str, str, str]:
    """Secret and token, and where the secret is, for people; one is made where there is neither."""
    secret, token = signing(workspace)
    if secret or token:
        return secret, token, f'secret("{SECRET_NAME if secret else TOKEN_NAME}")'
    workspace.prepare()
    made = secrets.token_urlsafe(_SECRET_BYTES)
    kept = SecretStore(workspace.folder).store(SECRET_NAME, made)
    return made, "", f'secret("{SECRET_NAME}"), made and kept in {kept}'
