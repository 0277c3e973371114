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
# Below this, stale changes are not worth the work to take them out.
_FEW = 1_000


class Page(NamedTuple):
    """Some records, oldest (or least lately changed) first; no `next_cursor` after the last."""

    records: list[Record]
    next_cursor: str | None


class Timeline:
    """Ids by creation and by change; `name` is the object's, for cursors and refusals."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._created: list[str] = []
        # One entry a change; those that a later change of the same record overtook are stale, and
        # taken out together: an app that runs for days would have nothing but them.
        self._changed: list[str] = []
        self._times: list[str] = []
        self._positions: list[int] = []
        self._next_change = 0
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
        return Place(self._creation.get(record_id, len(self._created)), self._next_change)

    def add(self, place: Place, record_id: str, time: str) -> None:
        """A record was created, changed or deleted. Changes come in order; times never go back."""
        _put_at(self._created, place.created, record_id)
        self._changed.append(record_id)
        self._times.append(time)
        self._positions.append(place.changed)
        self._next_change = place.changed + 1
        self._creation[record_id] = place.created
        self._last_change[record_id] = place.changed
        if len(self._changed) > 2 * len(self._last_change) + _FEW:
            self._take_out_stale()

    def _take_out_stale(self) -> None:
        live = [at for at in range(len(self._changed)) if self._is_live(at)]
        self._changed = [self._changed[at] for at in live]
        self._times = [self._times[at] for at in live]
        self._positions = [self._positions[at] for at in live]

    def _is_live(self, at: int) -> bool:
        return self._last_change[self._changed[at]] == self._positions[at]

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
            at = bisect_left(self._times, since, key=datetime.fromisoformat)
            start = self._positions[at] if at < len(self._positions) else self._next_change
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
            (self._positions[at], self._changed[at])
            for at in range(bisect_left(self._positions, start), len(self._positions))
            if self._is_live(at)
        )

    def _cursor(self, position: int, order: str) -> str:
        return urlsafe_b64encode(f"{self._name}{order}:{position}".encode()).decode()

    def _position(self, cursor: str, order: str) -> int:
        try:
            name, _, position = urlsafe_b64decode(cursor).decode().partition(":")
            start = int(position) if name == self._name + order else -1
        except ValueError:
            start = -1
        if not 0 <= start <= (self._next_change if order else len(self._created)):
            raise RefusedError(
                "invalid_cursor",
                f"This cursor is not one of {self._name} records{order and ' by change'}: "
                "begin again without one.",
                field="cursor",
            )
        return start


def _put_at(entries: list[str], place: int, entry: str) -> None:
    """At its place, which may be beyond the end."""
    entries.extend([""] * (place + 1 - len(entries)))
    entries[place] = entry
