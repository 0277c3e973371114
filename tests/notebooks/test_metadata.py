"""Notebook 06, with the plugin that the template makes: offline under stock nbval and twice in one
kernel, on the practice app twice in one kernel. Each time it puts out what is stored.
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
from tests.refresh_notebooks import METADATA, METADATA_FILE, without_traces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTEBOOK = METADATA / METADATA_FILE


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Validated]:
    """A fresh clone, with neither practice app nor secret; its catalog is on this machine."""
    folder = tmp_path_factory.mktemp("clone") / "metadata"
    shutil.copytree(METADATA, folder, ignore=PRIVATE)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(OFFLINE_VARIABLE, "1")
        environment.delenv("SANDBOX_API_KEY", raising=False)
        said = run(folder, *NBVAL, "-p", "no:cacheprovider", METADATA_FILE)
        left = committed(folder)
        outputs = run_twice(folder, METADATA_FILE)
    yield Validated(folder, outputs, said, left)
    sandbox_service(folder).stop()
    stop_services(folder)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """A folder in which nobody has worked yet."""
    folder = tmp_path_factory.mktemp("metadata")
    for file in (METADATA_FILE, "plugin.py"):
        shutil.copy(METADATA / file, folder)
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv(OFFLINE_VARIABLE, raising=False)
        outputs = run_twice(folder, METADATA_FILE)
    yield Ran(folder, outputs)
    stop_services(folder)


def test_its_plugin_is_what_the_template_makes(tmp_path: Path) -> None:
    create_project(PLUGIN_NAME, tmp_path / "made", kind="metadata")

    assert (METADATA / "plugin.py").read_text() == (tmp_path / "made" / "plugin.py").read_text()


def test_it_holds_no_trace_of_its_run() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)

    assert without_traces(deepcopy(notebook)) == notebook


def test_nbval_passes(offline: Validated) -> None:
    cells = nbformat.read(NOTEBOOK, as_version=4).cells

    assert f"{sum(cell.cell_type == 'code' for cell in cells)} passed" in offline.said


def test_nothing_that_is_committed_was_changed(offline: Validated) -> None:
    assert offline.left == committed(METADATA)


@pytest.mark.parametrize("time", [0, 1])
def test_offline_it_puts_out_what_is_stored(offline: Validated, time: int) -> None:
    assert offline.outputs[time] == stored_outputs(NOTEBOOK)


@pytest.mark.parametrize("time", [0, 1])
def test_on_the_app_it_puts_out_what_is_stored(live: Ran, time: int) -> None:
    assert live.outputs[time] == stored_outputs(NOTEBOOK)
