"""`pytest -p devsession.testing.pytest_plugin --devsession`: a test for each cell of a notebook."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.testing.notebook_folder import code, write

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

PLUGIN = ["-p", "devsession.testing.pytest_plugin", "-p", "no:cacheprovider"]


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", *PLUGIN, *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("notebooks")
    write(
        folder / "good.ipynb",
        code("# total\ntotal = 2\ntotal", "2"),
        code("skip", None, "nbval-skip"),
    )
    write(folder / "bad.ipynb", code("1 + 1", "3"), code("1 / 0"), code("2", "2"))
    write(folder / "no_kernel.ipynb", code("1", "1"), kernel="pyton3")
    (folder / "pytest.ini").write_text("[pytest]\ndevsession_options = -n 2\n", encoding="utf-8")
    return folder, run_pytest(folder, "--devsession", "-v", "--junitxml=junit.xml")


def test_each_cell_is_a_test(
    ran: tuple[Path, subprocess.CompletedProcess[str]], snapshot: SnapshotAssertion
) -> None:
    said = ran[1].stdout

    assert ran[1].returncode == 1
    assert re.findall(r"^(\S+\.ipynb::.*?) +\[", said, re.MULTILINE) == snapshot


def test_a_failing_cell_shows_what_differs(
    ran: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    said = ran[1].stdout

    assert "    - 3\n    + 2\n" in said
    assert "ZeroDivisionError" in said
    assert "Traceback (most" not in said


def test_pytest_writes_its_junit_xml(ran: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    suite = ET.parse(ran[0] / "junit.xml").getroot()[0]

    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("9", "3", "3")


def test_without_the_option_no_notebook_is_collected(tmp_path: Path) -> None:
    write(tmp_path / "bad.ipynb", code("1 + 1", "3"))

    assert "no tests ran" in run_pytest(tmp_path).stdout
