"""What a command works on: the project here and its scenarios, refused before anything is made."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from devsession.errors import (
    NotebookError,
    ScenarioError,
    UnknownNameError,
    UsageError,
    did_you_mean,
)
from devsession.session.workspace import OFFLINE_VARIABLE, Workspace, offline_requested

CONTRACT = Path("tests", "test_contract.py")
"""Where a project chooses of the contract suite."""


def workspace_here(account: str | None = None) -> Workspace:
    """The workspace in the current folder. account: see `Workspace`.

    Raises: UsageError when there is neither a plugin nor a workspace in it, or offline with an account.
    """
    check_online(account)
    workspace = Workspace.at(Path.cwd(), account=account)
    if not (workspace.exists or (workspace.folder / "plugin.py").is_file()):
        raise UsageError(
            "This folder is not a plugin project; nothing was made in it",
            tried="looked for plugin.py, and for the .devsession/ that a session makes",
            where=str(workspace.folder),
            next_step="cd into the project, or make one: devsession init NAME",
        )
    return workspace


def check_online(account: str | None) -> None:
    """Whether an account that a command was given can be asked. Raises: UsageError."""
    if account is not None and offline_requested():
        raise UsageError(
            f"--account {account} takes the network, which {OFFLINE_VARIABLE} shuts",
            tried=f"{OFFLINE_VARIABLE}={os.environ[OFFLINE_VARIABLE]}",
            where="the environment",
            next_step=f"unset {OFFLINE_VARIABLE}",
        )


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


class Chosen(NamedTuple):
    """What `devsession test` works on.

    project: whether there is one here, to be audited. contract: whether its plugin is tried, which
    takes recordings, or that the project asks for it.
    """

    scenarios: list[Path]
    notebooks: list[Path]
    project: bool
    contract: bool = False


def chosen_here(paths: list[Path]) -> Chosen:
    """The scenarios and notebooks that were named; when none is, all that are tests by themselves.

    A folder is a scenario's, or has notebooks in it. Those that belong to no project are run anywhere.

    Raises: as `workspace_here` and `scenarios_here`; UnknownNameError for a notebook that is not there.
    """
    if not paths:
        workspace = workspace_here()
        places = (workspace.folder, workspace.folder / "notebooks")
        notebooks = [each for place in places for each in _with_outputs(place)]
        known = scenario_names(workspace)
        asked = (workspace.folder / CONTRACT).is_file()
        none = not known and (notebooks or asked)
        scenarios = [] if none else scenarios_here(workspace, [], command="test")
        return Chosen(scenarios, notebooks, project=True, contract=asked or bool(scenarios))
    named = {path: _notebooks_in(path) for path in paths}
    scenarios = [path for path, found in named.items() if not found]
    notebooks = [each for found in named.values() for each in found]
    if scenarios:
        scenarios = scenarios_here(workspace_here(), scenarios, command="test")
    here = Workspace.at(Path.cwd())
    project = here.exists or (here.folder / "plugin.py").is_file()
    return Chosen(scenarios, list(dict.fromkeys(notebooks)), project)


def scenario_names(workspace: Workspace) -> list[str]:
    """The scenarios of a workspace that have a test."""
    from devsession.testing import scenario_folders

    return [path.name for path in scenario_folders(workspace.scenarios)]


def _notebooks_in(path: Path) -> list[Path]:
    """A notebook, or all in a folder and below; none in what is hidden, or in a scenario's folder."""
    if path.suffix == ".ipynb":
        if not path.is_file():
            beside = [each.name for each in path.parent.glob("*.ipynb")]
            raise UnknownNameError(
                f"There is no notebook {path}",
                tried=did_you_mean(path.name, beside),
                where=str(path.parent.resolve()),
                next_step="devsession test FOLDER (takes all notebooks in it)",
            )
        return [path]
    if (path / "scenario.json").exists():
        return []
    found = sorted(path.rglob("*.ipynb"))
    return [
        each
        for each in found
        if not any(part.startswith(".") for part in each.relative_to(path).parts)
    ]


def _with_outputs(folder: Path) -> list[Path]:
    """The notebooks in a folder that can be compared; one that cannot be read fails its own test."""
    from devsession.testing.notebooks.document import has_outputs, read_notebook

    found = []
    for path in sorted(folder.glob("*.ipynb")):
        try:
            compared = has_outputs(read_notebook(path).notebook)
        except NotebookError:
            compared = True
        if compared:
            found.append(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
    return found
