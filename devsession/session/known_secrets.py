"""Every secret that a workspace knows of, for the audit of files."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import unquote

from devsession.secrets.dotenv_secrets import DotenvSecrets
from devsession.secrets.managers import SecretStore
from devsession.secrets.secret_file import FileSecrets
from devsession.session.not_secret import declared_not_secret
from devsession.session.workspace import Workspace, offline_requested

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# `.env` holds settings too, whose values stand everywhere.
_SECRET_NAME = re.compile("KEY|TOKEN|SECRET|PASSW|PASSPHRASE|PWD|CREDENTIAL", re.IGNORECASE)
_PASSWORD_IN_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/@:]*:([^\s/@]+)@", re.IGNORECASE)


def known_secrets(
    folders: Iterable[Path], *, connections: bool = True, account: str | None = None
) -> dict[str, tuple[str, ...]]:
    """Name -> every value that it has: in the environment, `.env`, the keyring and the secret file,
    or in the cloud that its name says, where that can be asked.

    The names are those in the secret file, those that `.env` calls a key or the like or that hold
    a URL with a password, and those that the saved connections refer to. A keyring tells no names.

    What an author declared to be no secret is none.

    folders: files count as well; of each, the workspace that it lies in, and its own `.env`.
    connections: whether those of saved connections are asked of the warehouse. account: see `Workspace`.

    Raises: ServiceError when that does not answer.
    """
    known: dict[str, tuple[str, ...]] = {}
    for folder in dict.fromkeys(each for path in folders for each in _homes(path)):
        for name, values in _known_in(Workspace.at(folder, account=account), connections).items():
            known[name] = (*known.get(name, ()), *values)
    return known


def _homes(path: Path) -> list[Path]:
    """Where secrets of a path may be: in its own folder, and in the workspace that it lies in."""
    here = path.resolve()
    above = [folder for folder in (here, *here.parents) if Workspace(folder).exists]
    return [here if here.is_dir() else here.parent, *above[:1]]


def _known_in(workspace: Workspace, connections: bool) -> dict[str, tuple[str, ...]]:
    written = DotenvSecrets(workspace.folder / ".env").all()
    names = {name for name in written if _SECRET_NAME.search(name)}
    names |= FileSecrets(workspace.private / "secrets").all().keys()
    names |= _referred_to(workspace) if connections else set()
    store = SecretStore(workspace.folder, offline=offline_requested())
    known = {name: store.find_all(name) for name in sorted(names)}
    for name, value in written.items():
        for password in _PASSWORD_IN_URL.findall(value):
            known[name] = (*known.get(name, ()), password, unquote(password))
    declared = declared_not_secret(workspace)
    return {
        name: tuple(value for value in values if value not in declared)
        for name, values in known.items()
        if not values or not declared.issuperset(values)
    }


def _referred_to(workspace: Workspace) -> set[str]:
    """The names of the secrets of the saved connections.

    A workspace without a warehouse (a fresh clone, CI) has no connection; nothing is started.
    """
    if not workspace.has_warehouse:
        return set()
    from devsession.warehouse.snowflake import open_warehouse
    from devsession.warehouse.store import Store

    with closing(open_warehouse(workspace.folder, workspace.account)) as account:
        connections = Store(account).connections()
    return {each.name for saved in connections for each in saved.connection_secrets.values()}
