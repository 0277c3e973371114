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
from devsession.sandbox.routing import Operation
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
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from devsession.sandbox.kept import Kept
    from devsession.sandbox.routing import Endpoint, Schema
    from devsession.sandbox.store import Written

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
_OBJECT = closed({"name": TEXT, "label": TEXT})
_DESCRIPTION = closed(
    {"name": TEXT, "label": TEXT, "fields": {"type": "array", "items": ref("field")}}
)
_WITH_ID: Schema = {"type": "object", "properties": {"id": TEXT}, "required": ["id"]}
_IN_BULK: dict[str, Schema] = {
    "create": any_written(whole=True),
    "update": _WITH_ID,
    "upsert": any_written(whole=False),
    "delete": {"anyOf": [closed({"id": TEXT}), closed({"external_id": TEXT})]},
}


def _bulk_of(record: Schema) -> Schema:
    """A body of records; one that is none fails alone."""
    return closed(
        {"records": {"type": "array", "items": record, "minItems": 1, "maxItems": MOST_RECORDS}}
    )


class Records:
    """What the app does at the addresses of its objects and their records."""

    def __init__(self, clock: Callable[[], datetime], kept: Kept | None) -> None:
        self._stores = {
            name: RecordStore(object_type, clock, kept)
            for name, object_type in OBJECT_TYPES.items()
        }

    def operations(self) -> list[Operation]:
        """Its addresses."""
        objects, records = "/objects", "/objects/{object}/records"
        external = records + "/external/{external_id:path}"
        either = {"anyOf": [any_record(), ref("tombstone")]}
        new, change = any_written(whole=True), any_written(whole=False)
        return [
            Operation(
                "account",
                "GET",
                "/account",
                "Whose key this is, and the limits",
                self.account,
                {200: _ACCOUNT},
            ),
            Operation(
                "list_objects",
                "GET",
                objects,
                "The objects",
                self.list_objects,
                {200: closed({"objects": {"type": "array", "items": _OBJECT}})},
                parameters=(CUSTOM,),
            ),
            Operation(
                "describe_object",
                "GET",
                objects + "/{object}",
                "An object, field by field",
                self.describe_object,
                {200: _DESCRIPTION},
                refuses=_OBJECT_CODES,
            ),
            Operation(
                "list_records",
                "GET",
                records,
                "A page of records, the oldest first, or by their last change",
                self.list_records,
                {200: listed("records", either)},
                parameters=(LIMIT, CURSOR, UPDATED_SINCE, INCLUDE_DELETED),
                refuses=(*_OBJECT_CODES, "invalid_cursor"),
            ),
            Operation(
                "create_record",
                "POST",
                records,
                "Creates a record",
                self.create,
                {201: any_record()},
                new,
                refuses=_WRITE_CODES,
            ),
            *(
                Operation(
                    f"bulk_{name}",
                    "POST",
                    f"{records}/bulk/{name}",
                    f"Many records at once ({name}), each of which succeeds or fails alone",
                    self.bulk(name),
                    {200: closed({"results": {"type": "array", "items": ref("result")}})},
                    _bulk_of(_IN_BULK[name]),
                    refuses=(*_OBJECT_CODES, "bulk_size"),
                )
                for name in OPERATIONS
            ),
            Operation(
                "upsert_record",
                "PUT",
                external,
                "Updates the record with this external id, or creates it",
                self.upsert,
                {200: any_record(), 201: any_record()},
                change,
                refuses=_WRITE_CODES,
            ),
            Operation(
                "delete_external_record",
                "DELETE",
                external,
                "Deletes the record with this external id; may be repeated",
                self.delete_external,
                {200: ref("tombstone")},
                refuses=(*_DELETE_CODES, "missing_required"),
            ),
            Operation(
                "read_record",
                "GET",
                records + "/{id}",
                "A record, every field of it",
                self.read,
                {200: any_record()},
                refuses=_RECORD_CODES,
            ),
            Operation(
                "update_record",
                "PATCH",
                records + "/{id}",
                "Sets the fields that are sent; null takes a value away",
                self.update,
                {200: any_record()},
                change,
                refuses=(*_RECORD_CODES, *_WRITE_CODES),
            ),
            Operation(
                "delete_record",
                "DELETE",
                records + "/{id}",
                "Deletes a record; may be repeated",
                self.delete,
                {200: ref("tombstone")},
                refuses=_DELETE_CODES,
            ),
        ]

    async def account(self, _request: Request) -> Response:
        limits = {"bulk_records": MOST_RECORDS, "page_records": LONGEST_PAGE}
        return json_response({"id": "acc_sandbox", "name": "Sandbox CRM", "limits": limits})

    async def list_objects(self, request: Request) -> Response:
        custom = CUSTOM.read(request)
        kinds = [kind for kind in OBJECT_TYPES.values() if custom or not kind.custom]
        return json_response({"objects": [kind.summary() for kind in kinds]})

    async def describe_object(self, request: Request) -> Response:
        return json_response(self._store(request).object_type.as_json())

    async def list_records(self, request: Request) -> Response:
        store = self._store(request)
        page = store.page(
            LIMIT.read(request),
            CURSOR.read(request),
            since=UPDATED_SINCE.read(request),
            deleted=INCLUDE_DELETED.read(request),
        )
        return json_response(page._asdict())

    async def read(self, request: Request) -> Response:
        return json_response(self._store(request).get(request.path_params["id"]))

    async def create(self, request: Request) -> Response:
        store = self._store(request)
        return _written(store, store.create(await read_object(request)))

    async def update(self, request: Request) -> Response:
        store = self._store(request)
        values = await read_object(request)
        return _written(store, store.update(request.path_params["id"], values))

    async def upsert(self, request: Request) -> Response:
        store = self._store(request)
        values = await read_object(request)
        external_id = request.path_params["external_id"]
        if values.setdefault("external_id", external_id) != external_id:
            message = "external_id is not the one in the address."
            raise RefusedError("invalid_body", message, field="external_id")
        return _written(store, store.upsert(values))

    async def delete(self, request: Request) -> Response:
        store = self._store(request)
        return _written(store, store.delete(request.path_params["id"]))

    async def delete_external(self, request: Request) -> Response:
        store = self._store(request)
        return _written(store, store.delete_external(request.path_params["external_id"]))

    def bulk(self, operation: str) -> Endpoint:
        """The endpoint of one bulk operation."""

        async def write(request: Request) -> Response:
            store = self._store(request)
            results = write_all(store, operation, await read_records(request))
            return json_response({"results": results})

        return write

    def _store(self, request: Request) -> RecordStore:
        name = request.path_params["object"]
        if name not in self._stores:
            message = f"There is no object {name!r}; {did_you_mean(name, self._stores)}"
            raise RefusedError("unknown_object", message)
        return self._stores[name]


def _written(store: RecordStore, written: Written) -> Response:
    if written.status != "created":
        return json_response(written.record)
    location = f"/objects/{store.object_type.name}/records/{written.record['id']}"
    return json_response(written.record, 201, {"Location": location})
