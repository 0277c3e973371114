"""The tour as its user sees it, from an empty folder; then once more in the same folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from devsession.sandbox import sandbox_service
from devsession.session.workspace import OFFLINE_VARIABLE
from devsession.warehouse import embedded_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

SECONDS = 300
TOUR = [sys.executable, "-m", "devsession", "tour", "a-tour"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Where the tour is made, the home of somebody who has not used Jupyter yet."""
    yield tmp_path
    sandbox_service(tmp_path / "a-tour").stop()
    embedded_service(tmp_path / "a-tour").stop()


def take_the_tour(home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(home)}
    environment.pop(OFFLINE_VARIABLE, None)
    environment.pop("SANDBOX_API_KEY", None)
    return subprocess.run(
        TOUR,
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def shown(tour: subprocess.CompletedProcess[str]) -> str:
    """All that it printed; how many files the template has is the template's affair."""
    return re.sub(r"\d+ files", "<n> files", tour.stdout)


def test_the_tour_and_the_tour_again(home: Path, snapshot: SnapshotAssertion) -> None:
    first, second = take_the_tour(home), take_the_tour(home)

    assert (first.stderr, first.returncode) == ("", 0)
    assert shown(first) == snapshot(name="first")
    assert (second.stderr, second.returncode) == ("", 0)
    assert shown(second) == snapshot(name="again")
