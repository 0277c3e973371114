"""Stock nbval passes on each notebook alone, in a fresh clone: no secret, no sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from devsession.session.workspace import OFFLINE_VARIABLE
from tests.notebooks.conftest import FILES, NOTEBOOKS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECONDS = 300
NBVAL = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider"]


class Validated(NamedTuple):
    """A clone in which nbval ran on one notebook."""

    folder: Path
    exit_code: int
    output: str


@pytest.fixture(scope="module")
def validated(fresh_clone: Callable[[], Path]) -> dict[str, Validated]:
    """Each notebook in a clone of its own, all at the same time."""
    environment = {**os.environ, OFFLINE_VARIABLE: "1"}
    environment.pop("SANDBOX_API_KEY", None)
    folders = {file: fresh_clone() for file in FILES}
    started = {
        file: subprocess.Popen(
            [*NBVAL, file],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for file, folder in folders.items()
    }
    printed = {file: nbval.communicate(timeout=SECONDS)[0] for file, nbval in started.items()}
    return {
        file: Validated(folders[file], started[file].returncode, printed[file]) for file in FILES
    }


@pytest.mark.parametrize("file", FILES)
def test_nbval_passes(validated: dict[str, Validated], file: str) -> None:
    assert validated[file].exit_code == 0, validated[file].output


@pytest.mark.parametrize("file", FILES)
def test_no_sandbox_was_started_and_no_secret_made(
    validated: dict[str, Validated], file: str
) -> None:
    made = {path.name for path in (validated[file].folder / ".devsession").iterdir()}

    assert "warehouse.json" in made
    assert made & {"sandbox.json", "sandbox.log", "secrets"} == set()


@pytest.mark.parametrize("file", FILES)
def test_nothing_that_is_committed_was_changed(validated: dict[str, Validated], file: str) -> None:
    assert committed(validated[file].folder) == committed(NOTEBOOKS)


def committed(folder: Path) -> dict[Path, bytes]:
    """The files of a folder, but for hidden and compiled ones."""
    paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return {
        path: (folder / path).read_bytes()
        for path in paths
        if not any(part.startswith((".", "__")) for part in path.parts)
    }
