"""The notebooks on the practice app: twice in one kernel, then in new ones, which a tour starts.

Each time they put out what is stored; what they record is what is committed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from devsession.cli.project import create_project
from devsession.cli.tour import PLUGIN_NAME
from devsession.recording.tape import Tape
from devsession.sandbox import sandbox_key, sandbox_service
from devsession.secrets.redact import Redactor
from devsession.session.workspace import OFFLINE_VARIABLE
from devsession.warehouse import embedded_service
from tests.notebooks.conftest import FILES, NOTEBOOKS
from tests.notebooks.kernel import run_twice, stored_outputs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.notebooks.kernel import Outputs

SECONDS = 600


class Tour(NamedTuple):
    """A folder after a tour, what that printed, and what its notebooks put out."""

    folder: Path
    done: subprocess.CompletedProcess[str]
    outputs: dict[str, Outputs]

    @property
    def shown(self) -> str:
        """All that it printed; how many files the template has is the template's affair."""
        return re.sub(r"\d+ files", "<n> files", self.done.stdout)


def take_the_tour(folder: Path) -> Tour:
    """As somebody who has not used Jupyter yet, and whose home is the folder above."""
    environment = {**os.environ, "HOME": str(folder.parent)}
    environment.pop(OFFLINE_VARIABLE, None)
    environment.pop("SANDBOX_API_KEY", None)
    done = subprocess.run(
        [sys.executable, "-m", "devsession", "tour", folder.name],
        cwd=folder.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert (done.stderr, done.returncode) == ("", 0), done.stdout
    return Tour(folder, done, {file: stored_outputs(folder / file) for file in FILES})


class Ran(NamedTuple):
    """A folder in which all notebooks ran, and what they put out: file -> run -> outputs."""

    folder: Path
    outputs: dict[str, list[Outputs]]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """Twice in one kernel, in a folder as a tour makes it."""
    folder = tmp_path_factory.mktemp("home") / "a-tour"
    create_project(PLUGIN_NAME, folder)
    for file in FILES:
        shutil.copy(NOTEBOOKS / file, folder)
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv(OFFLINE_VARIABLE, raising=False)
        yield Ran(folder, {file: run_twice(folder, file) for file in FILES})
    stop_services(folder)


@pytest.fixture(scope="module")
def tour(live: Ran) -> Tour:
    """A tour where somebody has worked; it runs each notebook in a new kernel."""
    return take_the_tour(live.folder)


def stop_services(folder: Path) -> None:
    sandbox_service(folder).stop()
    embedded_service(folder).stop()


def recorded(folder: Path) -> list[tuple[str, str, str]]:
    exchanges = Tape(folder / "scenarios" / "tape.yaml").exchanges
    return sorted((each.scope, each.method, each.url) for each in exchanges)


def test_a_tour_runs_every_step(tour: Tour, snapshot: SnapshotAssertion) -> None:
    assert tour.shown == snapshot


# That it begins with an empty folder, the test of a tour that is stopped shows as well.
@pytest.mark.long
def test_a_tour_from_an_empty_folder_shows_and_puts_out_the_same(
    tour: Tour, tmp_path: Path
) -> None:
    from_nothing = take_the_tour(tmp_path / tour.folder.name)
    stop_services(from_nothing.folder)

    assert from_nothing.shown == tour.shown
    assert from_nothing.outputs == tour.outputs


@pytest.mark.parametrize("run", [0, 1])
@pytest.mark.parametrize("file", FILES)
def test_a_run_puts_out_what_is_stored(live: Ran, file: str, run: int) -> None:
    assert live.outputs[file][run] == stored_outputs(NOTEBOOKS / file)


@pytest.mark.parametrize("file", FILES)
def test_a_run_after_a_restart_puts_out_what_is_stored(tour: Tour, file: str) -> None:
    assert tour.outputs[file] == stored_outputs(NOTEBOOKS / file)


def test_the_runs_leave_one_recording_of_each_request(tour: Tour) -> None:
    assert recorded(tour.folder) == recorded(NOTEBOOKS)


def test_the_runs_leave_the_key_in_the_secret_file_alone(tour: Tour) -> None:
    redactor = Redactor({"api_key": sandbox_key(tour.folder)})
    files = [path for path in tour.folder.rglob("*") if path.is_file()]

    holding = [path for path in files if redactor.find(path.read_bytes())]

    assert holding == [tour.folder / ".devsession" / "secrets"]


def test_the_runs_leave_no_path_of_the_machine_in_the_scenarios(tour: Tour) -> None:
    files = {path for path in (tour.folder / "scenarios").rglob("*") if path.is_file()}
    home = str(tour.folder.parent).encode()

    assert tour.folder / "scenarios" / "tape.yaml" in files
    assert not [path for path in files if home in path.read_bytes()]
