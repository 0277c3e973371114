"""docs/metadata-guide.md: each row names tests and cells that are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "metadata-guide.md"
NOTEBOOKS = {file.stem: file for file in (REPOSITORY / "notebooks").glob("*/*.ipynb")}


def rows() -> list[tuple[str, str]]:
    """What the guide promises, and what is said to show it."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    return [(row[0], row[2]) for row in cells[2:] if not row[0].startswith("**")]


@cache
def names_in(file: Path) -> set[str]:
    """`test_name` and `TestClass::test_name` of a file."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            inner = [each.name for each in node.body if isinstance(each, ast.FunctionDef)]
            found |= {f"{node.name}::{name}" for name in inner}
    return found


@cache
def code_in(notebook: Path) -> str:
    """All code of a notebook."""
    cells = nbformat.read(notebook, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


def is_there(shown: str) -> bool:
    """Whether a test, a file, or a cell is there."""
    if shown.startswith("tests/"):
        file, _, name = shown.partition("::")
        place = REPOSITORY / file
        return place.is_file() and (not name or name in names_in(place))
    notebook, _, line = shown.partition(": ")
    return notebook in NOTEBOOKS and line in code_in(NOTEBOOKS[notebook])


@pytest.mark.parametrize(("promise", "shown"), rows())
def test_what_is_said_to_show_it_is_there(promise: str, shown: str) -> None:
    named = re.findall(r"`([^`]+)`", shown)

    assert named, f"nothing shows: {promise}"
    assert [each for each in named if not is_there(each)] == []


def test_every_section_of_the_guide_has_rows() -> None:
    assert len(rows()) == 38


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", PAGE.read_text(encoding="utf-8"))

    assert [each for each in links if not (PAGE.parent / each).is_file()] == []
