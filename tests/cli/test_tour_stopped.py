"""`devsession tour`: what it refuses, and being interrupted. That it runs whole has its own test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from devsession.sandbox import sandbox_service
from devsession.warehouse import embedded_service
from tests.cli.command import environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import CommandLine


def test_a_folder_with_other_things_is_refused_and_untouched(
    cli: CommandLine, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work", encoding="utf-8")

    said = cli(tmp_path, "tour", "mine")

    assert said.code == 2
    assert said.err.replace(str(tmp_path), "<folder>") == snapshot
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Where a tour takes place; what it started is stopped."""
    folder = tmp_path / "tour"
    yield folder
    embedded_service(folder).stop()
    sandbox_service(folder).stop()


def test_ctrl_c_ends_it_without_a_traceback(place: Path, snapshot: SnapshotAssertion) -> None:
    tour = subprocess.Popen(
        [sys.executable, "-m", "devsession", "tour", "tour"],
        cwd=place.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=environment(place.parent, PYTHONUNBUFFERED="1"),
    )
    assert tour.stdout is not None
    _, project, services = (tour.stdout.readline() for _ in range(3))

    # A terminal sends it to the whole group, the notebook that runs included.
    os.killpg(tour.pid, signal.SIGINT)
    _, errors = tour.communicate(timeout=60)

    assert project.endswith(" files, plugin.py among them\n")
    assert services.startswith("  services ")
    assert tour.returncode == 130
    assert errors == snapshot
