"""The embedded warehouse's log of statements, where Snowflake has its own.

`select .. from SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY` reads the last ones, under Snowflake's names
of columns. They are kept in a file beside the database, one a line, and outlive the process, killed
or not. What a statement holds as a value is not kept: bind values are not there, texts in quotes are
`'?'`, comments are left out, and of CREATE SECRET there is only the name. Numbers stay, as types
and limits are made of them.
"""

from __future__ import annotations

import json
import re
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

STATEMENTS_KEPT = 10_000
_CHARACTERS_KEPT = 20_000  # of a statement
_BYTES_KEPT = 20_000_000
_OF_HISTORY = re.compile(r"\bquery_history\b", re.IGNORECASE)

_NAMES_AND_VALUES = re.compile(
    r"""
    (?P<name>"(?:[^"]|"")*")
    | (?P<text>'(?:[^'\\]|''|\\.)*(?:'|\Z) | \$\$.*?(?:\$\$|\Z))
    | --[^\n]* | //[^\n]* | /\*.*?(?:\*/|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
# DuckDB takes a secret's values without quotes as well.
_SECRET = re.compile(r"\s*(?:create|alter)\b[^(]*\bsecret\b[^(]*", re.IGNORECASE)

_KINDS = {
    "QUERY_ID": str,
    "QUERY_TEXT": str,
    "DATABASE_NAME": str,
    "SCHEMA_NAME": str,
    "SESSION_ID": int,
    "USER_NAME": str,
    "EXECUTION_STATUS": str,
    "ERROR_CODE": str,
    "BEGAN": int,
    "TOOK": int,
    "ROWS": int,
}
_TABLE = (
    "attach if not exists ':memory:' as SNOWFLAKE",
    "create schema if not exists SNOWFLAKE.ACCOUNT_USAGE",
    """
create table if not exists SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY (
    QUERY_ID varchar, QUERY_TEXT varchar, DATABASE_NAME varchar, SCHEMA_NAME varchar,
    SESSION_ID bigint, USER_NAME varchar, EXECUTION_STATUS varchar, ERROR_CODE varchar,
    START_TIME timestamptz, END_TIME timestamptz, TOTAL_ELAPSED_TIME bigint, ROWS_PRODUCED bigint
)
""",
)
_REFILLED = (
    "begin",
    "delete from SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY",
    """
    insert into SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY
    select * exclude (BEGAN, TOOK, ROWS),
           make_timestamptz(BEGAN), make_timestamptz(BEGAN + TOOK), TOOK // 1000, ROWS
    from LOGGED
    """,
    "commit",
)


class Ran(NamedTuple):
    """A statement that was run. began: microseconds since 1970; took: microseconds."""

    query_id: str | None
    text: str
    database: str | None
    schema: str | None
    session: int
    user: str | None
    status: str
    error: str | None
    began: int
    took: int
    rows: int | None


class QueryLog:
    """The last statements of a database. One thread uses it: that which answers requests."""

    def __init__(self, connection: DuckDBPyConnection, file: Path) -> None:
        self._connection, self._file = connection.cursor(), file
        self._shown: tuple[int, int] | None = None
        for statement in _TABLE:
            self._connection.execute(statement)
        file.touch(mode=0o600)
        with file.open("a", encoding="utf-8") as lines:
            lines.write("\n")  # a kill may have cut the last one
        with file.open("rb") as lines:
            self._added = sum(1 for _ in lines)

    def add(self, ran: Ran) -> None:
        """Notes a statement; the oldest go when there are too many."""
        text = without_values(ran.text[:_CHARACTERS_KEPT])
        if len(ran.text) > _CHARACTERS_KEPT:
            text += " .."
        line = json.dumps(ran._replace(text=text), ensure_ascii=False)
        # Whoever asked shall have the answer, whether there is room for a line or not.
        with suppress(OSError), self._file.open("a", encoding="utf-8") as lines:
            lines.write(f"{line}\n")
            self._added += 1
            if self._added > 2 * STATEMENTS_KEPT or lines.tell() > 2 * _BYTES_KEPT:
                lines.flush()
                self._shorten()

    def show_for(self, statement: str) -> None:
        """Fills the table when a statement names it, and there is something new."""
        if not _OF_HISTORY.search(statement):
            return
        state = self._file.stat()
        if self._shown == (state.st_ino, state.st_size):
            return
        import pyarrow as pa

        columns = [list(column) for column in zip(*self._kept(), strict=True)] or [[]] * len(_KINDS)
        types = [pa.int64() if kind is int else pa.string() for kind in _KINDS.values()]
        arrays = [pa.array(*each) for each in zip(columns, types, strict=True)]
        self._connection.register("LOGGED", pa.table(arrays, names=list(_KINDS)))
        for refill in _REFILLED:
            self._connection.execute(refill)
        self._connection.unregister("LOGGED")
        self._shown = (state.st_ino, state.st_size)

    def _kept(self) -> list[Ran]:
        """The last statements. A line that a full disk or a kill has cut is none."""
        last: deque[Ran] = deque(maxlen=STATEMENTS_KEPT)
        with self._file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                with suppress(ValueError, TypeError):
                    last.append(Ran(*json.loads(line)))
        return list(last)

    def _shorten(self) -> None:
        """Keeps the last ones, in a new file that is there whole or not at all."""
        kept, size = [], 0
        for ran in reversed(self._kept()):
            kept.append(json.dumps(ran, ensure_ascii=False))
            size += len(kept[-1].encode())
            if size > _BYTES_KEPT:
                break
        new = self._file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text("".join(f"{line}\n" for line in reversed(kept)), encoding="utf-8")
        new.replace(self._file)
        self._added = len(kept)


def without_values(statement: str) -> str:
    """The statement with no text of its own: what stands in quotes may be a secret."""
    masked = _NAMES_AND_VALUES.sub(_without, statement).strip()
    secret = _SECRET.match(masked)
    return f"{secret[0].strip()} (?)" if secret else masked


def _without(found: re.Match[str]) -> str:
    if found["name"]:
        return found["name"]
    return "'?'" if found["text"] else " "
