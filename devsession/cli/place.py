"""What a command works on: the project here and its scenarios, refused before anything is made."""

from __future__ import annotations

from pathlib import Path

from devsession.errors import ScenarioError, UnknownNameError, UsageError, did_you_mean
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


def scenarios_here(workspace: Workspace, paths: list[Path], *, command: str) -> list[Path]:
    """The folders of these scenarios; when none is named, of all that have a test.

    Raises: UnknownNameError for what is no folder; ScenarioError when there is none to take.
    """
    from devsession.testing import scenario_folders

    known = scenario_folders(workspace.scenarios)
    for path in paths:
        if not path.is_dir():
            raise UnknownNameError(
                f"There is no scenario in {path}",
                tried=did_you_mean(path.name, [each.name for each in known]),
                where=str(workspace.scenarios),
                next_step=f"devsession {command} (takes them all)",
            )
    if not (paths or known):
        raise ScenarioError(
            "There is no scenario with a test",
            where=str(workspace.scenarios),
            next_step="in a notebook: scenario.run(), then scenario.complete()",
        )
    return paths or known
