"""What was asked lately, counted for rate limits: a small SQLite file, or memory.

A request is on its way from before it is sent until its answer begins, and counts for a window after
that: the app has seen it somewhere in between. Threads, processes and runs share a file; what a
process that died had on its way counts from the moment that is found.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from devsession.errors import LedgerError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_TABLES = """
create table if not exists flying (ticket integer, category text, owner text);
create index if not exists flying_of on flying (category);
create table if not exists waiting (ticket integer, category text, owner text);
create index if not exists waiting_of on waiting (category, ticket);
create table if not exists seen (category text, turn integer, at real, primary key (category, turn)) without rowid;
create index if not exists seen_at on seen (category, at, turn);
create table if not exists kept (category text primary key, seconds real) without rowid;
create table if not exists tickets (last integer);
insert into tickets select 0 where not exists (select 1 from tickets);
"""
_BUSY_SECONDS = 60


class Ledger:
    """The rows, and transactions over them that no other thread or process comes into.

    file: None counts for this object only.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._of_parent: sqlite3.Connection | None = None
        self._owner, self._pid, self._inode = "", 0, 0

    @contextmanager
    def alone(self) -> Iterator[Book]:
        """Inside, nobody else reads or writes; all of it is written, or nothing.

        Raises: LedgerError when the file cannot be read or written.
        """
        with self._lock, self._clear_errors():
            connection = self._open()
            if connection.in_transaction:  # Ctrl-C came at the worst moment
                connection.rollback()
            connection.execute("begin immediate")
            try:
                yield Book(connection, self._owner)
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None and self._pid == os.getpid():
                self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._pid == os.getpid():
            if self._inode != self._inode_now():
                raise FileNotFoundError("it was deleted while requests were counted")
            return self._connection
        import sqlite3

        # A connection must not be used, nor closed, where the process was forked.
        self._of_parent, self._pid = self._connection, os.getpid()
        place = ":memory:" if self.file is None else str(self.file)
        if self.file is not None:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._owner = _owner_of(self._pid) or str(self._pid)
        connection = sqlite3.connect(
            place, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        with suppress(sqlite3.OperationalError):  # another process is just doing it
            connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.executescript(f"begin immediate; {_TABLES} commit;")
        self._connection, self._inode = connection, self._inode_now()
        return connection

    def _inode_now(self) -> int:
        return 0 if self.file is None else self.file.stat().st_ino

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        import sqlite3

        try:
            yield
        except (sqlite3.Error, OSError) as error:
            self._connection = None
            raise LedgerError(
                "What was asked of the app lately cannot be counted, so nothing more is asked",
                said=str(error),
                tried="reading and writing the requests of the last windows",
                where=str(self.file or "memory"),
                next_step="mend the disk or the folder's rights; a damaged file: wait for the longest "
                "window of api_limits, delete it, and go on",
                file=str(self.file),
            ) from None


class Book:
    """One transaction's view. Times are seconds of the caller's clock."""

    def __init__(self, connection: sqlite3.Connection, owner: str) -> None:
        self._connection = connection
        self._owner = owner

    def keep(self, categories: Iterable[tuple[str, float]]) -> None:
        """From now on requests of a category are kept for so many seconds at least."""
        self._connection.executemany(
            "insert into kept values (?, ?) on conflict do update "
            "set seconds = max(seconds, excluded.seconds)",
            categories,
        )

    def ticket(self, categories: Iterable[str]) -> int:
        """A place in the queue of each category."""
        row = self._row("update tickets set last = last + 1 returning last")
        self._connection.executemany(
            "insert into waiting values (?, ?, ?)",
            [(row[0], category, self._owner) for category in categories],
        )
        return int(row[0])

    def leave(self, ticket: int) -> None:
        """It waits no more."""
        self._connection.execute("delete from waiting where ticket = ?", (ticket,))

    def fly(self, ticket: int) -> None:
        """It is sent now."""
        self._connection.execute(
            "insert into flying select * from waiting where ticket = ?", (ticket,)
        )
        self.leave(ticket)

    def land(self, ticket: int, now: float) -> None:
        """The app has seen it by now."""
        self._land(now, "ticket = ?", ticket)

    def flying(self, category: str) -> int:
        """How many are on their way."""
        return int(self._row("select count(*) from flying where category = ?", category)[0])

    def ahead(self, category: str, ticket: int) -> int:
        """How many were here before this one, and wait still."""
        where = "category = ? and ticket < ?"
        return int(self._row(f"select count(*) from waiting where {where}", category, ticket)[0])  # noqa: S608

    def seen_since(self, category: str, since: float) -> tuple[int, int]:
        """The first turn that was seen then or later, and how many there are of these."""
        first = self._row(
            "select turn from seen where category = ? and at >= ? order by at, turn limit 1",
            category,
            since,
        )
        if not first:
            return 0, 0
        return int(first[0]), self._last_turn(category) - int(first[0]) + 1

    def seen_at(self, category: str, turn: int) -> float:
        """When this turn was seen."""
        return float(
            self._row("select at from seen where category = ? and turn = ?", category, turn)[0]
        )

    def tidy(self, category: str, now: float) -> None:
        """Forget what is out of every window. After a clock was set back, what it saw is now."""
        self._connection.execute(
            "update seen set at = ? where category = ? and at > ?", (now, category, now)
        )
        kept = self._row("select seconds from kept where category = ?", category)[0]
        self._connection.execute(
            "delete from seen where category = ? and at < ?", (category, now - kept)
        )

    def bury(self, now: float) -> None:
        """What processes that died had on its way was seen by now; none of them waits any more."""
        owners = "select owner from flying union select owner from waiting"
        for (owner,) in self._connection.execute(owners).fetchall():
            if owner != self._owner and not _is_alive(owner):
                self._land(now, "owner = ?", owner)
                self._connection.execute("delete from waiting where owner = ?", (owner,))

    def _land(self, now: float, where: str, value: object) -> None:
        landed = f"select category from flying where {where}"  # noqa: S608 - our own words
        for (category,) in self._connection.execute(landed, (value,)).fetchall():
            last = self._last_turn(category)
            self._connection.execute(
                "insert into seen values (?, ?, max(?, coalesce((select at from seen "
                "where category = ? and turn = ?), 0)))",
                (category, last + 1, now, category, last),
            )
        self._connection.execute(f"delete from flying where {where}", (value,))  # noqa: S608

    def _last_turn(self, category: str) -> int:
        return int(
            self._row("select coalesce(max(turn), 0) from seen where category = ?", category)[0]
        )

    def _row(self, statement: str, *values: object) -> tuple[float, ...]:
        row: tuple[float, ...] | None = self._connection.execute(statement, values).fetchone()
        return row or ()


def _owner_of(pid: int) -> str | None:
    """A process by its number and start: numbers are used again."""
    import psutil

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return f"{pid}:{process.create_time():.0f}"
    except psutil.Error:
        return None


def _is_alive(owner: str) -> bool:
    pid, _, began = owner.partition(":")
    now = _owner_of(int(pid))
    # The start is reckoned from the time of booting, which moves by a second when clocks are set.
    return now is not None and (
        not began or abs(float(now.partition(":")[2]) - float(began)) <= 2  # noqa: PLR2004
    )
