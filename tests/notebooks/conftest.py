"""Copies of the folder with the four notebooks."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from devsession.sandbox import sandbox_service
from devsession.warehouse import embedded_service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FILES = ["01_connect.ipynb", "02_configure.ipynb", "03_outbound.ipynb", "04_tests.ipynb"]


@pytest.fixture(scope="module")
def fresh_clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Path]]:
    """Makes copies as a clone has them; their local processes end with the tests."""
    made: list[Path] = []

    def copy() -> Path:
        made.append(tmp_path_factory.mktemp("clone") / "notebooks")
        ignored = shutil.ignore_patterns(".*", "__pycache__", "dist")
        return Path(shutil.copytree(NOTEBOOKS, made[-1], ignore=ignored))

    yield copy
    for folder in made:
        sandbox_service(folder).stop()
        embedded_service(folder).stop()
