"""One Snowpark session on a data warehouse, shared by all that works on it."""

from __future__ import annotations

import atexit
import re
import threading
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar

from devsession.errors import WarehouseError
from devsession.quoting import literal
from devsession.warehouse.memory import MEMORY_VARIABLE
from devsession.warehouse.statements import statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa
    from snowflake.connector import SnowflakeConnection
    from snowflake.connector.cursor import SnowflakeCursor
    from snowflake.connector.errors import Error
    from snowflake.snowpark import Session

    from devsession.service import Ending

_SHOWN_OF_STATEMENT = 160
# No answer, connection refused, session unknown to the server; a sign-in that has run out.
_GONE = {250001, 250003, 390104, 390111, 390113, 390114, 390115}
# Full disk, a limit on files or on what a user may take, and DuckDB's own word for the first.
_NO_ROOM = re.compile(
    "No space left on device|File too large|Disk quota exceeded|max_temp_directory_size"
)
# What cannot go through the disk: one value, one group, one row.
_NO_MEMORY = re.compile("^Out of Memory Error", re.MULTILINE)

_Taken = TypeVar("_Taken")


class Link(Protocol):
    """How an account reaches its warehouse."""

    name: str
    view_dialect: str  # sqlglot's name for the SQL in which its information schema defines views
    schema: str | None  # that names without one stand for; None: the connection says
    place: str  # where it keeps what it holds, for people: a folder, or its name
    no_retry: bool  # whether a request that fails is given up at once, for one on this machine

    @property
    def connection(self) -> str | None:
        """Its name, as `--account` takes it; None for the embedded warehouse."""

    def open(self) -> SnowflakeConnection:
        """A new connection; raises a DevsessionError that says why there is none."""

    def lost(self) -> bool:
        """Whether the connection opened last is known to be dead. Asked before each statement."""

    def ending(self) -> Ending | None:
        """How the warehouse ended that the connection opened last went to; None: not known."""

    def interrupt(self, connection: SnowflakeConnection) -> None:
        """After Ctrl-C: the connection's statement ends, and it can take another."""

    def alone(self) -> AbstractContextManager[object]:
        """Inside, no other process uses the warehouse, where it cannot take two writers at once.

        May be entered again inside. A Snowflake account sorts out its writers itself.
        """


