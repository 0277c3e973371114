"""The records of one object, in memory, with an index for each unique field.

Nothing here waits, and the app calls it from one event loop only: each write is whole before the
next one begins, so no lock is needed.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from devsession.errors import did_you_mean
from devsession.sandbox.fields import is_empty, missing
from devsession.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from devsession.sandbox.fields import Field
    from devsession.sandbox.objects import ObjectType

Record = dict[str, object]


class Written(NamedTuple):
    """What a write came to: `status` is created, updated or unchanged."""

    status: str
    record: Record


class Page(NamedTuple):
    """Some records in the order of their creation; no `next_cursor` after the last ones."""

    records: list[Record]
    next_cursor: str | None


def utc_now() -> datetime:
    """The clock of an app that no test drives."""
    return datetime.now(UTC)


class RecordStore:
    """Checks, keeps and finds the records of one object.

    A record that was handed out never changes: an update puts a new one in its place.
    """

    def __init__(self, object_type: ObjectType, clock: Callable[[], datetime] = utc_now) -> None:
        self.object_type = object_type
        self._clock = clock
        self._fields = {field.name: field for field in object_type.fields}
        self._writable = [field.name for field in object_type.fields if not field.read_only]
        self._required = [field for field in object_type.fields if field.required]
        self._blank: Record = dict.fromkeys(self._fields)
        self._records: dict[str, Record] = {}
        # Position is age: a page that begins at a position is the same whatever is added later.
        self._ids: list[str] = []
        self._holders: dict[str, dict[object, str]] = {
            field.name: {} for field in object_type.fields if field.unique
        }

    def get(self, record_id: str) -> Record:
        """Raises: RefusedError when there is no such record."""
        try:
            return self._records[record_id]
        except KeyError:
            message = f"There is no {self.object_type.name} with this id."
            raise RefusedError("record_not_found", message, field="id") from None

    def create(self, values: Mapping[str, object]) -> Written:
        """Raises: RefusedError for a value that a field refuses, or a required one that lacks."""
        self._check(values)
        for field in self._required:
            if field.name not in values:
                raise missing(field.name)
        self._check_unique(values, owner=None)
        now = self._now()
        record_id = self._new_id(values.get("external_id"))
        record = {**self._blank, **values, "id": record_id, "created_at": now, "updated_at": now}
        self._ids.append(record_id)
        self._put(record)
        return Written("created", record)

    def update(self, record_id: str, values: Mapping[str, object]) -> Written:
        """Sets these fields and leaves the others; null takes a value away.

        Raises:
            RefusedError: there is no such record, or a field refuses its value.
        """
        record = self.get(record_id)
        self._check(values)
        changed = {name: value for name, value in values.items() if value != record[name]}
        if not changed:
            return Written("unchanged", record)
        self._check_unique(changed, owner=record_id)
        self._forget_identities(record, changed)
        updated = {**record, **changed, "updated_at": self._now()}
        self._put(updated)
        return Written("updated", updated)

    def upsert(self, values: Mapping[str, object]) -> Written:
        """Updates the record with this `external_id`, or creates it.

        Raises:
            RefusedError: there is no external_id, or a field refuses its value.
        """
        external_id = values.get("external_id")
        if is_empty(external_id):
            raise missing("external_id")
        self._fields["external_id"].check(external_id)
        holder = self._holders["external_id"].get(external_id)
        return self.create(values) if holder is None else self.update(holder, values)

    def page(self, limit: int, cursor: str | None) -> Page:
        """At most `limit` records, from the first one or from where `cursor` goes on.

        Raises:
            RefusedError: the cursor is not one of this object, or of an earlier sandbox.
        """
        start = 0 if cursor is None else self._position(cursor)
        end = start + limit
        records = [self._records[record_id] for record_id in self._ids[start:end]]
        return Page(records, self._cursor(end) if end < len(self._ids) else None)

    def _check(self, values: Mapping[str, object]) -> None:
        for name, value in values.items():
            field = self._fields.get(name)
            if field is None:
                message = f"{self.object_type.name} has no field {name!r}; "
                hint = did_you_mean(name, self._writable)
                raise RefusedError("unknown_field", message + hint, field=name)
            field.check(value)

    def _check_unique(self, values: Mapping[str, object], owner: str | None) -> None:
        for field, holders, value in self._identifying(values):
            holder = holders.get(field.identity(value), owner)
            if holder != owner:
                message = f"Another {self.object_type.name}, {holder}, has this {field.name}."
                raise RefusedError("duplicate_value", message, field=field.name)

    def _put(self, record: Record) -> None:
        record_id = str(record["id"])
        self._records[record_id] = record
        for field, holders, value in self._identifying(record):
            holders[field.identity(value)] = record_id

    def _forget_identities(self, record: Record, changed: Mapping[str, object]) -> None:
        gone = {name: record[name] for name in changed}
        for field, holders, value in self._identifying(gone):
            del holders[field.identity(value)]

    def _identifying(
        self, values: Mapping[str, object]
    ) -> list[tuple[Field, dict[object, str], object]]:
        """Those of the values that no other record may have: field, its index, value."""
        return [
            (self._fields[name], holders, values[name])
            for name, holders in self._holders.items()
            if not is_empty(values.get(name))
        ]

    def _new_id(self, external_id: object) -> str:
        """The same in every new sandbox for the same external id, or else the same count.

        So the outputs of a notebook that shows ids are equal each time it runs.
        """
        seed = f"at {len(self._ids)}" if is_empty(external_id) else f"of {external_id}"
        for attempt in count():  # taken when an external id was changed and is used once more
            digest = blake2b(f"{seed} {attempt}".encode(), digest_size=6).hexdigest()
            record_id = f"{self.object_type.prefix}_{digest}"
            if record_id not in self._records:
                return record_id
        raise AssertionError  # count() does not end

    def _now(self) -> str:
        return self._clock().isoformat(timespec="milliseconds")

    def _cursor(self, position: int) -> str:
        return urlsafe_b64encode(f"{self.object_type.name}:{position}".encode()).decode()

    def _position(self, cursor: str) -> int:
        try:
            name, _, position = urlsafe_b64decode(cursor).decode().partition(":")
            start = int(position) if name == self.object_type.name else -1
        except ValueError:
            start = -1
        if not 0 <= start <= len(self._ids):
            raise RefusedError(
                "invalid_cursor",
                f"This cursor is not one of {self.object_type.name} records: "
                "begin again without one.",
                field="cursor",
            )
        return start
