"""A new project in an environment of its own, set up as its README says: nothing of ours leaks in."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import Path as InZip

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement

from devsession import __version__
from devsession.cli.project import create_project
from devsession.sandbox import sandbox_service
from devsession.warehouse import embedded_service
from tests.template import walk
from tests.template.combinations import PAIRWISE
from tests.template.environment import make_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).parents[2]
OURS = ("PYTHONPATH", "VIRTUAL_ENV", "DEVSESSION_", "PYTEST_", "JUPYTER_", "COV_")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """devsession's, in a folder of its own."""
    [built] = WheelBuilder(str(CHECKOUT)).build(directory=str(tmp_path_factory.mktemp("wheels")))
    return Path(built)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Iterator[Path]:
    """The project acme, with what it requires in its .venv, and devsession installed by name.

    pip has no index: what it does not find there is not required by name, and fails.
    """
    folder = tmp_path_factory.mktemp("own") / "acme"
    create_project("acme", folder, **PAIRWISE[0])
    make_environment(folder / ".venv", [*named_in(folder), *named_by(wheel)])
    pip = [sys.executable, "-m", "pip", "--python", ".venv/bin/python", "install", "--quiet"]
    found = ["--no-compile", "--no-index", "--find-links", str(wheel.parent)]
    subprocess.run([*pip, *found, "-r", "requirements-dev.txt"], cwd=folder, check=True)
    yield folder
    sandbox_service(folder).stop()
    embedded_service(folder).stop()


def named_in(project: Path) -> list[str]:
    """What the project requires, but for devsession."""
    files = (project / "requirements-dev.txt", project / "requirements.txt")
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith(("#", "-r", "devsession"))]


def named_by(wheel: Path) -> list[str]:
    """What devsession requires, but for its extras."""
    name = "-".join(wheel.name.split("-")[:2])
    named = PathDistribution(InZip(wheel, f"{name}.dist-info/")).requires or []
    markers = {each: Requirement(each).marker for each in named}
    return [
        each for each, marker in markers.items() if not marker or marker.evaluate({"extra": ""})
    ]


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
    assert walked.stdout.endswith("2 passed, 0 failed\n")
