"""The records of one object, in memory, with an index for each unique field; kept, when asked for.

Nothing here waits, and the app calls it from one event loop only: each write is whole before the
next one begins, so no lock is needed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from devsession.sandbox.fields import check_required, check_values, is_empty, missing
from devsession.sandbox.refusals import RefusedError
from devsession.sandbox.timeline import Page, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from devsession.sandbox.fields import Field
    from devsession.sandbox.kept import Kept, Place
    from devsession.sandbox.objects import ObjectType

Record = dict[str, object]


class Written(NamedTuple):
    """What a write came to: `status` is created, updated, deleted or unchanged."""

    status: str
    record: Record


def utc_now() -> datetime:
    """The clock of an app that no test drives."""
    return datetime.now(UTC)


class RecordStore:
    """Checks, keeps and finds the records of one object.

    A record that was handed out never changes: an update puts a new one in its place. A deleted
    one leaves its tombstone: id, external_id and times, one of them `deleted_at`.
    """

    def __init__(
        self,
        object_type: ObjectType,
        clock: Callable[[], datetime] = utc_now,
        kept: Kept | None = None,
    ) -> None:
        self.object_type = object_type
        self._kept = kept
        self._clock = clock
        self._fields = {field.name: field for field in object_type.fields}
        self._blank: Record = dict.fromkeys(self._fields)
        self._records: dict[str, Record] = {}
        self._timeline = Timeline(object_type.name)
        self._buried: dict[object, str] = {}
        self._holders: dict[str, dict[object, str]] = {
            field.name: {} for field in object_type.fields if field.unique
        }
        for place, record in kept.load(object_type.name) if kept else ():
            self._hold(place, record)

    def get(self, record_id: str) -> Record:
        """Raises: RefusedError when there is no such record, or none any more."""
        record = self._record_or_tombstone(record_id)
        if _is_tombstone(record):
            message = f"This {self.object_type.name} was deleted."
            raise RefusedError("record_deleted", message, field="id")
        return record

    def holder(self, field_name: str, value: object) -> Record | None:
        """The record that has this value of a unique field; None when there is none.

        Raises:
            RefusedError: the field refuses such a value.
        """
        field = self._fields[field_name]
        field.check(value)
        if is_empty(value):
            return None
        holder = self._holders[field_name].get(field.identity(value))
        return None if holder is None else self._records[holder]

    def create(self, values: Mapping[str, object]) -> Written:
        """Raises: RefusedError for a value that a field refuses, or a required one that lacks."""
        self._check(values)
        check_required(values, self.object_type.fields)
        self._check_unique(values, owner=None)
        now = self._now()
        record_id = self._new_id(values.get("external_id"))
        record = {**self._blank, **values, "id": record_id, "created_at": now, "updated_at": now}
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
        updated = {**record, **changed, "updated_at": self._now()}
        self._put(updated, instead_of={name: record[name] for name in changed})
        return Written("updated", updated)

    def upsert(self, values: Mapping[str, object]) -> Written:
        """Updates the record with this `external_id`, or creates it.

        Raises:
            RefusedError: there is no external_id, or a field refuses its value.
        """
        external_id = self._external_id(values.get("external_id"))
        holder = self._holders["external_id"].get(external_id)
        return self.create(values) if holder is None else self.update(holder, values)

    def delete(self, record_id: str) -> Written:
        """Leaves a tombstone. What is deleted already stays so, "unchanged": it can be repeated.

        Raises:
            RefusedError: there never was such a record.
        """
        record = self._record_or_tombstone(record_id)
        if _is_tombstone(record):
            return Written("unchanged", record)
        now = self._now()
        kept = {name: record[name] for name in ("id", "external_id", "created_at")}
        tombstone = {**kept, "updated_at": now, "deleted_at": now}
        self._put(tombstone, instead_of=record)
        return Written("deleted", tombstone)

    def delete_external(self, external_id: object) -> Written:
        """Deletes the record with this `external_id`, or finds the last one that was deleted.

        Raises:
            RefusedError: there is no external_id, or there never was such a record.
        """
        external_id = self._external_id(external_id)
        holder = self._holders["external_id"].get(external_id, self._buried.get(external_id))
        if holder is None:
            message = f"There is no {self.object_type.name} with this external_id."
            raise RefusedError("record_not_found", message, field="external_id")
        return self.delete(holder)

    def page(
        self,
        limit: int,
        cursor: str | None,
        *,
        since: datetime | None = None,
        deleted: bool = False,
        among: Callable[[Record], bool] = bool,
    ) -> Page:
        """At most `limit` records, from the first one or from where `cursor` goes on.

        Args:
            since: only what was changed then or later, in the order of the changes.
            deleted: with the tombstones.
            among: only the records for which this holds.

        Raises:
            RefusedError: the cursor is not one of this object and order, or of an earlier sandbox.
        """

        def find(record_id: str) -> Record | None:
            record = self._records[record_id]
            return record if among(record) and (deleted or not _is_tombstone(record)) else None

        return self._timeline.page(limit, cursor, since, find)

    def _record_or_tombstone(self, record_id: str) -> Record:
        try:
            return self._records[record_id]
        except KeyError:
            message = f"There is no {self.object_type.name} with this id."
            raise RefusedError("record_not_found", message, field="id") from None

    def _external_id(self, value: object) -> object:
        if is_empty(value):
            raise missing("external_id")
        self._fields["external_id"].check(value)
        return value

    def _check(self, values: Mapping[str, object]) -> None:
        check_values(values, self._fields, owner=self.object_type.name)

    def _check_unique(self, values: Mapping[str, object], owner: str | None) -> None:
        for field, holders, value in self._identifying(values):
            holder = holders.get(field.identity(value), owner)
            if holder != owner:
                message = f"Another {self.object_type.name}, {holder}, has this {field.name}."
                raise RefusedError("duplicate_value", message, field=field.name)

    def _put(self, record: Record, instead_of: Mapping[str, object] | None = None) -> None:
        place = self._timeline.place_of_next(str(record["id"]))
        # First, and all or nothing: what cannot be kept did not happen.
        if self._kept is not None:
            self._kept.save(self.object_type.name, place, record)
        for field, holders, value in self._identifying(instead_of or {}):
            del holders[field.identity(value)]
        self._hold(place, record)

    def _hold(self, place: Place, record: Record) -> None:
        record_id = str(record["id"])
        self._records[record_id] = record
        self._timeline.add(place, record_id, str(record["updated_at"]))
        if _is_tombstone(record):
            self._buried[record["external_id"]] = record_id
            return
        for field, holders, value in self._identifying(record):
            holders[field.identity(value)] = record_id

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
        seed = f"at {len(self._timeline)}" if is_empty(external_id) else f"of {external_id}"
        for attempt in count():  # taken when an external id was changed and is used once more
            digest = blake2b(f"{seed} {attempt}".encode(), digest_size=6).hexdigest()
            record_id = f"{self.object_type.prefix}_{digest}"
            if record_id not in self._records:
                return record_id
        raise AssertionError  # count() does not end

    def _now(self) -> str:
        # A clock that is set back must not hide a change from who asks what is new.
        return max(self._clock().isoformat(timespec="milliseconds"), self._timeline.last_time)


def _is_tombstone(record: Record) -> bool:
    return "deleted_at" in record
