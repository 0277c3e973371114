"""The folder that a command works in: refused before anything is made when it is no project."""

from __future__ import annotations

from pathlib import Path

from devsession.errors import UsageError
from devsession.session.workspace import Workspace


def workspace_here() -> Workspace:
    """The workspace in the current folder.

    Raises: UsageError when there is neither a plugin nor a workspace in it.
    """
    workspace = Workspace.at(Path.cwd())
    if not (workspace.exists or (workspace.folder / "plugin.py").is_file()):
        raise UsageError(
            "This folder is not a plugin project; nothing was made in it",
            tried="looked for plugin.py, and for the .devsession/ that a session makes",
            where=str(workspace.folder),
            next_step="cd into the project, or make one: devsession init NAME",
        )
    return workspace
