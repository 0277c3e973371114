"""Notebooks 06, metadata and events: offline under stock nbval and twice in one kernel, on the practice
app twice in one kernel. Each time they put out what is stored.
"""

from __future__ import annotations

import shutil
from copy import deepcopy
from typing import TYPE_CHECKING

import nbformat
import pytest

from devsession.cli.project import create_project
from devsession.cli.tour import PLUGIN_NAME
from devsession.sandbox import sandbox_service
from devsession.session.workspace import OFFLINE_VARIABLE
from tests.notebooks.kernel import run_twice, stored_outputs
from tests.notebooks.test_inbound import PRIVATE, Ran, Validated, run
from tests.notebooks.test_live import stop_services
from tests.notebooks.test_offline import NBVAL, committed
from tests.refresh_notebooks import EVENTS, EVENTS_FILE, METADATA, METADATA_FILE, without_traces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTEBOOKS = {"metadata": METADATA / METADATA_FILE, "events": EVENTS / EVENTS_FILE}


@pytest.fixture(scope="module", params=NOTEBOOKS)
def notebook(request: pytest.FixtureRequest) -> Path:
    return NOTEBOOKS[request.param]


@pytest.fixture(scope="module")
def offline(notebook: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Validated]:
    """A fresh clone, with neither practice app nor secret; its catalog is on this machine."""
    folder = tmp_path_factory.mktemp("clone") / notebook.parent.name
    shutil.copytree(notebook.parent, folder, ignore=PRIVATE)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(OFFLINE_VARIABLE, "1")
        environment.delenv("SANDBOX_API_KEY", raising=False)
        said = run(folder, *NBVAL, "-p", "no:cacheprovider", notebook.name)
        left = committed(folder)
        outputs = run_twice(folder, notebook.name)
    yield Validated(folder, outputs, said, left)
    sandbox_service(folder).stop()
    stop_services(folder)


@pytest.fixture(scope="module")
def live(notebook: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """A folder in which nobody has worked yet."""
    folder = tmp_path_factory.mktemp(notebook.parent.name)
    for file in (notebook.name, "plugin.py"):
        shutil.copy(notebook.parent / file, folder)
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv(OFFLINE_VARIABLE, raising=False)
        outputs = run_twice(folder, notebook.name)
    yield Ran(folder, outputs)
    stop_services(folder)


def test_its_plugin_is_what_the_template_makes(tmp_path: Path) -> None:
    create_project(PLUGIN_NAME, tmp_path / "made", kind="metadata")

    assert (METADATA / "plugin.py").read_text() == (tmp_path / "made" / "plugin.py").read_text()


def test_it_holds_no_trace_of_its_run(notebook: Path) -> None:
    stored = nbformat.read(notebook, as_version=4)

    assert without_traces(deepcopy(stored)) == stored


def test_nbval_passes(notebook: Path, offline: Validated) -> None:
    cells = nbformat.read(notebook, as_version=4).cells

    assert f"{sum(cell.cell_type == 'code' for cell in cells)} passed" in offline.said


def test_nothing_that_is_committed_was_changed(notebook: Path, offline: Validated) -> None:
    assert offline.left == committed(notebook.parent)


@pytest.mark.parametrize("time", [0, 1])
def test_offline_it_puts_out_what_is_stored(
    notebook: Path, offline: Validated, time: int
) -> None:
    assert offline.outputs[time] == stored_outputs(notebook)


@pytest.mark.parametrize("time", [0, 1])
def test_on_the_app_it_puts_out_what_is_stored(notebook: Path, live: Ran, time: int) -> None:
    assert live.outputs[time] == stored_outputs(notebook)
