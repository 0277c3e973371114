"""A new project in an environment of its own, set up as its README says: nothing of ours leaks in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hatchling.builders.wheel import WheelBuilder

from devsession import __version__
from devsession.cli.project import create_project
from devsession.sandbox import sandbox_service
from devsession.warehouse import embedded_service
from tests.template import walk
from tests.template.combinations import PAIRWISE

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).parents[2]
OURS = ("PYTHONPATH", "VIRTUAL_ENV", "DEVSESSION_", "PYTEST_", "JUPYTER_", "COV_")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with devsession's wheel, as an index would have it."""
    folder = tmp_path_factory.mktemp("wheels")
    list(WheelBuilder(str(CHECKOUT)).build(directory=str(folder)))
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Iterator[Path]:
    """The project acme, with what it requires installed into its .venv by name."""
    folder = tmp_path_factory.mktemp("own") / "acme"
    create_project("acme", folder, **PAIRWISE[0])
    subprocess.run([sys.executable, "-m", "venv", ".venv"], cwd=folder, check=True)
    quiet = ["--quiet", "--disable-pip-version-check"]
    install = ["-m", "pip", "install", *quiet, "-r", "requirements-dev.txt"]
    installed = run(folder, *install, PIP_FIND_LINKS=str(wheels))
    assert installed.returncode == 0, installed.stderr
    yield folder
    sandbox_service(folder).stop()
    embedded_service(folder).stop()


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The project's own Python, without what this environment tells its processes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return subprocess.run(
        [str(folder / ".venv" / "bin" / "python"), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=600,
        env={**kept, **variables},
    )


def test_devsession_is_the_one_of_the_wheel(project: Path) -> None:
    code = "import devsession; print(devsession.__version__, devsession.__file__)"

    version, file = run(project, "-c", code).stdout.split()

    assert version == __version__
    assert Path(file).is_relative_to(project / ".venv")


def test_its_notebooks_and_its_tests_run(project: Path) -> None:
    walked = run(project, walk.__file__)

    assert walked.returncode == 0, walked.stdout + walked.stderr
    assert walked.stdout.endswith("1 passed, 0 failed\n")
