"""The inbox as a receiver has it: the only one who takes events in and finishes them.

One thread writes. What is asked for while it waits for the disk is written together, with one
commit for all: many arrivals cost hardly more than one.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from devsession.errors import InboxError
from devsession.openmetadata.events.inbox_file import FAILED, WAITING, State, opened, unusable
from devsession.openmetadata.events.log import log_trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from devsession.openmetadata.events.limits import Limits

Taken = Literal["stored", "known", "another", "forgotten", "full"]
"""What becomes of an arrival: it is new; it is here already; its id is here with another content;
it is so old that it may have been here; there is no room."""

_MOST_TOGETHER = 500
_LOOK_SECONDS = 1.0
_FORGET_SECONDS = 600.0
_FORGOTTEN_AT_ONCE = 2_000


class Arrival(NamedTuple):
    """An event as it came. lane: its entity. happened: milliseconds since 1970."""

    id: str
    content_hash: bytes
    lane: str
    happened: int
    body: bytes


class Kept(NamedTuple):
    """An event that waits; how often it has failed."""

    body: bytes
    attempts: int


class Outcome(NamedTuple):
    """What became of an event. state: `waiting` for one that is tried again. told: JSON."""

    state: State
    attempts: int
    told: str = "{}"


@dataclass(frozen=True)
class _Asked:
    """Something to write, and who waits for it to stand on disk."""

    work: Callable[[], Any]
    standing: Future[Any]


class Inbox:
    """path: the file; a lock beside it is held until `close`.

    waits: is told of the events that wait, each a lane and a place: at first all, then each that
    comes, and those that somebody else lets wait again.

    Raises: InboxError when another receiver has it, or it cannot be opened.
    """

    def __init__(
        self, path: Path, limits: Limits, waits: Callable[[Iterable[tuple[str, int]]], None]
    ) -> None:
        from filelock import FileLock, Timeout

        self._path, self._limits, self._waits = path, limits, waits
        self._lock = FileLock(f"{path}.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise InboxError(
                "Another receiver has this inbox",
                tried="two at once would hand over events twice",
                where=str(path),
                next_step="end the other one first; in Python: receiver(.., inbox=another file)",
            ) from None
        except OSError as error:
            raise unusable(path, error) from None
        self._reading, self._asking = threading.Lock(), threading.Lock()
        self._closed = False
        self._asked: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._after: list[Callable[[], None]] = []
        self._unfinished, self._unfinished_bytes = 0, 0
        self._others = -1
        self._next_look, self._next_forgetting = 0.0, 0.0
        try:
            self._db = opened(path, make=True)
            self._reader = opened(path)
            self._forgotten = self._db.execute("SELECT happened FROM forgotten").fetchone()[0]
            self._look()
        except sqlite3.Error as error:
            self._lock.release()
            raise unusable(path, error) from None
        except InboxError:
            self._lock.release()
            raise
        self._thread = threading.Thread(target=self._write, name="inbox", daemon=True)
        self._thread.start()

    def put(self, arrival: Arrival) -> Future[Taken]:
        """Keep an event; the answer comes when it stands on disk.

        Raises (the future): sqlite3.Error when it could not be stored; it is not here then.
        """
        return self._ask(lambda: self._put(arrival))

    def end(
        self, place: int, outcome: Outcome, then: Callable[[], None] = lambda: None
    ) -> Future[None]:
        """Note what became of an event; the answer comes when that stands on disk.

        then: called as soon as it does, before anything else is seen of the file.
        """
        return self._ask(lambda: self._end(place, outcome, then))

    def kept(self, place: int) -> Kept:
        """An event that waits. Raises: sqlite3.Error."""
        query = "SELECT body, attempts FROM events WHERE place = ?"
        with self._reading:
            found = self._reader.execute(query, [place]).fetchone()
        if found is None:
            raise sqlite3.DataError("it is there no more")
        return Kept(*found)

    def close(self) -> None:
        """Write what was asked for, and let others have the file; what is asked later fails."""
        with self._asking:
            self._closed = True
            self._asked.put(None)
        self._thread.join()
        with self._reading:
            self._reader.close()
        self._db.close()
        self._lock.release()

    def _ask(self, work: Callable[[], Any]) -> Future[Any]:
        standing: Future[Any] = Future()
        with self._asking:
            if self._closed:  # a request whose body came after the end, say
                standing.set_exception(sqlite3.ProgrammingError("the inbox is closed"))
            else:
                self._asked.put(_Asked(work, standing))
        return standing

    # --- the writing thread

    def _write(self) -> None:
        more = True
        while more:
            asked, more = self._together()
            if asked:
                self._commit(asked)
            if time.monotonic() >= self._next_look:
                try:
                    self._look()
                    self._forget()
                except sqlite3.Error as error:
                    log_trouble("the inbox cannot be looked through", str(error))

    def _together(self) -> tuple[list[_Asked], bool]:
        """What is asked for by now, after the first of it; and whether more may come."""
        asked: list[_Asked] = []
        with suppress(queue.Empty):
            while len(asked) < _MOST_TOGETHER:
                wait = _LOOK_SECONDS if not asked else 0
                each = self._asked.get(timeout=wait) if wait else self._asked.get_nowait()
                if each is None:
                    return asked, False
                asked.append(each)
        return asked, True

    def _commit(self, asked: list[_Asked]) -> None:
        self._after, before = [], (self._unfinished, self._unfinished_bytes)
        try:
            self._db.execute("BEGIN IMMEDIATE")
            answers = [each.work() for each in asked]
            self._db.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - each who waits is told
            self._unfinished, self._unfinished_bytes = before
            with suppress(sqlite3.Error):
                self._db.rollback()
            for each in asked:
                if each.standing.set_running_or_notify_cancel():
                    each.standing.set_exception(error)
            return
        for follow in self._after:
            follow()
        for each, answer in zip(asked, answers, strict=True):
            if each.standing.set_running_or_notify_cancel():
                each.standing.set_result(answer)

    def _put(self, arrival: Arrival) -> Taken:
        query = "SELECT content_hash FROM events WHERE id = ?"
        known = self._db.execute(query, [arrival.id]).fetchone()
        if known is not None:
            return "known" if known[0] == arrival.content_hash else "another"
        if arrival.happened <= self._forgotten:
            return "forgotten"
        limits = self._limits
        if (
            self._unfinished >= limits.unfinished
            or self._unfinished_bytes >= limits.unfinished_bytes
        ):
            return "full"
        place = self._db.execute(
            "INSERT INTO events (id, content_hash, lane, happened, body, received) VALUES (?, ?, ?, ?, ?, ?)",
            [*arrival, time.time()],
        ).lastrowid
        self._unfinished += 1
        self._unfinished_bytes += len(arrival.body)
        self._after.append(partial(self._waits, [(arrival.lane, place or 0)]))
        return "stored"

    def _end(self, place: int, outcome: Outcome, then: Callable[[], None]) -> None:
        state, attempts, told = outcome
        ended = None if state == WAITING else time.time()
        self._db.execute(
            "UPDATE events SET state = ?, attempts = ?, outcome = ?, ended = ? "
            "WHERE place = ? AND state = 'waiting'",
            [state, attempts, told, ended, place],
        )
        if state not in {WAITING, FAILED}:
            query = "SELECT length(body) FROM events WHERE place = ?"
            self._unfinished -= 1
            self._unfinished_bytes -= sum(size for (size,) in self._db.execute(query, [place]))
        self._after.append(then)

    def _look(self) -> None:
        """See what somebody else has let wait again, and at first what waits at all."""
        self._next_look = time.monotonic() + _LOOK_SECONDS
        others = self._db.execute("PRAGMA data_version").fetchone()[0]
        if others == self._others:
            return
        unfinished = (
            "SELECT lane, place, state, length(body) FROM events "
            "WHERE state IN ('waiting', 'failed') ORDER BY place"
        )
        found = self._db.execute(unfinished).fetchall()
        self._others, self._unfinished = others, len(found)
        self._unfinished_bytes = sum(size for *_, size in found)
        self._waits((lane, place) for lane, place, state, _ in found if state == WAITING)

    def _forget(self) -> None:
        """Remove finished events that would be refused by their age; a few at a time."""
        now = time.monotonic()
        if now < self._next_forgetting:
            return
        oldest = (time.time() - self._limits.max_age.total_seconds()) * 1000
        try:
            self._db.execute("BEGIN IMMEDIATE")
            gone = self._db.execute(
                "SELECT place, happened FROM events "
                "WHERE state IN ('done', 'left out') AND happened < ? LIMIT ?",
                [oldest - _FORGET_SECONDS * 1000, _FORGOTTEN_AT_ONCE],
            ).fetchall()
            until = max([self._forgotten, *(happened for _, happened in gone)])
            self._db.executemany("DELETE FROM events WHERE place = ?", [row[:1] for row in gone])
            self._db.execute("UPDATE forgotten SET happened = ?", [until])
            self._db.execute("COMMIT")
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                self._db.rollback()
            raise
        self._forgotten = until
        if len(gone) < _FORGOTTEN_AT_ONCE:
            self._next_forgetting = now + _FORGET_SECONDS
