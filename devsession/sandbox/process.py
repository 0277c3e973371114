"""Where a workspace's sandbox is found, what it asks for, and where it keeps its records."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.errors import ServiceError, UsageError
from devsession.private import private_folder
from devsession.sandbox.bot_token import new_token
from devsession.secrets.files import write_atomically
from devsession.secrets.secret_file import FileSecrets
from devsession.service import Service

if TYPE_CHECKING:
    from devsession.service import Address

KEY_NAME = "SANDBOX_API_KEY"
CLIENT_ID = "sandbox-client"
CLIENT_SECRET_NAME = "SANDBOX_CLIENT_SECRET"  # noqa: S105 - what it is called
CATALOG_TOKEN_NAME = "CATALOG_TOKEN"  # noqa: S105 - what it is called
CATALOG_EMAIL = "admin@example.com"
CATALOG_PASSWORD_NAME = "CATALOG_PASSWORD"  # noqa: S105 - what it is called
CATALOG_PATH = "/api"
_CHOSEN = "sandbox.data"


def sandbox_service(workspace: Path) -> Service:
    """The process that serves this workspace's sandbox; nothing is started here."""
    return sandbox_in(private_folder(workspace))


def sandbox_in(private: Path) -> Service:
    """The same, by the private folder."""
    return Service("sandbox", private, "devsession.sandbox.server")


def sandbox_key(workspace: Path) -> str:
    """The API key of this workspace's sandbox, made when first asked for, the same ever after."""
    return key_in(private_folder(workspace))


def sandbox_client_secret(workspace: Path) -> str:
    """The secret of its OAuth client, `CLIENT_ID`; made and kept as the key is."""
    return client_secret_in(private_folder(workspace))


def catalog_token(workspace: Path) -> str:
    """The token of its metadata catalog; made and kept as the key is, but not before it is needed."""
    return catalog_token_in(private_folder(workspace))


def catalog_password(workspace: Path) -> str:
    """The password of its made-up administrator, `CATALOG_EMAIL`; as the token."""
    return catalog_password_in(private_folder(workspace))


def start_sandbox(workspace: Path, data: Path | None = None) -> Address:
    """Start it, unless it runs; its key and client secret are made when there are none.

    Args:
        data: the folder in which it keeps its records, until it is stopped. A start after that
            with the same folder goes on from them. Without one they are in memory.

    Raises:
        UsageError: it runs already, with its records elsewhere.
        ServiceError: it does not start or answer; why a folder cannot be used is in its text.
    """
    sandbox_key(workspace)
    sandbox_client_secret(workspace)
    service = sandbox_service(workspace)
    if data is None:
        return service.ensure()
    _choose(service, data.absolute())
    try:
        return service.ensure()
    except ServiceError:
        # A folder that cannot be used must not stand in the way of the next start.
        (service.folder / _CHOSEN).unlink()
        raise


def stop_sandbox(workspace: Path) -> bool:
    """Stop it; False when it did not run. The next start says anew where records are kept."""
    service = sandbox_service(workspace)
    stopped = service.address() is not None and service.stop()
    (service.folder / _CHOSEN).unlink(missing_ok=True)
    return stopped


def chosen_data(folder: Path) -> Path | None:
    """Where the records of this folder's sandbox are kept; None when they are in memory."""
    try:
        return Path((folder / _CHOSEN).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def key_in(folder: Path) -> str:
    """The key in this folder's secret file, where `secret("SANDBOX_API_KEY")` finds it."""
    return FileSecrets(folder / "secrets").first(KEY_NAME, "sbx_" + secrets.token_hex(20))


def client_secret_in(folder: Path) -> str:
    """The client secret in this folder's secret file."""
    return FileSecrets(folder / "secrets").first(CLIENT_SECRET_NAME, "sbc_" + secrets.token_hex(20))


def catalog_token_in(folder: Path) -> str:
    """The catalog's token in this folder's secret file."""
    return FileSecrets(folder / "secrets").first(CATALOG_TOKEN_NAME, new_token())


def catalog_password_in(folder: Path) -> str:
    """The password of the catalog's administrator in this folder's secret file."""
    secret = "sbp_" + secrets.token_hex(20)
    return FileSecrets(folder / "secrets").first(CATALOG_PASSWORD_NAME, secret)


def catalog_folder(folder: Path) -> Path:
    """Where the catalog keeps everything, also when the sandbox's records are in memory."""
    return folder / "catalog"


def _choose(service: Service, data: Path) -> None:
    chosen = chosen_data(service.folder)
    if service.address() is not None and chosen != data:
        raise UsageError(
            "The sandbox runs already, with its records elsewhere",
            tried=f"data: {data}",
            where=str(chosen or "in memory"),
            next_step="devsession sandbox stop; then start it with this folder",
        )
    write_atomically(service.folder / _CHOSEN, str(data).encode(), mode=0o600)
