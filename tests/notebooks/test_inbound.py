"""Notebook 05, which has a plugin of its own: offline under stock nbval and twice in one kernel; on
the practice app twice in one kernel and then in a new one. Each time it puts out what is stored.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from copy import deepcopy
from typing import TYPE_CHECKING, NamedTuple

import nbformat
import pytest

from devsession.sandbox import change_stream, sandbox_key
from devsession.secrets.redact import Redactor
from devsession.session.workspace import OFFLINE_VARIABLE
from tests.notebooks.conftest import NOTEBOOKS
from tests.notebooks.kernel import new_kernel, run_twice, stored_outputs
from tests.notebooks.test_live import recorded, stop_services
from tests.notebooks.test_offline import NBVAL, committed
from tests.refresh_notebooks import INBOUND, INBOUND_FILE, without_traces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.notebooks.kernel import Outputs

SECONDS = 300
PRIVATE = shutil.ignore_patterns(".*", "__pycache__")


class Ran(NamedTuple):
    """A folder in which the notebook ran, and what it put out each time."""

    folder: Path
    outputs: list[Outputs]


class Validated(NamedTuple):
    """The same, after nbval: what that said, and the files that it left."""

    folder: Path
    outputs: list[Outputs]
    said: str
    left: dict[Path, bytes]


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Validated]:
    """A fresh clone, with neither sandbox nor secret."""
    folder = tmp_path_factory.mktemp("clone") / "inbound"
    shutil.copytree(INBOUND, folder, ignore=PRIVATE)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(OFFLINE_VARIABLE, "1")
        environment.delenv("SANDBOX_API_KEY", raising=False)
        said = run(folder, *NBVAL, "-p", "no:cacheprovider", INBOUND_FILE)
        left = committed(folder)
        outputs = run_twice(folder, INBOUND_FILE)
    yield Validated(folder, outputs, said, left)
    stop_services(folder)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """A folder in which nobody has worked yet."""
    folder = tmp_path_factory.mktemp("inbound")
    for file in (INBOUND_FILE, "plugin.py"):
        shutil.copy(INBOUND / file, folder)
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv(OFFLINE_VARIABLE, raising=False)
        outputs = run_twice(folder, INBOUND_FILE)
        with new_kernel(folder) as kernel:
            outputs.append(kernel.run(INBOUND_FILE))
    yield Ran(folder, outputs)
    stop_services(folder)


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_holds_no_trace_of_its_run() -> None:
    notebook = nbformat.read(INBOUND / INBOUND_FILE, as_version=4)

    assert without_traces(deepcopy(notebook)) == notebook


def test_nbval_passes(offline: Validated) -> None:
    cells = nbformat.read(INBOUND / INBOUND_FILE, as_version=4).cells

    assert f"{sum(cell.cell_type == 'code' for cell in cells)} passed" in offline.said


def test_nothing_that_is_committed_was_changed(offline: Validated) -> None:
    assert offline.left == committed(INBOUND)


@pytest.mark.parametrize("time", [0, 1])
def test_offline_it_puts_out_what_is_stored(offline: Validated, time: int) -> None:
    assert offline.outputs[time] == stored_outputs(INBOUND / INBOUND_FILE)


@pytest.mark.parametrize("time", [0, 1, 2])
def test_on_the_app_it_puts_out_what_is_stored(live: Ran, time: int) -> None:
    assert live.outputs[time] == stored_outputs(INBOUND / INBOUND_FILE)


def test_its_runs_leave_one_recording_of_each_request(live: Ran) -> None:
    assert recorded(live.folder) == recorded(INBOUND)


def test_its_runs_leave_the_key_in_the_secret_file_alone(live: Ran) -> None:
    redactor = Redactor({"api_key": sandbox_key(live.folder)})
    files = [path for path in live.folder.rglob("*") if path.is_file()]

    holding = [path for path in files if redactor.find(path.read_bytes())]

    assert holding == [live.folder / ".devsession" / "secrets"]


def test_a_run_goes_on_from_where_it_ends(live: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OFFLINE_VARIABLE, raising=False)
    change_stream(live.folder, "customer", {"changed": 4, "deleted": 1})

    said = run(live.folder, sys.executable, "-m", "devsession", "sync", "run", "people")

    # With the ten that were of the time that the state said.
    assert said == "people: 15 records stored: customer 15 records in PEOPLE_CUSTOMER, 3 deleted\n"


def test_its_tests_pass(offline: Validated) -> None:
    said = run(offline.folder, sys.executable, "-m", "devsession", "test")

    assert "4 passed" in said


def test_the_project_around_it_has_tests_of_its_own(tmp_path: Path) -> None:
    folder = shutil.copytree(NOTEBOOKS, tmp_path / "notebooks", ignore=PRIVATE)

    said = run(folder, sys.executable, "-m", "pytest", "-q")

    assert "1 passed" in said
