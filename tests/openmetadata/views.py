"""The practice warehouse's views, and the truth about their columns that is written above each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import devsession

if TYPE_CHECKING:
    from devsession.openmetadata import Lineage

HERE = Path(devsession.__file__).parent / "warehouse/sql/practice"
TABLES = [text for text in (HERE / "tables.sql").read_text("utf-8").split(";\n") if text.strip()]
_NAME = r'(?:\w+|"[^"]+")(?:\.(?:\w+|"[^"]+"))*'

Name = tuple[str, ...]
"""The parts of a name: schema, table, column."""


class View(NamedTuple):
    name: Name
    sql: str
    columns: dict[str, set[Name]]
    """What each column's values are made of."""
    reads: set[Name]
    """Tables that give no value."""

    @property
    def tables(self) -> set[Name]:
        """All that it reads."""
        return self.reads | {column[:2] for made_of in self.columns.values() for column in made_of}


def views() -> list[View]:
    return [
        _view(text) for text in (HERE / "views.sql").read_text("utf-8").split(";\n") if text.strip()
    ]


def columns_of_tables() -> dict[tuple[str, str, str], list[str]]:
    """What an information schema tells about the tables and the views."""
    tables = {
        ("LOCAL", *_names(text)[0]): re.findall(
            r'[(,] ("[^"]+"|\w+) [a-z]', text.replace("(", "( ")
        )
        for text in TABLES
    }
    known = {name: [part.strip('"') for part in columns] for name, columns in tables.items()}
    return {**known, **{("LOCAL", *view.name): list(view.columns) for view in views()}}  # type: ignore[dict-item]


def told(lineage: Lineage, view: View) -> tuple[dict[str, set[Name]], set[Name]]:
    """What lineage says about a view, in the form of the truth: its columns, and what it reads."""
    into = ".".join(("svc", "LOCAL", *view.name))
    columns: dict[str, set[Name]] = {column: set() for column in view.columns}
    frame = lineage.to_frame()
    edges = frame[frame["TARGET"] == into]
    for row in edges.itertuples():
        if row.SOURCE_COLUMN is not None:
            columns.setdefault(row.TARGET_COLUMN, set()).add(
                (*row.SOURCE.split(".")[2:], row.SOURCE_COLUMN)
            )
    return columns, {tuple(source.split(".")[2:]) for source in edges["SOURCE"]}


def _view(text: str) -> View:
    comments = re.findall(r"^-- (.*)$", text, re.MULTILINE)
    sql = text[text.index("create view") :]
    columns: dict[str, set[Name]] = {}
    reads: set[Name] = set()
    for line in comments:
        if arrow := re.match(rf"({_NAME}) <- (.*)$", line):
            column = _names(arrow[1])[0][0]
            columns[column] = set() if arrow[2] == "nothing" else set(_names(arrow[2]))
        elif line.startswith("reads "):
            reads |= set(_names(line.removeprefix("reads ")))
    return View(tuple(_names(sql)[0]), sql, columns, reads)


def _names(text: str) -> list[Name]:
    after = re.sub(r"^create (view|table) ", "", text)
    return [
        tuple(part[1:-1] if part[0] == '"' else part for part in re.findall(r'"[^"]+"|\w+', each))
        for each in re.findall(_NAME, after)
    ]
