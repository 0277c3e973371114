"""The inbox's file: received events, each with what became of it.

SQLite with a write-ahead log and `synchronous=FULL`: what is committed stands after a crash and after
the loss of power, and who reads waits for nobody who writes. A local disk is needed, as for any
SQLite in this mode.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic_core import from_json

from devsession.errors import InboxError, UnknownNameError, UsageError
from devsession.openmetadata.model.change_event import ChangeEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

State = Literal["waiting", "done", "left out", "failed"]
WAITING: Final = "waiting"
DONE: Final = "done"
LEFT_OUT: Final = "left out"
FAILED: Final = "failed"

_VERSION = 1
_BUSY_MS = 1_000
# Places go by arrival and are never used twice. An event's body is compared by its content's hash.
_TABLES = """
CREATE TABLE events (
  place INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  content_hash BLOB NOT NULL,
  lane TEXT NOT NULL,
  happened INTEGER NOT NULL,
  received REAL NOT NULL,
  body BLOB NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  attempts INTEGER NOT NULL DEFAULT 0,
  outcome TEXT NOT NULL DEFAULT '{}',
  ended REAL
);
CREATE INDEX unfinished ON events (state, place, lane) WHERE state IN ('waiting', 'failed');
CREATE INDEX finished ON events (happened) WHERE state IN ('done', 'left out');
"""
# When the newest event happened that was forgotten: of older ones nobody can say that they are new.
_FORGOTTEN = """
CREATE TABLE IF NOT EXISTS forgotten (happened INTEGER NOT NULL);
INSERT INTO forgotten SELECT -1 WHERE NOT EXISTS (SELECT 1 FROM forgotten);
"""


@dataclass(frozen=True)
class Received:
    """An event of the inbox. received, ended: seconds since 1970. outcome: what the handler said, or
    `error` with why it failed the last time; without secrets.
    """

    id: str
    state: State
    attempts: int
    received: float
    ended: float | None
    outcome: dict[str, Any]
    body: bytes = field(repr=False)

    @cached_property
    def event(self) -> ChangeEvent:
        """The event itself."""
        return event_in(self.body)

    def to_dict(self) -> dict[str, Any]:
        """What it is, and what became of it; without its body."""
        return {
            "id": self.id,
            "event_type": self.event.event_type,
            "entity_type": self.event.entity_type,
            "entity": self.event.fqn or self.event.entity_id,
            "state": self.state,
            "attempts": self.attempts,
            "received": _moment(self.received),
            "ended": None if self.ended is None else _moment(self.ended),
            "outcome": self.outcome,
        }


def event_in(body: bytes) -> ChangeEvent:
    """The event that a body is.

    Raises: ValueError for what is no JSON; EntityError for what is no event.
    """
    return ChangeEvent.model_validate(from_json(body, allow_inf_nan=False))


def opened(path: Path, *, make: bool = False) -> sqlite3.Connection:
    """The file, made where it is not there and is to be made.

    Raises: InboxError when it cannot be opened, or is something else.
    """
    try:
        if make:
            # Bodies hold what a catalog knows: for this user only, as the files beside it are then.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        found = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=rw",
            uri=True,
            timeout=_BUSY_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
    except (OSError, sqlite3.Error) as error:
        raise unusable(path, error) from None
    try:
        version = found.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and make:
            found.execute("PRAGMA journal_mode = WAL")
            found.executescript(f"BEGIN;{_TABLES}PRAGMA user_version = {_VERSION};COMMIT;")
            version = _VERSION
        if version == _VERSION and make:
            found.executescript(f"BEGIN;{_FORGOTTEN}COMMIT;")
        found.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error as error:
        found.close()
        raise unusable(path, error) from None
    if version != _VERSION:
        found.close()
        raise InboxError(
            "This file is no inbox of events, or one of another version",
            tried=f"its version is {version}, and {_VERSION} is read",
            where=str(path),
            next_step="another file: inbox=..",
        )
    return found


def received(path: Path, *states: State, last: int | None = None) -> Iterator[Received]:
    """The events of an inbox in the order in which they came, of these states or of all; it may be in use.

    last: no more than so many, the last ones; only they are read.

    Raises: InboxError.
    """
    if not path.exists():
        return
    chosen = f" WHERE state IN ({', '.join('?' * len(states))})" if states else ""
    columns = "id, state, attempts, received, ended, outcome, body"
    query, values = f"SELECT {columns} FROM events{chosen} ORDER BY place", [*states]  # noqa: S608
    with _using(path) as found:
        rows: Iterable[tuple[Any, ...]]
        if last is None:
            rows = found.execute(query, values)
        else:
            backwards = found.execute(f"{query} DESC LIMIT ?", [*values, last])
            rows = reversed(backwards.fetchall())
        for row in rows:
            event, state, attempts, came, ended, outcome, body = row
            yield Received(event, state, attempts, came, ended, json.loads(outcome), body)


def counts(path: Path) -> dict[State, int]:
    """How many events there are of each state. Raises: InboxError."""
    if not path.exists():
        return {}
    with _using(path) as found:
        return dict(found.execute("SELECT state, count(*) FROM events GROUP BY state"))


def again(path: Path, event: str | None = None) -> int:
    """Let a failed event wait again, or all that have failed; how many there are.

    A receiver that runs finds them within a second; else the next one does.

    Raises:
        UnknownNameError: there is no such event.
        UsageError: it has not failed.
        InboxError: the inbox cannot be written.
    """
    if not path.exists():
        if event is None:
            return 0
        raise _no_such(event, path)
    reset = "UPDATE events SET state = 'waiting', attempts = 0, ended = NULL WHERE state = 'failed'"
    with _using(path) as found:
        if event is None:
            return found.execute(reset).rowcount
        if found.execute(f"{reset} AND id = ?", [event]).rowcount:
            return 1
        row = found.execute("SELECT state FROM events WHERE id = ?", [event]).fetchone()
    if row is None:
        raise _no_such(event, path)
    why = "it waits already" if row[0] == WAITING else "a finished event is never handed over again"
    raise UsageError(
        f"The event {event} has not failed, it is {row[0]}: {why}",
        where=str(path),
        next_step="devsession events list --failed",
    )


@contextmanager
def _using(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(opened(path)) as found:
        try:
            yield found
        except sqlite3.Error as error:
            raise unusable(path, error) from None


def _no_such(event: str, path: Path) -> UnknownNameError:
    return UnknownNameError(
        f"There is no event {event!r} in the inbox",
        where=str(path),
        next_step="devsession events list --failed",
    )


def unusable(path: Path, error: Exception) -> InboxError:
    """The error of a file that cannot be opened, read or written."""
    said = getattr(error, "strerror", None) or str(error)
    return InboxError(
        "The inbox of events cannot be used",
        said=said,
        where=str(path),
        next_step="a file in a folder that is there, on a local disk, and can be written",
    )


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
