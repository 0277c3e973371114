"""The practice app, a CRM of contacts, companies and deals. This is its manual.

Every request carries `Authorization: Bearer <key>`, or an access token instead of the key; bodies
are JSON objects, of at most 4 MB.

    POST  /oauth/token                                  an access token, for one hour: a form with
                                                        grant_type=client_credentials; the client
                                                        in a Basic header or in the form
    GET   /account                                      whose key this is, and the limits
    GET   /objects                                      {"objects": [{name, label}]}
          ..?custom=true                                with the custom ones: order has nested
                                                        values, profile more than 200 fields
    GET   /objects/{object}                             {name, label, fields: [{name, label, type,
                                                        required, unique, read_only, help}]}
    GET   /objects/{object}/records?limit=&cursor=      {"records": [..], "next_cursor": ..}, oldest
                                                        first; null after the last; limit 1 to 500
          ..?updated_since=<time>                       what was changed then or later, in the order
                                                        of the last changes
          ..?include_deleted=true                       with the tombstones of deleted ones
    POST  /objects/{object}/records                     creates: 201 and the record
    GET   /objects/{object}/records/{id}                the record, every field of it
    PATCH /objects/{object}/records/{id}                updates the fields that are sent
    DELETE /objects/{object}/records/{id}               deletes: 200 and the tombstone, {id,
                                                        external_id, created_at, updated_at,
                                                        deleted_at}; repeated the same once more
    PUT   /objects/{object}/records/external/{external_id}   upserts: 201 created, 200 else
    DELETE /objects/{object}/records/external/{external_id}  deletes, as by id
    POST  /objects/{object}/records/bulk/create         {"records": [..]}, 1 to 100: always 200 and
    POST  /objects/{object}/records/bulk/update           {"results": [{index, status, id, error}]},
    POST  /objects/{object}/records/bulk/upsert           one a record, in order
    POST  /objects/{object}/records/bulk/delete
    GET   /channels?limit=&cursor=                      {"channels": [..], "next_cursor": ..}
    POST  /channels                                     creates {name, topic}: 201
    GET   /channels/{name}/messages?limit=&cursor=      {"messages": [..], "next_cursor": ..}
    POST  /channels/{name}/messages                     posts {text, blocks, idempotency_key}: 201;
                                                        200 when it was posted with this key before

A bulk's `status` is created, updated, deleted, unchanged or failed, its `error` null or {code,
field, message}; each record counts alone. Bulk update finds a record by `id`, upsert by
`external_id`, delete by either. The id of a deleted record answers 410; its external id is free.
Types are strict: text, email, integer, number, boolean, date, datetime; texts (a list); object and
objects, whose description has `fields` of its own. Null and "" are no value.
Other refusals are `{"error": {code, field, message, request_id}}`; `refusals.STATUS` lists the
codes. Each answer has an `X-Request-Id`, which counts up. A record's id follows from its external
id, so it is the same in every new sandbox. Records are kept in memory: they are gone when the app
stops, unless it was started with a folder to keep them in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from starlette.applications import Starlette

from devsession.errors import did_you_mean
from devsession.sandbox.access import Access, Door
from devsession.sandbox.bulk import MOST_RECORDS, OPERATIONS, write_all
from devsession.sandbox.chat import Chat
from devsession.sandbox.control import Control
from devsession.sandbox.oauth import TOKEN_PATH, OAuth
from devsession.sandbox.objects import OBJECT_TYPES
from devsession.sandbox.reading import (
    check_parameters,
    read_count,
    read_flag,
    read_object,
    read_records,
    read_time,
)
from devsession.sandbox.refusals import RefusedError, json_response, refusal_response
from devsession.sandbox.routing import route
from devsession.sandbox.store import RecordStore, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from devsession.sandbox.kept import Kept
    from devsession.sandbox.routing import Endpoint
    from devsession.sandbox.store import Written

_USUAL_PAGE = 100
_LONGEST_PAGE = 500


def create_app(
    access: Access,
    clock: Callable[[], datetime] = utc_now,
    *,
    clients: Mapping[str, str] | None = None,
    kept: Kept | None = None,
) -> ASGIApp:
    """A new practice app.

    Args:
        access: knows whom to let in.
        clock: gives the times of `created_at` and `updated_at`, in UTC.
        clients: who may get OAuth tokens, id -> secret.
        kept: what it goes on from, and where its records are kept; by default it begins empty, and
            they are in memory.
    """
    oauth = OAuth(access, clients or {}, clock)
    crm, chat = Crm(clock, kept), Chat(clock, kept)
    control = Control(clock, oauth.expire_tokens)
    records = "/objects/{object}/records"
    app = Starlette(
        routes=[
            route("/account", GET=crm.account),
            route("/objects", GET=crm.list_objects),
            route("/objects/{object}", GET=crm.describe_object),
            route(records, GET=crm.list_records, POST=crm.create),
            *(route(f"{records}/bulk/{name}", POST=crm.bulk(name)) for name in OPERATIONS),
            route(
                records + "/external/{external_id:path}",
                PUT=crm.upsert,
                DELETE=crm.delete_external,
            ),
            route(records + "/{id}", GET=crm.read, PATCH=crm.update, DELETE=crm.delete),
            *chat.routes(),
            *oauth.routes(),
            *control.routes(),
        ],
        exception_handlers={404: _no_route, 405: _no_method, Exception: _failed},
    )
    app.router.redirect_slashes = False
    return Door(control.around(app), oauth, open_paths=[TOKEN_PATH])


class Crm:
    """What the app does at each of its addresses."""

    def __init__(self, clock: Callable[[], datetime], kept: Kept | None) -> None:
        self._stores = {
            name: RecordStore(object_type, clock, kept)
            for name, object_type in OBJECT_TYPES.items()
        }

    async def account(self, _request: Request) -> Response:
        limits = {"bulk_records": MOST_RECORDS, "page_records": _LONGEST_PAGE}
        return json_response({"id": "acc_sandbox", "name": "Sandbox CRM", "limits": limits})

    async def list_objects(self, request: Request) -> Response:
        check_parameters(request, ("custom",))
        custom = read_flag(request, "custom")
        kinds = [kind for kind in OBJECT_TYPES.values() if custom or not kind.custom]
        return json_response({"objects": [kind.summary() for kind in kinds]})

    async def describe_object(self, request: Request) -> Response:
        return json_response(self._store(request).object_type.as_json())

    async def list_records(self, request: Request) -> Response:
        store = self._store(request)
        check_parameters(request, ("limit", "cursor", "updated_since", "include_deleted"))
        page = store.page(
            read_count(request, "limit", usual=_USUAL_PAGE, most=_LONGEST_PAGE),
            request.query_params.get("cursor"),
            since=read_time(request, "updated_since"),
            deleted=read_flag(request, "include_deleted"),
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


async def _no_route(request: Request, _error: Exception) -> Response:
    message = f"There is no {request.url.path}; GET /objects lists the objects."
    return refusal_response(RefusedError("unknown_route", message), request.state.request_id)


async def _no_method(request: Request, error: Exception) -> Response:
    refused = RefusedError(
        "method_not_allowed", f"{request.url.path} does not take {request.method}."
    )
    allowed = cast("HTTPException", error).headers
    return refusal_response(refused, request.state.request_id, allowed)


async def _failed(request: Request, _error: Exception) -> Response:
    """A mistake of ours: the server logs it, the client gets the id to ask for."""
    refused = RefusedError("internal_error", "The app failed; its log says why.")
    return refusal_response(refused, request.state.request_id)
