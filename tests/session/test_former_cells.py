"""The tape after notebooks were edited: what no cell asks for any more is not committed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import requests

from devsession.session.takes import cell_scope, drop_former_cells
from tests.session.conftest import contacts_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession import DevelopmentSession
    from devsession.session.sync import Sync
    from tests.session.conftest import App, Project


@pytest.fixture
def notebook(project: Project) -> Iterator[Path]:
    """A notebook of the project, saved."""
    file = project.folder / "own.ipynb"
    save(file, "kept", "other")
    yield file
    for made in (file, project.folder / "script.py"):
        made.unlink(missing_ok=True)


@pytest.fixture
def taped(project: Project, app: App, session: DevelopmentSession, notebook: Path) -> list[str]:
    """Cells that asked the app in a kernel before this one; "former" is in no notebook any more."""
    texts = ["kept", "former"]
    for text in texts:
        session.recorder.begin(cell_scope(text))
        requests.get(f"{app.url}/account", timeout=30)
    session.recorder.begin("")
    project.restart()
    return texts


def save(file: Path, *cells: object) -> None:
    file.write_text(json.dumps({"cells": [{"source": source} for source in cells]}), "utf-8")


def left(project: Project) -> set[str]:
    scopes = {each.scope for each in project.session.recorder.tape.exchanges}
    return {text for text in ("kept", "former") if cell_scope(text) in scopes}


def test_what_only_former_cells_asked_goes(taped: list[str], project: Project) -> None:
    assert drop_former_cells(project.session) > 0
    assert left(project) == {"kept"}


def test_a_cell_may_be_saved_in_lines(taped: list[str], project: Project, notebook: Path) -> None:
    save(notebook, "kept", ["for", "mer"])

    assert drop_former_cells(project.session) == 0


def test_what_ran_in_this_kernel_stays(taped: list[str], project: Project) -> None:
    project.session.recorder.begin(cell_scope("former"))

    assert drop_former_cells(project.session) == 0


@pytest.mark.parametrize("content", ['{"cells": [', "[]", '{"cells": [{}]}', "\xff"])
def test_a_notebook_that_cannot_be_read_may_hold_them(
    taped: list[str], project: Project, notebook: Path, content: str
) -> None:
    notebook.write_text(content, "latin-1")

    assert drop_former_cells(project.session) == 0


def test_notebooks_may_be_elsewhere(taped: list[str], project: Project, notebook: Path) -> None:
    save(notebook, "other")

    assert drop_former_cells(project.session) == 0


def test_a_script_may_hold_them(taped: list[str], project: Project, notebook: Path) -> None:
    (project.folder / "script.py").write_text("# %%\nformer\n", "utf-8")

    assert drop_former_cells(project.session) == 0


def test_offline_nothing_changes(taped: list[str], project: Project) -> None:
    project.session.recorder.mode = "offline"

    assert drop_former_cells(project.session) == 0
    project.session.recorder.mode = "live"


def test_a_run_leaves_its_own_requests_alone(contacts: Sync, session: DevelopmentSession) -> None:
    contacts.scenario("creates").run()
    first = asked_by_run(contacts, session)
    contacts.scenario("creates", records=2, refresh=True).run()

    assert len(first) == len(asked_by_run(contacts, session)) == 1
    assert asked_by_run(contacts, session) != first


def asked_by_run(contacts: Sync, session: DevelopmentSession) -> list[bytes]:
    exchanges = session.recorder.tape.exchanges
    return [each.request_body for each in exchanges if each.scope == f"run:{contacts.slug}/creates"]


# A notebook that keeps its outputs would put out another thing the next time.
def test_complete_leaves_it_out_and_says_the_same_as_ever(
    taped: list[str], project: Project
) -> None:
    scenario = contacts_of(project.session, "left_out").scenario("creates")
    scenario.run()

    said = str(scenario.complete())

    assert left(project) == {"kept"}
    assert str(scenario.complete()) == said