class Account:
    """A warehouse to run statements on: Snowflake's SQL, `?` for values.

    A connection that is dead, because the warehouse was restarted, is opened again before the
    next statement. What belonged to it is gone then: temporary tables, USE SCHEMA, and Snowpark
    objects made before. Threads take turns. A result comes in one piece: read large tables by
    ranges of a key.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._turn = threading.RLock()
        self._connection: SnowflakeConnection | None = None
        self._session: Session | None = None
        self._in_transaction = False

    @property
    def name(self) -> str:
        """What people call this account."""
        return self._link.name

    @property
    def connection(self) -> str | None:
        """The connection's name, as `--account` takes it; None for the embedded warehouse."""
        return self._link.connection

    @property
    def view_dialect(self) -> str:
        """sqlglot's name for the SQL of VIEW_DEFINITION in the information schema."""
        return self._link.view_dialect

    @cached_property
    def schema(self) -> str:
        """The schema that names without one stand for, whatever a statement uses meanwhile.

        Raises: as `execute`; WarehouseError where the connection names none.
        """
        name = self._link.schema
        if name is None:
            [(name,)] = self.rows("select current_schema()")
        if name is None:
            raise WarehouseError(
                f"The {self.name} has no schema to work in.",
                tried="database and schema of its connection; one is missing, or not to be seen by "
                "its role",
                where=self.name,
                next_step="devsession doctor --account NAME says what to mend",
                account=self.name,
            )
        return str(name)

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        """Runs a statement; the number of rows that it changed, for one that changes rows.

        Raises:
            WarehouseError: the statement was refused, there is no room on the disk, or the
                warehouse is gone; with the end of its log when it crashed.
        """
        return self._run(sql, params, lambda cursor: max(cursor.rowcount or 0, 0))

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query; objects and arrays are JSON text. Raises: as `execute`."""
        return self._run(sql, params, lambda cursor: list(cursor.fetchall()))

    def frame(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        """All rows, as Snowpark's `to_pandas` gives them, but whole numbers stay whole beside nulls.

        A column of those is Int64 then; as floats, those of more than 15 digits would be others.
        Raises: as `execute`.
        """
        return self._run(sql, params, _frame)

    def arrow(self, sql: str, params: Sequence[object] = ()) -> pa.Table:
        """All rows, columnar; no rows still have columns. Raises: as `execute`."""
        return self._run(sql, params, lambda cursor: cursor.fetch_arrow_all(True))

    def upload(self, file: Path, place: str) -> None:
        """Puts a file of this machine on a stage; place: `STAGE/folder/name`, of simple names.

        Raises: as `execute`; OSError when the file cannot be read.
        """
        folder, name = place.rsplit("/", 1)
        # As a stream: PUT takes a path for a pattern, and any sign may be part of one.
        with file.open("rb") as content:
            self._run(
                statement("put", file=literal(f"file://{name}"), folder=folder),
                (),
                lambda cursor: cursor.fetchall(),
                content,
            )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Statements that nobody else's come between: other threads wait, and other processes."""
        with self._turn, self._link.alone():
            yield

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Statements that happen together or not at all; everybody else waits meanwhile.

        Raises:
            WarehouseError: also when the warehouse was restarted midway; nothing happened then.
        """
        with self.alone():
            self.execute("begin")
            self._in_transaction = True
            try:
                yield
                self.execute("commit")
            except BaseException:
                self._in_transaction = False
                if self._connection is not None:
                    self.execute("rollback")
                raise
            finally:
                self._in_transaction = False

    @property
    def snowpark(self) -> Session:
        """The Snowpark session, on the same connection as everything else here."""
        with self._turn:
            connection = self._live()
            if self._session is None:
                from snowflake.snowpark import Session

                self._session = Session.builder.configs({"connection": connection}).create()
                # Snowpark, too, tidies up at exit; after us, it finds nothing left to wait for.
                atexit.unregister(self.close)
                atexit.register(self.close)
            return self._session

    def close(self) -> None:
        """Lets the connection go; the next statement opens another."""
        with self._turn:
            atexit.unregister(self.close)
            connection, session = self._connection, self._session
            self._connection = self._session = None
            if connection is not None:
                connection.close(retry=False)
            if session is not None:
                session.close()

    def _run(
        self,
        sql: str,
        params: Sequence[object],
        take: Callable[[SnowflakeCursor], _Taken],
        content: BinaryIO | None = None,
    ) -> _Taken:
        with self.alone():
            connection = self._live()
            cursor = connection.cursor()
            # Not before: what keeps a warehouse from opening is told without the seconds that this takes.
            from snowflake.connector.errors import Error

            try:
                cursor.execute(
                    sql, tuple(params) or None, _no_retry=self._link.no_retry, file_stream=content
                )
                return take(cursor)
            except KeyboardInterrupt:
                self._link.interrupt(connection)
                raise
            except Error as error:
                if error.errno not in _GONE:
                    raise self._refusal(sql, error) from error
                ending = self._link.ending()
                self.close()
                if ending is None or ending.how != "idle" or self._in_transaction:
                    raise self._gone("a statement", ending, sql, error) from error
            # It ended by itself just before, as it only does when no statement is under way.
            return self._run(sql, params, take, content)

    def _live(self) -> SnowflakeConnection:
        if self._connection is not None and self._link.lost():
            self.close()
        if self._connection is None:
            if self._in_transaction:
                raise self._gone("a transaction", self._link.ending())
            self._connection = self._link.open()
            atexit.register(self.close)
        return self._connection

    def _gone(
        self, during: str, ending: Ending | None, sql: str = "", error: Error | None = None
    ) -> WarehouseError:
        crashed = ending is not None and ending.how == "crashed"
        undone = self._in_transaction and sql != "commit"
        return WarehouseError(
            f"The {self.name} "
            + (f"crashed (process {ending.pid})" if ending and crashed else "went away")
            + f" during {during}; "
            + (
                "nothing of the transaction happened."
                if undone
                else "whether it took effect is unknown."
            ),
            tried="\n".join(filter(None, [_shortened(sql), *(ending.log if ending else ())])),
            where=str(ending.log_file) if ending and crashed else self.name,
            next_step="run it again, which opens it again; what was committed is there, temporary "
            "tables and Snowpark sessions are not: take session.snowpark anew",
            account=self.name,
            crashed=crashed,
            code=error.errno if error else None,
        )

    def _refusal(self, sql: str, error: Error) -> WarehouseError:
        if _NO_ROOM.search(error.raw_msg or ""):
            return WarehouseError(
                f"The {self.name} has no room on its disk; nothing of this statement happened.",
                tried=f"{_shortened(sql)}\n{_cause(error)}",
                where=self._link.place,
                next_step="make room there and run it again; what the warehouse holds is whole",
                account=self.name,
                code=error.errno,
            )
        if _NO_MEMORY.search(error.raw_msg or ""):
            return WarehouseError(
                f"The {self.name} has too little memory for a statement; nothing of it happened.",
                tried=f"{_shortened(sql)}\n{_cause(error)}",
                where=self._link.place,
                next_step=f"devsession warehouse stop, then again with {MEMORY_VARIABLE}=4000, or "
                "what this machine can spare; more than that, a Snowflake account has",
                account=self.name,
                code=error.errno,
            )
        return WarehouseError(
            f"The {self.name} refused a statement: {_cause(error)}",
            tried=_shortened(sql),
            where=self.name,
            next_step="correct the statement; values bound to it are not shown",
            account=self.name,
            code=error.errno,
        )


def _frame(cursor: SnowflakeCursor) -> pd.DataFrame:
    import pyarrow as pa
    from pandas import Int64Dtype

    whole = Int64Dtype()
    sizes = dict.fromkeys((pa.int8(), pa.int16(), pa.int32(), pa.int64()), whole)
    frame = cursor.fetch_pandas_all(types_mapper=sizes.get)
    for at, kind in enumerate(frame.dtypes):  # by place: two columns may have one name
        if kind == whole and not (values := frame.iloc[:, at]).isna().any():
            frame.isetitem(at, values.to_numpy("int64"))
    return frame


def _shortened(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= _SHOWN_OF_STATEMENT else f"{text[:_SHOWN_OF_STATEMENT]} .."


def _cause(error: Error) -> str:
    """The message alone: no codes, and no excerpt of the statement, which may hold values."""
    message = re.sub(r"^(\d{6}( \(\w+\))?: )+", "", error.raw_msg or str(error))
    lines = message.strip().split("\n\n")[0].splitlines()
    return " ".join(line for line in lines if not line.startswith("  "))
