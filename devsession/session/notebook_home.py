"""What a notebook's workspace knows for its replay: secrets, where executed notebooks go; its warehouse."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from devsession.errors import ServiceError
from devsession.private import PRIVATE_VARIABLE
from devsession.sandbox.process import sandbox_in
from devsession.secrets.redact import Redactor
from devsession.session.known_secrets import known_secrets
from devsession.session.sandbox import SANDBOX_HOST
from devsession.session.workspace import Workspace
from devsession.warehouse.embedded import service_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FOLDER = "notebooks"

SANDBOX_ADDRESS = (
    re.compile(rf"http://(127\.0\.0\.1:\d+|{re.escape(SANDBOX_HOST)})"),
    f"http://{SANDBOX_HOST}",
)
"""The practice app is somewhere else each time that it is started; in a replay it is nowhere."""


@contextmanager
def fresh_warehouse() -> Iterator[Mapping[str, str]]:
    """An environment in which a workspace is as in a fresh clone; what is started in it ends."""
    with TemporaryDirectory(prefix="devsession-") as private:
        try:
            yield {PRIVATE_VARIABLE: private}
        finally:
            for place in Path(private).iterdir():
                service_in(place).stop()
                sandbox_in(place).stop()


class NotebookHome:
    """Finds the workspace of each notebook: the nearest above it, or else its own folder."""

    def __init__(self) -> None:
        self._known: dict[Path, dict[str, tuple[str, ...]]] = {}

    def redactor(self, notebook: Path) -> Redactor:
        """Knows the workspace's secrets as they are now, and those of the connections saved there
        when it was first asked; only what needs no warehouse, where that does not answer."""
        folder = notebook.resolve().parent
        if folder not in self._known:
            self._known[folder] = _with_connections(folder)
        known = dict(self._known[folder])
        for name, values in known_secrets([folder], connections=False).items():
            known[name] = tuple(dict.fromkeys((*known.get(name, ()), *values)))
        return Redactor(known)

    def kept(self, notebook: Path) -> Path:
        """In `.devsession/`, where no version control takes it; folders within stay apart."""
        folder = notebook.resolve().parent
        near = (each for each in (folder, *folder.parents) if Workspace(each).exists)
        workspace = Workspace(next(near, folder))
        workspace.prepare()
        place = workspace.private / _FOLDER / folder.relative_to(workspace.folder)
        place.mkdir(parents=True, exist_ok=True)
        return place


def _with_connections(folder: Path) -> dict[str, tuple[str, ...]]:
    try:
        return known_secrets([folder])
    except ServiceError:
        return {}
