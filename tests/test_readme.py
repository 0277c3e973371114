"""README is true: its code runs as it stands, its lines are complete. Its links are the site's: tests/docs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from devsession.cli.project import create_project

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
PYTHON_BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
SHELL_LINES = re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL)


@pytest.fixture
def project(tmp_path: Path):
    folder = tmp_path / "acme"
    create_project("acme", folder)
    yield folder
    devsession(folder, "warehouse", "stop")
    devsession(folder, "sandbox", "stop")


def devsession(folder: Path, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "devsession", *arguments], cwd=folder, check=True)


def test_the_loop_runs_as_it_stands(project: Path) -> None:
    (project / "loop.py").write_text("\n".join(PYTHON_BLOCKS), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "loop.py"], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert (project / "tests" / "test_scenarios.py").is_file()


def test_the_two_lines_are_complete() -> None:
    tour, tests = SHELL_LINES
    install = "python3 -m venv .venv && .venv/bin/pip install -e "
    assert tour == install + ". && .venv/bin/devsession tour"
    assert tests == install + '".[dev]" && .venv/bin/pytest'
