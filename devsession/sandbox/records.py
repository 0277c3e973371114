"""The objects of the app and their records, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import did_you_mean
from devsession.sandbox.bulk import MOST_RECORDS, OPERATIONS, write_all
from devsession.sandbox.objects import OBJECT_TYPES
from devsession.sandbox.parameters import (
    CURSOR,
    CUSTOM,
    INCLUDE_DELETED,
    LIMIT,
    LONGEST_PAGE,
    UPDATED_SINCE,
)
from devsession.sandbox.reading import read_object, read_records
from devsession.sandbox.refusals import VALUE_CODES, RefusedError, json_response
from devsession.sandbox.routing import operation
from devsession.sandbox.schemas import (
    COUNT,
    TEXT,
    any_record,
    any_written,
    closed,
    listed,
    ref,
)
from devsession.sandbox.store import RecordStore

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from devsession.sandbox.kept import Kept
    from devsession.sandbox.routing import Schema
    from devsession.sandbox.store import Written

_RECORDS = "/objects/{object}/records"
_RECORD = _RECORDS + "/{id}"
_EXTERNAL = _RECORDS + "/external/{external_id:path}"
_OBJECT_CODES = ("unknown_object",)
_RECORD_CODES = (*_OBJECT_CODES, "record_not_found", "record_deleted")
_DELETE_CODES = (*_OBJECT_CODES, "record_not_found", "not_kept")
_WRITE_CODES = (*_OBJECT_CODES, *VALUE_CODES)
_ACCOUNT = closed(
    {
        "id": TEXT,
        "name": TEXT,
        "limits": closed({"bulk_records": COUNT, "page_records": COUNT}),
    }
)
_OBJECTS = closed({"objects": {"type": "array", "items": closed({"name": TEXT, "label": TEXT})}})
_DESCRIPTION = closed(
    {"name": TEXT, "label": TEXT, "fields": {"type": "array", "items": ref("field")}}
)
_WITH_ID: Schema = {"type": "object", "properties": {"id": TEXT}, "required": ["id"]}
_NEW, _CHANGE = any_written(whole=True), any_written(whole=False)
_IN_BULK: dict[str, Schema] = {
    "create": _NEW,
    "update": _WITH_ID,
    "upsert": _CHANGE,
    "delete": {"anyOf": [closed({"id": TEXT}), closed({"external_id": TEXT})]},
}


def _bulk(name: str) -> Callable[[Records, Request], Awaitable[Response]]:
    """The endpoint of one bulk operation. A record that is none fails alone."""

    async def write(records: Records, request: Request) -> Response:
        results = write_all(records.store(request), name, await read_records(request))
        return json_response({"results": results})

    write.__name__ = f"bulk_{name}"
    write.__doc__ = f"Many records at once ({name}), each of which succeeds or fails alone."
    items = {"type": "array", "items": _IN_BULK[name], "minItems": 1, "maxItems": MOST_RECORDS}
    return operation(
        "POST",
        f"{_RECORDS}/bulk/{name}",
        {200: closed({"results": {"type": "array", "items": ref("result")}})},
        closed({"records": items}),
        refuses=(*_OBJECT_CODES, "bulk_size"),
    )(write)


class Records:
    """What the app does at the addresses of its objects and their records."""

    def __init__(self, clock: Callable[[], datetime], kept: Kept | None) -> None:
        self.stores = {
            name: RecordStore(object_type, clock, kept)
            for name, object_type in OBJECT_TYPES.items()
        }

    @operation("GET", "/account", {200: _ACCOUNT})
    async def account(self, _request: Request) -> Response:
        """Whose key this is, and the limits."""
        limits = {"bulk_records": MOST_RECORDS, "page_records": LONGEST_PAGE}
        return json_response({"id": "acc_sandbox", "name": "Sandbox CRM", "limits": limits})

    @operation("GET", "/objects", {200: _OBJECTS}, parameters=(CUSTOM,))
    async def list_objects(self, request: Request) -> Response:
        """The objects."""
        custom = CUSTOM.read(request)
        kinds = [kind for kind in OBJECT_TYPES.values() if custom or not kind.custom]
        return json_response({"objects": [kind.summary() for kind in kinds]})

    @operation("GET", "/objects/{object}", {200: _DESCRIPTION}, refuses=_OBJECT_CODES)
    async def describe_object(self, request: Request) -> Response:
        """An object, field by field."""
        return json_response(self.store(request).object_type.as_json())

    @operation(
        "GET",
        _RECORDS,
        {200: listed("records", {"anyOf": [any_record(), ref("tombstone")]})},
        parameters=(LIMIT, CURSOR, UPDATED_SINCE, INCLUDE_DELETED),
        refuses=(*_OBJECT_CODES, "invalid_cursor"),
    )
    async def list_records(self, request: Request) -> Response:
        """A page of records, the oldest first, or by their last change."""
        store = self.store(request)
        page = store.page(
            LIMIT.read(request),
            CURSOR.read(request),
            since=UPDATED_SINCE.read(request),
            deleted=INCLUDE_DELETED.read(request),
        )
        return json_response(page._asdict())

    @operation("POST", _RECORDS, {201: any_record()}, _NEW, refuses=_WRITE_CODES)
    async def create_record(self, request: Request) -> Response:
        """Creates a record."""
        store = self.store(request)
        return _written(store, store.create(await read_object(request)))

    @operation(
        "PUT", _EXTERNAL, {200: any_record(), 201: any_record()}, _CHANGE, refuses=_WRITE_CODES
    )
    async def upsert_record(self, request: Request) -> Response:
        """Updates the record with this external id, or creates it."""
        store = self.store(request)
        values = await read_object(request)
        external_id = request.path_params["external_id"]
        if values.setdefault("external_id", external_id) != external_id:
            message = "external_id is not the one in the address."
            raise RefusedError("invalid_body", message, field="external_id")
        return _written(store, store.upsert(values))

    @operation(
        "DELETE",
        _EXTERNAL,
        {200: ref("tombstone")},
        refuses=(*_DELETE_CODES, "missing_required"),
    )
    async def delete_external_record(self, request: Request) -> Response:
        """Deletes the record with this external id; may be repeated."""
        store = self.store(request)
        return _written(store, store.delete_external(request.path_params["external_id"]))

    @operation("GET", _RECORD, {200: any_record()}, refuses=_RECORD_CODES)
    async def read_record(self, request: Request) -> Response:
        """A record, every field of it."""
        return json_response(self.store(request).get(request.path_params["id"]))

    @operation(
        "PATCH", _RECORD, {200: any_record()}, _CHANGE, refuses=(*_RECORD_CODES, *_WRITE_CODES)
    )
    async def update_record(self, request: Request) -> Response:
        """Sets the fields that are sent; null takes a value away."""
        store = self.store(request)
        values = await read_object(request)
        return _written(store, store.update(request.path_params["id"], values))

    @operation("DELETE", _RECORD, {200: ref("tombstone")}, refuses=_DELETE_CODES)
    async def delete_record(self, request: Request) -> Response:
        """Deletes a record; may be repeated."""
        store = self.store(request)
        return _written(store, store.delete(request.path_params["id"]))

    bulk_create, bulk_update, bulk_upsert, bulk_delete = map(_bulk, OPERATIONS)

    def store(self, request: Request) -> RecordStore:
        """The records of the object that the address names."""
        name = request.path_params["object"]
        if name not in self.stores:
            message = f"There is no object {name!r}; {did_you_mean(name, self.stores)}"
            raise RefusedError("unknown_object", message)
        return self.stores[name]


def _written(store: RecordStore, written: Written) -> Response:
    if written.status != "created":
        return json_response(written.record)
    location = f"/objects/{store.object_type.name}/records/{written.record['id']}"
    return json_response(written.record, 201, {"Location": location})
