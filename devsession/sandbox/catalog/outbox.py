"""What subscribers have still to be told, and how far each of them is: kept beside the entities.

An event is written in the transaction of its change, and goes when all who want it are past it. A
subscriber is at a position among them; what is sent moves it on, so that after a kill at most the
event that was under way is sent once more.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Condition
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic_core import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from threading import RLock

Content = dict[str, Any]

ALL = "all"
ACTIVE, DISABLED, FAILED = "active", "disabled", "failed"
AWAITING, GIVEN_UP = "awaitingRetry", "retryLimitReached"

SCHEMA = """
create table if not exists subscriptions (
    id text primary key,
    name text not null unique,
    version integer not null,
    updated_at integer not null,
    content blob not null,
    position integer not null,
    sent integer not null,
    failed integer not null,
    state blob not null
) without rowid;
create table if not exists events (
    position integer primary key autoincrement,
    type text not null,
    content blob not null
);
create index if not exists events_of_a_type on events (type, position);
create table if not exists failed_events (
    subscription text not null,
    position integer not null,
    content blob not null,
    primary key (subscription, position)
) without rowid;
"""
_MOST_FAILED = 1_000
# What a subscriber has not been told: after a position, of all types or of some.
_NEXT = """
select position, content from events
where position > ? and (? or type in (select value from json_each(?))) order by position limit 1
"""
_COUNT = """
select count(*) from events
where position > ? and (? or type in (select value from json_each(?)))
"""


@dataclass
class Subscriber:
    """A subscription, and how far its subscriber is.

    Args:
        version: in tenths.
        content: as it was sent, with its secrets.
        position: of the last event that is over for it.
        state: `status` and what else is told of how deliveries go.
    """

    id: str
    name: str
    version: int
    updated_at: int
    content: Content = field(repr=False)
    position: int
    sent: int = 0
    failed: int = 0
    state: Content = field(default_factory=dict)

    @property
    def on(self) -> bool:
        """Whether it is told anything: not when it is disabled, or has fallen too far behind."""
        destination = self.content["destinations"][0]
        enabled = self.content.get("enabled", True) and destination.get("enabled", True)
        return bool(enabled) and self.state["status"] != FAILED

    def takes(self, entity_type: str) -> bool:
        return bool({ALL, entity_type} & {*self.content["resources"]})


class Waiting(NamedTuple):
    """An event that a subscriber has not had. body: a ChangeEvent, as JSON."""

    position: int
    body: bytes


class Outbox:
    """Used by several threads: each holds `changed`, a condition on the lock of all transactions."""

    def __init__(self, database: sqlite3.Connection, lock: RLock) -> None:
        self._database = database
        self.changed = Condition(lock)
        found = database.execute("select * from subscriptions order by name").fetchall()
        self._types = {each for (each,) in database.execute("select distinct type from events")}
        self.subscribers: dict[str, Subscriber] = {}
        for row in found:
            self.subscribers[row[0]] = Subscriber(
                id=row[0],
                name=row[1],
                version=row[2],
                updated_at=row[3],
                content=from_json(row[4]),
                position=row[5],
                sent=row[6],
                failed=row[7],
                state=from_json(row[8]),
            )

    def wants(self, entity_type: str) -> bool:
        """Whether anybody is to be told of changes of this type."""
        return any(each.on and each.takes(entity_type) for each in self.subscribers.values())

    def append(self, events: Iterable[tuple[str, bytes]]) -> None:
        """(entity type, ChangeEvent as JSON), within the transaction of the change."""
        events = list(events)
        self._types.update(entity_type for entity_type, _ in events)
        self._database.executemany("insert into events (type, content) values (?, ?)", events)

    def newest(self) -> int:
        """The position of the last event there was; it is never taken again."""
        found = self._database.execute(
            "select seq from sqlite_sequence where name = 'events'"
        ).fetchone()
        return 0 if found is None else int(found[0])

    def next(self, subscriber: Subscriber) -> Waiting | None:
        """What it is to be told now."""
        found = self._database.execute(_NEXT, _what(subscriber)).fetchone()
        if found is not None:
            return Waiting(*found)
        if subscriber.position != self.newest():  # what others are told of is over for it as well
            with suppress(sqlite3.Error):  # on a full disk that is kept with its next step
                self.keep(subscriber, position=self.newest())
        return None

    def pending(self, subscriber: Subscriber) -> int:
        """How many events it is still to be told."""
        (count,) = self._database.execute(_COUNT, _what(subscriber)).fetchone()
        return int(count)

    def keep(self, subscriber: Subscriber, *, position: int | None = None) -> None:
        """A subscription that is new or changed, or a step of its subscriber to a position."""
        if position is not None:
            subscriber.position = position
        if not subscriber.on:
            subscriber.position = self.newest()  # what waited for it is dropped
        self.subscribers[subscriber.id] = subscriber
        self._database.execute(
            "replace into subscriptions values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                subscriber.id,
                subscriber.name,
                subscriber.version,
                subscriber.updated_at,
                to_json(subscriber.content),
                subscriber.position,
                subscriber.sent,
                subscriber.failed,
                to_json(subscriber.state),
            ),
        )
        self._trim()

    def keep_failed(self, subscriber: Subscriber, event: Waiting, told: Content) -> None:
        """An event that was not taken, however often it was sent. told: why, and when."""
        self._database.execute(
            "replace into failed_events values (?, ?, ?)",
            (
                subscriber.id,
                event.position,
                to_json({**told, "changeEvent": from_json(event.body)}),
            ),
        )
        self._database.execute(
            "delete from failed_events where subscription = ? and position not in (select position"
            " from failed_events where subscription = ? order by position desc limit ?)",
            (subscriber.id, subscriber.id, _MOST_FAILED),
        )

    def failures(self, subscriber: Subscriber, limit: int) -> list[Content]:
        """The events that were not taken, the newest first."""
        found = self._database.execute(
            "select content from failed_events where subscription = ?"
            " order by position desc limit ?",
            (subscriber.id, limit),
        )
        return [from_json(content) for (content,) in found]

    def remove(self, subscriber: Subscriber) -> None:
        """It ends, with what waited for it and what it did not take."""
        del self.subscribers[subscriber.id]
        self._database.execute("delete from subscriptions where id = ?", (subscriber.id,))
        self._database.execute("delete from failed_events where subscription = ?", (subscriber.id,))
        self._trim()

    def _trim(self) -> None:
        """Events that are over for all who want them go."""
        on = [each for each in self.subscribers.values() if each.on]
        newest = self.newest()
        for entity_type in self._types:
            over = min((each.position for each in on if each.takes(entity_type)), default=newest)
            self._database.execute(
                "delete from events where type = ? and position <= ?", (entity_type, over)
            )


def _what(subscriber: Subscriber) -> tuple[int, bool, str]:
    resources = subscriber.content["resources"]
    return subscriber.position, ALL in resources, to_json(resources).decode()
