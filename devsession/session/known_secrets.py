"""Every secret that a workspace knows of, for the audit of its files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from devsession.secrets.dotenv_secrets import DotenvSecrets
from devsession.secrets.managers import SecretStore
from devsession.secrets.secret_file import FileSecrets
from devsession.session.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

# `.env` holds settings too, whose values stand everywhere.
_SECRET_NAME = re.compile("KEY|TOKEN|SECRET|PASSWORD", re.IGNORECASE)


def known_secrets(folder: Path) -> dict[str, str]:
    """Name -> value: what the secret file holds, what `.env` calls a key or the like, and what the saved connections refer to.

    A workspace without a warehouse (a fresh clone, CI) has no connection; nothing is started.
    """
    workspace = Workspace.at(folder)
    if not workspace.exists:
        return {}
    written = DotenvSecrets(workspace.folder / ".env").all()
    secrets = {name: value for name, value in written.items() if _SECRET_NAME.search(name)}
    secrets |= FileSecrets(workspace.private / "secrets").all()
    if not workspace.has_warehouse:
        return secrets
    from devsession.warehouse.embedded import open_embedded
    from devsession.warehouse.store import Store

    account = open_embedded(workspace.folder)
    try:
        connections = Store(account).connections()
    finally:
        account.close()
    store = SecretStore(workspace.folder)
    references = [each for saved in connections for each in saved.connection_secrets.values()]
    found = {reference.name: store.find(reference.name) for reference in references}
    return secrets | {name: value for name, value in found.items() if value}
