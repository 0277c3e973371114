"""The SQL that we run, kept as files of `sql/` and filled in with names and expressions."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template


def statement(name: str, **parts: str) -> str:
    """The statement of this file; `parts` fills its `${..}` and must be SQL already."""
    return Template(_text(name)).substitute(parts)


def statements(name: str) -> list[str]:
    """The statements of a file that holds several: a warehouse takes one at a time."""
    return [each for part in _text(name).split(";") if (each := part.strip())]


def bound_to(sql: str, *values: str) -> str:
    """A statement with SQL in the places of its `?`, from the first to the last.

    Only for files of ours that nothing was filled into but our own names.
    """
    parts = sql.split("?")
    ends = zip(values, parts[1:], strict=True)
    return "".join([parts[0], *(text for pair in ends for text in pair)])


@cache
def _text(name: str) -> str:
    return files("devsession.warehouse").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
