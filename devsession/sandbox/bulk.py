"""Many records in one request, each of which succeeds or fails alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.sandbox.fields import missing
from devsession.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from devsession.sandbox.store import RecordStore, Written

MOST_RECORDS = 100


def _update(store: RecordStore, values: Mapping[str, object]) -> Written:
    fields = dict(values)
    record_id = fields.pop("id", None)
    if record_id is None:
        raise missing("id")
    return store.update(str(record_id), fields)


def _delete(store: RecordStore, values: Mapping[str, object]) -> Written:
    match dict(values):
        case {"id": record_id, **others} if not others:
            return store.delete(str(record_id))
        case {"external_id": external_id, **others} if not others:
            return store.delete_external(external_id)
    raise RefusedError("invalid_body", "A record to delete is its id or its external_id, alone.")


_OPERATIONS: dict[str, Callable[[RecordStore, Mapping[str, object]], Written]] = {
    "create": lambda store, values: store.create(values),
    "update": _update,
    "upsert": lambda store, values: store.upsert(values),
    "delete": _delete,
}
OPERATIONS = tuple(_OPERATIONS)


def write_all(
    store: RecordStore, operation: str, records: Sequence[object]
) -> list[dict[str, object]]:
    """Writes the records one after the other; a bad one does not stop the next.

    Returns:
        For each record, in order: index, status (created, updated, deleted, unchanged,
        failed), id,
        error (null, or code, field, message).

    Raises:
        RefusedError: there are none, or more than 100; nothing was written.
    """
    if not 1 <= len(records) <= MOST_RECORDS:
        raise RefusedError(
            "bulk_size",
            f"A bulk takes 1 to {MOST_RECORDS} records, not {len(records)}; nothing was written.",
            field="records",
        )
    return [_result(store, operation, index, values) for index, values in enumerate(records)]


def _result(store: RecordStore, operation: str, index: int, values: object) -> dict[str, object]:
    try:
        status, record = _OPERATIONS[operation](store, _as_object(values))
    except RefusedError as refused:
        return {"index": index, "status": "failed", "id": None, "error": refused.as_json()}
    return {"index": index, "status": status, "id": record["id"], "error": None}


def _as_object(values: object) -> dict[str, object]:
    if not isinstance(values, dict):
        raise RefusedError("invalid_body", "A record is a JSON object.")
    return values
