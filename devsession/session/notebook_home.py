"""What a notebook's workspace knows for its replay: secrets, and where executed notebooks go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import ServiceError
from devsession.secrets.redact import Redactor
from devsession.session.known_secrets import known_secrets
from devsession.session.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER = "notebooks"


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
