"""A practice stream: up to a million records, each made up when a page asks for it.

A record follows from the seed, its number and its last change, so nothing is kept but the changes.
There are two orders, as the CRM's records have them: by creation, and by the last change. Five
records in a row have the same time, and so has all that changes at once.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from random import Random
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic import Field as Setting

from devsession.sandbox.refusals import RefusedError
from devsession.sandbox.stream_types import MOST_RECORDS
from devsession.sandbox.stream_values import made_up
from devsession.sandbox.timeline import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.sandbox.store import Record
    from devsession.sandbox.stream_types import StreamSettings, StreamType

_BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)
_AT_ONE_TIME = 5
_SHELVES = 7
_Count = Annotated[int, Setting(ge=0, le=MOST_RECORDS)]


class Changes(BaseModel):
    """What is to happen in a stream: to so many of its records, that the seed chooses; so many more.

    `at`: when, the same for all; now, if it is not said.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    changed: _Count = 0
    deleted: _Count = 0
    added: _Count = 0
    at: AwareDatetime | None = None


class _Start(NamedTuple):
    """Where a page begins: the n-th of its pass, at a position that never moves."""

    page: int
    position: int


class GeneratedStream:
    """The records of one practice stream; `parent` is the stream that they belong to."""

    def __init__(self, stream_type: StreamType, parent: GeneratedStream | None = None) -> None:
        self.type = stream_type
        self._parent = parent
        self._given = [field for field in stream_type.object_type.fields if not field.read_only]
        self.begin(stream_type.settings)

    def begin(self, settings: StreamSettings) -> None:
        """As many records as it is set to, and no change so far."""
        self.settings = settings
        self._failed = False
        # One entry a change, additions included: the record's number, and when.
        self._changed: list[int] = []
        self._times: list[str] = []
        self._last_change: dict[int, int] = {}
        self._added: list[str] = []
        self._deleted: set[int] = set()

    def set(self, settings: StreamSettings) -> None:
        """From now on; other records begin anew."""
        if (settings.records, settings.seed) != (self.settings.records, self.settings.seed):
            self.begin(settings)
        self.settings = settings

    def __len__(self) -> int:
        """How many there are that are not deleted."""
        return self._total - len(self._deleted)

    @property
    def last_time(self) -> datetime:
        """When the last change was, or the last creation."""
        places = self.settings.records + len(self._changed)
        return datetime.fromisoformat(self._time_at(places - 1)) if places else _BEGINNING

    def check(self, changes: Changes) -> None:
        """Raises: RefusedError when this cannot happen."""
        touched = changes.changed + changes.deleted
        if touched and not self.type.key:
            raise _cannot("changed", f"The records of {self.type.name} have no key: add some.")
        if touched > len(self):
            raise _cannot("changed", f"There are {len(self):,} records, not {touched:,}.")
        if self._total + changes.added > MOST_RECORDS:
            raise _cannot("added", f"A stream has at most {MOST_RECORDS:,} records.")
        if changes.at is not None and changes.at < self.last_time:
            raise _cannot("at", f"The last change was at {self.last_time.isoformat()}, not before.")

    def time_of(self, changes: Changes, now: datetime) -> str:
        """When they happen. A clock that is set back hides none."""
        return _written(changes.at or max(now, self.last_time))

    def change(self, changes: Changes) -> None:
        """Makes them happen, of which `check` said that they can, at the time that they say."""
        time = _written(changes.at or self.last_time)
        touched = changes.changed + changes.deleted
        random = Random(f"{self.settings.seed} {self.type.name} {len(self._changed)}")  # noqa: S311
        drawn = random.sample(range(self._total), min(self._total, touched + len(self._deleted)))
        chosen = [number for number in drawn if number not in self._deleted][:touched]
        self._deleted.update(chosen[changes.changed :])
        added = range(self._total, self._total + changes.added)
        self._added += [time] * changes.added
        for number in chain(chosen, added):
            self._last_change[number] = len(self._changed)
            self._changed.append(number)
            self._times.append(time)

    def page(
        self,
        limit: int,
        cursor: str | None,
        *,
        since: datetime | None = None,
        deleted: bool = False,
        parent_id: str | None = None,
    ) -> Page:
        """At most `limit` records, from the first one or from where `cursor` goes on.

        Args:
            since: only what was changed then or later, in the order of the changes.
            deleted: with the tombstones.
            parent_id: whose they are, where the stream has a parent.

        Raises:
            RefusedError: the cursor is not one of this stream and order; the parent's id is
                missing, unknown or deleted; or the page fails, as it is set.
        """
        numbers = self._belonging_to(parent_id)
        order = f"{self.type.name} {'creations' if since is None else 'changes'} {parent_id or ''}"
        start = self._start(cursor, order, since)
        self._fail(start.page)
        along = self._creations(start.position, numbers)
        if since is not None:
            along = self._changes(start.position, numbers)
        found = (each for each in along if deleted or each[1] not in self._deleted)
        records = [self._record(number) for _, number in islice(found, limit)]
        after = next(found, None)
        if after is None:
            return Page(records, None)
        text = f"{order}:{start.page + 1}:{after[0]}"
        return Page(records, urlsafe_b64encode(text.encode()).decode())

    @property
    def _total(self) -> int:
        return self.settings.records + len(self._added)

    def _belonging_to(self, parent_id: str | None) -> range:
        """The numbers of the records of a parent; of all, where the stream has none."""
        if self._parent is None:
            if parent_id is not None:
                raise RefusedError(
                    "invalid_parameter", f"{self.type.name} has no parent.", field="parent_id"
                )
            return range(self._total)
        if parent_id is None:
            message = f"parent_id is the id of a {self._parent.type.name}: read that stream first."
            raise RefusedError("invalid_parameter", message, field="parent_id")
        number, parents = self._parent.number_of(parent_id), self._parent.settings.records
        # A parent that was added later has nothing.
        return range(number, self._total, parents) if number < parents else range(0)

    def number_of(self, record_id: str) -> int:
        """Raises: RefusedError when there is no record with this id, or none any more."""
        digits = record_id.removeprefix(self.type.object_type.prefix + "_")
        number = int(digits) if digits.isascii() and digits.isdigit() else -1
        if not 0 <= number < self._total or record_id != self._id(number):
            message = f"There is no {self.type.name} with this id."
            raise RefusedError("record_not_found", message, field="parent_id")
        if number in self._deleted:
            message = f"This {self.type.name} was deleted."
            raise RefusedError("record_deleted", message, field="parent_id")
        return number

    def _start(self, cursor: str | None, order: str, since: datetime | None) -> _Start:
        places = self.settings.records + len(self._changed)
        if cursor is None:
            if since is None:
                return _Start(1, 0)
            by_time = bisect_left(
                range(places), since, key=lambda at: datetime.fromisoformat(self._time_at(at))
            )
            return _Start(1, by_time)
        try:
            of, page, position = urlsafe_b64decode(cursor).decode().rsplit(":", 2)
            start = _Start(int(page), int(position))
        except ValueError:
            of, start = "", _Start(0, 0)
        if of != order or not 0 <= start.position <= places:
            raise RefusedError(
                "invalid_cursor",
                f"This cursor is not one of {order.rstrip()}: begin again without one.",
                field="cursor",
            )
        return start

    def _fail(self, page: int) -> None:
        """The page that is to fail does; "once" is every other time, so that each pass meets it."""
        if page != self.settings.fails_at_page:
            return
        self._failed = self.settings.fails == "always" or not self._failed
        if self._failed:
            raise RefusedError("internal_error", f"The app failed on page {page}: try again.")

    def _creations(self, start: int, numbers: range) -> Iterator[tuple[int, int]]:
        return ((number, number) for number in numbers[bisect_left(numbers, start) :])

    def _changes(self, start: int, numbers: range) -> Iterator[tuple[int, int]]:
        """Positions and numbers: first what never changed, then each record's last change."""
        first = self.settings.records
        for number in numbers[bisect_left(numbers, start) :]:
            if number >= first:
                break
            if number not in self._last_change:
                yield number, number
        for place in range(max(0, start - first), len(self._changed)):
            number = self._changed[place]
            if self._last_change[number] == place and number in numbers:
                yield first + place, number

    def _time_at(self, position: int) -> str:
        """When the change at a position of their order was."""
        if position >= self.settings.records:
            return self._times[position - self.settings.records]
        return _written(_BEGINNING + timedelta(minutes=position - position % _AT_ONE_TIME))

    def _record(self, number: int) -> Record:
        first = self.settings.records
        created = self._time_at(number) if number < first else self._added[number - first]
        change = self._last_change.get(number)
        times = {"created_at": created, "updated_at": created}
        if change is not None:
            times["updated_at"] = self._times[change]
        if not self.type.key:
            times = {self.type.cursor: created}
        key = self._key(number)
        if number in self._deleted:
            return {**key, **times, "deleted_at": times["updated_at"]}
        seed = f"{self.settings.seed} {self.type.name} {number} {change}"
        values = made_up(self._given, Random(seed), odd=self.type.odd)  # noqa: S311
        return {**key, **values, **times}

    def _key(self, number: int) -> Record:
        if self._parent is not None:
            parents = self._parent.settings.records
            return {
                f"{self._parent.type.name}_id": self._parent._id(number % parents),
                "number": number // parents + 1,
            }
        match self.type.key:
            case ():
                return {}
            case ((outer, _), _):
                shelf, number = number % _SHELVES, number // _SHELVES + 1
                return {outer: {"shelf": f"shelf {shelf}", "number": number}}
        return {"id": self._id(number)}

    def _id(self, number: int) -> str:
        return f"{self.type.object_type.prefix}_{number:07}"


def _written(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def _cannot(field: str, message: str) -> RefusedError:
    return RefusedError("invalid_setting", message, field=field)
