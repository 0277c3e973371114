"""In a fresh clone, with neither sandbox nor secret, the notebooks put out what is stored: under
stock nbval, and twice in one kernel.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from devsession.kernels import kernel_name
from devsession.session.workspace import OFFLINE_VARIABLE
from tests.notebooks.conftest import FILES, NOTEBOOKS
from tests.notebooks.kernel import run_twice, stored_outputs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.notebooks.kernel import Outputs

SECONDS = 600
NBVAL = [sys.executable, "-m", "pytest", "-p", "nbval.plugin", "--nbval", "-q"]
# In a kernel of its own each, the last one first: none has what those before it leave.
LAST_FIRST = ["-p", "no:cacheprovider", *reversed(FILES)]


class Validated(NamedTuple):
    """A clone in which nbval ran on the notebooks."""

    folder: Path
    exit_code: int
    output: str


@pytest.fixture(
    scope="module", params=[kernel_name(), pytest.param("python3", marks=pytest.mark.long)]
)
def validated(request: pytest.FixtureRequest, fresh_clone: Callable[[], Path]) -> Validated:
    """On our kernels; the other notebooks' tests have those that nbval takes by itself."""
    environment = {**os.environ, OFFLINE_VARIABLE: "1"}
    environment.pop("SANDBOX_API_KEY", None)
    folder = fresh_clone()
    nbval = subprocess.run(
        [*NBVAL, "--nbval-kernel-name", request.param, *LAST_FIRST],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    return Validated(folder, nbval.returncode, nbval.stdout + nbval.stderr)


@pytest.fixture(scope="module")
def repeated(fresh_clone: Callable[[], Path]) -> tuple[Path, dict[str, list[Outputs]]]:
    """A clone in which each notebook ran twice in one kernel, and what it put out."""
    folder = fresh_clone()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(OFFLINE_VARIABLE, "1")
        return folder, {file: run_twice(folder, file) for file in FILES}


def test_nbval_passes(validated: Validated) -> None:
    assert validated.exit_code == 0, validated.output


def test_devsession_test_passes(validated: Validated) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "devsession", "test", "03_outbound.ipynb"],
        cwd=validated.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )

    assert said.stdout.startswith("passed  03_outbound.ipynb: 9 cells as stored\n"), said.stdout


def test_nothing_that_is_committed_was_changed(validated: Validated) -> None:
    assert committed(validated.folder) == committed(NOTEBOOKS)


@pytest.mark.parametrize("run", [0, 1])
@pytest.mark.parametrize("file", FILES)
def test_a_run_puts_out_what_is_stored(
    repeated: tuple[Path, dict[str, list[Outputs]]], file: str, run: int
) -> None:
    assert repeated[1][file][run] == stored_outputs(NOTEBOOKS / file)


def test_no_sandbox_was_started_and_no_secret_made(
    validated: Validated, repeated: tuple[Path, dict[str, list[Outputs]]]
) -> None:
    made = [
        {path.name for path in (folder / ".devsession").iterdir()}
        for folder in (validated.folder, repeated[0])
    ]

    assert all("warehouse.json" in names for names in made)
    assert set.union(*made) & {"sandbox.json", "sandbox.log", "secrets"} == set()


def committed(folder: Path) -> dict[Path, bytes]:
    """The files of a folder, but for hidden and compiled ones."""
    paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return {
        path: (folder / path).read_bytes()
        for path in paths
        if not any(part.startswith((".", "__")) for part in path.parts)
    }
