"""Every statement that devsession has: the files of `sql/`, and the SQL that stands in the code."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

import devsession

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(devsession.__file__).parent
FILES = PACKAGE / "warehouse" / "sql"
# Rooms that speak to Snowflake; others keep files of SQLite.
ROOMS = ("warehouse", "publish", "session", "openmetadata/shipped")
# What a place in a statement is filled with that is no name and no value.
FILLED = {
    **dict.fromkeys(("limit", "chosen"), ""),
    **dict.fromkeys(
        ("compared", "hashed", "mapped", "given", "outcomes", "offered"), "select 1 as IDENTIFIER"
    ),
    **dict.fromkeys(("conditions", "criteria", "matched", "wanted", "within"), "true"),
    **dict.fromkeys(("rows", "records", "most", "shown", "number", "before", "timeout"), "1"),
    "columns": "A",
    "block": "select 1",
    "kind": "table",
}
_NAMES = {"records": "X"}  # where it is a table's name
_BEGINS = re.compile(
    r"(select \S|with \w+ as|insert (overwrite )?into \S|update \S+ set |delete from \S|merge into \S"
    r"|create (or replace |or alter )?(temporary |versioned )?"
    r"(table|view|schema|stage|database|application|task|procedure) \S"
    r"|alter (table|application|task|session) \S|drop (table|view|schema|task) \S"
    r"|grant [\w, ]+ (on|role) \S|show (grants|versions|primary keys|databases|tables|\S+ like)"
    r"|use (schema|secondary roles|database) |call \S+[.$]\S|put \S+ \S+ auto_compress|copy into \S"
    r"|(begin|commit|rollback)$)"
)


@dataclass(frozen=True)
class Statement:
    """place: a file, or a module; text: with X for what is filled in."""

    place: str
    text: str

    @property
    def trees(self) -> list[exp.Expr | None]:
        """As a parser of Snowflake's SQL reads it. Raises: ParseError."""
        return [*sqlglot.parse(self.text, dialect="snowflake")]

    @property
    def is_known(self) -> bool:
        """Whether the parser knows the statement, rather than its first word."""
        return not any(isinstance(tree, exp.Command) for tree in self.trees)


def of_files() -> Iterator[Statement]:
    """Those of the files, one each where a file has several."""
    for file in sorted(FILES.rglob("*.sql")):
        place = file.relative_to(FILES).with_suffix("").as_posix()
        for part in file.read_text(encoding="utf-8").split(";\n"):
            yield Statement(place, _filled(part, place).strip())


def of_code() -> Iterator[Statement]:
    """Those that stand in the code, by what they begin with; a name that is put in is X."""
    for room in ROOMS:
        for file in sorted((PACKAGE / room).rglob("*.py")):
            place = file.relative_to(PACKAGE).as_posix()
            texts = (re.sub(r"\{\w*\}", "X", each).strip() for each in _texts(file))
            yield from (Statement(place, each) for each in texts if _BEGINS.match(each))


def _filled(text: str, place: str) -> str:
    names = set(Template(text).get_identifiers())
    own = _NAMES if place.startswith("scheduled/") else {}
    return Template(text).substitute({name: own.get(name, FILLED.get(name, "X")) for name in names})


def _texts(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values
            )
        elif isinstance(node, ast.Constant) and id(node) not in parts:
            yield str(node.value)
