"""Where a workspace's sandbox is found, and the key that it asks for."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from devsession.secrets.secret_file import FileSecrets
from devsession.service import Service

if TYPE_CHECKING:
    from pathlib import Path

KEY_NAME = "SANDBOX_API_KEY"


def sandbox_service(workspace: Path) -> Service:
    """The process that serves this workspace's sandbox; nothing is started here."""
    return Service("sandbox", workspace / ".devsession", "devsession.sandbox.server")


def sandbox_key(workspace: Path) -> str:
    """The API key of this workspace's sandbox, made when first asked for, the same ever after."""
    return key_in(workspace / ".devsession")


def key_in(folder: Path) -> str:
    """The key in this folder's secret file, where `secret("SANDBOX_API_KEY")` finds it."""
    return FileSecrets(folder / "secrets").first(KEY_NAME, "sbx_" + secrets.token_hex(20))
