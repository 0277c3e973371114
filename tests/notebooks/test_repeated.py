"""Each notebook runs three times in one kernel and once after a restart, with equal outputs."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest

from devsession.recording.tape import Tape
from devsession.sandbox import sandbox_key
from devsession.secrets.redact import Redactor
from devsession.session.workspace import OFFLINE_VARIABLE
from tests.notebooks.conftest import FILES, NOTEBOOKS
from tests.notebooks.kernel import new_kernel, stored_outputs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.notebooks.kernel import Outputs

RUNS = ["first", "second", "third", "restarted"]


class Ran(NamedTuple):
    """A folder in which all notebooks ran, and what they put out: file -> run -> outputs."""

    folder: Path
    outputs: dict[str, dict[str, Outputs]]


def run_all(folder: Path) -> Ran:
    return Ran(folder, {file: four_runs(folder, file) for file in FILES})


def four_runs(folder: Path, file: str) -> dict[str, Outputs]:
    with new_kernel(folder) as kernel:
        in_one_kernel = {run: kernel.run(file) for run in RUNS[:3]}
    with new_kernel(folder) as kernel:
        return {**in_one_kernel, RUNS[3]: kernel.run(file)}


@pytest.fixture(scope="module")
def live(fresh_clone: Callable[[], Path]) -> Ran:
    """With the sandbox, from nothing but cells, plugin and data."""
    folder = fresh_clone()
    shutil.rmtree(folder / "scenarios")
    shutil.rmtree(folder / "tests")
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv(OFFLINE_VARIABLE, raising=False)
        return run_all(folder)


@pytest.fixture(scope="module")
def offline(fresh_clone: Callable[[], Path]) -> Ran:
    """With neither sandbox nor secret."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(OFFLINE_VARIABLE, "1")
        return run_all(fresh_clone())


def recorded(folder: Path) -> list[tuple[str, str, str]]:
    exchanges = Tape(folder / "scenarios" / "tape.yaml").exchanges
    return sorted((each.scope, each.method, each.url) for each in exchanges)


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("file", FILES)
def test_a_live_run_puts_out_what_is_stored(live: Ran, file: str, run: str) -> None:
    assert live.outputs[file][run] == stored_outputs(NOTEBOOKS / file)


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("file", FILES)
def test_an_offline_run_puts_out_what_is_stored(offline: Ran, file: str, run: str) -> None:
    assert offline.outputs[file][run] == stored_outputs(NOTEBOOKS / file)


def test_live_runs_leave_one_recording_of_each_request(live: Ran) -> None:
    assert recorded(live.folder) == recorded(NOTEBOOKS)


def test_live_runs_leave_the_key_in_the_secret_file_alone(live: Ran) -> None:
    redactor = Redactor({"api_key": sandbox_key(live.folder)})
    files = [path for path in live.folder.rglob("*") if path.is_file()]

    holding = [path for path in files if redactor.find(path.read_bytes())]

    assert holding == [live.folder / ".devsession" / "secrets"]


def test_live_runs_leave_no_path_of_the_machine_in_the_scenarios(live: Ran) -> None:
    files = {path for path in (live.folder / "scenarios").rglob("*") if path.is_file()}
    home = str(live.folder.parent).encode()

    assert live.folder / "scenarios" / "tape.yaml" in files
    assert not [path for path in files if home in path.read_bytes()]


def test_offline_runs_start_no_sandbox_and_make_no_secret(offline: Ran) -> None:
    made = {path.name for path in (offline.folder / ".devsession").iterdir()}

    assert "warehouse.json" in made
    assert made & {"sandbox.json", "sandbox.log", "secrets"} == set()
