"""The order of an object's records: by creation, and by their last change. Pages go along one.

A position never moves: a cursor means the same whatever is added, changed or deleted later. A
record that changes while somebody pages through the changes comes once more, at the end; none is
left out, also where many have the same time.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from devsession.sandbox.kept import Place
from devsession.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.sandbox.store import Record

_CREATIONS, _CHANGES = "", "changes"


class Page(NamedTuple):
    """Some records, oldest (or least lately changed) first; no `next_cursor` after the last."""

    records: list[Record]
    next_cursor: str | None


class Timeline:
    """Ids by creation and by change; `name` is the object's, for cursors and refusals."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._created: list[str] = []
        # One entry a change; those that a later change of the same record overtook are stale.
        self._changed: list[str] = []
        self._times: list[str] = []
        self._last_change: dict[str, int] = {}
        self._creation: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._created)

    @property
    def last_time(self) -> str:
        """When the last change was; "" before the first."""
        return self._times[-1] if self._times else ""

    def place_of_next(self, record_id: str) -> Place:
        """Where the next change of this record, or its creation, belongs."""
        return Place(self._creation.get(record_id, len(self._created)), len(self._changed))

    def add(self, place: Place, record_id: str, time: str) -> None:
        """A record was created, changed or deleted. Changes come in order; times never go back."""
        _put_at(self._created, place.created, record_id, "")
        # Between what was kept, changes are missing that later ones overtook.
        _put_at(self._times, place.changed, time, self.last_time or time)
        _put_at(self._changed, place.changed, record_id, "")
        self._creation[record_id] = place.created
        self._last_change[record_id] = place.changed

    def page(
        self,
        limit: int,
        cursor: str | None,
        since: datetime | None,
        find: Callable[[str], Record | None],
    ) -> Page:
        """At most `limit` records, from the first one or from where `cursor` goes on.

        Args:
            since: only what was changed then or later, in the order of the changes.
            find: gives the record of an id; None when it is to be left out.

        Raises:
            RefusedError: the cursor is not one of this object and order, or of an earlier sandbox.
        """
        order = _CREATIONS if since is None else _CHANGES
        if cursor is not None:
            start = self._position(cursor, order)
        elif since is not None:
            start = bisect_left(self._times, since, key=datetime.fromisoformat)
        else:
            start = 0
        along = self._creations(start) if order == _CREATIONS else self._changes(start)
        found = ((place, record) for place, each in along if (record := find(each)) is not None)
        records = list(islice(found, limit))
        after = next(found, None)
        return Page(
            [record for _, record in records],
            None if after is None else self._cursor(after[0], order),
        )

    def _creations(self, start: int) -> Iterator[tuple[int, str]]:
        return ((place, self._created[place]) for place in range(start, len(self._created)))

    def _changes(self, start: int) -> Iterator[tuple[int, str]]:
        return (
            (place, self._changed[place])
            for place in range(start, len(self._changed))
            if self._last_change.get(self._changed[place]) == place
        )

    def _cursor(self, position: int, order: str) -> str:
        return urlsafe_b64encode(f"{self._name}{order}:{position}".encode()).decode()

    def _position(self, cursor: str, order: str) -> int:
        try:
            name, _, position = urlsafe_b64decode(cursor).decode().partition(":")
            start = int(position) if name == self._name + order else -1
        except ValueError:
            start = -1
        if not 0 <= start <= len(self._changed if order else self._created):
            raise RefusedError(
                "invalid_cursor",
                f"This cursor is not one of {self._name} records{order and ' by change'}: "
                "begin again without one.",
                field="cursor",
            )
        return start


def _put_at(entries: list[str], place: int, entry: str, between: str) -> None:
    """At its place, which may be beyond the end."""
    entries.extend([between] * (place + 1 - len(entries)))
    entries[place] = entry
