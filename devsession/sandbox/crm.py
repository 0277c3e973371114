"""The practice app, a CRM of contacts, companies and deals. This is its manual.

Every request carries `Authorization: Bearer <key>`, or an access token instead of the key, or the
key as the password of any user (Basic); bodies are JSON objects, of at most 4 MB.

    GET   /openapi.json                                 all this for programs; open to everybody
    POST  /oauth/token                                  an access token, for one hour: a form with
                                                        grant_type=client_credentials; the client
                                                        in a Basic header or in the form
          ..grant_type=authorization_code               code, redirect_uri, code_verifier: a refresh
                                                        token comes along
          ..grant_type=refresh_token                    the same for the next hour; each is used once
    GET   /.well-known/openid-configuration             where clients get their tokens
    GET   /oauth/authorize                              a page that asks a person: response_type,
                                                        client_id, redirect_uri, state,
                                                        code_challenge (S256); the code lasts a minute
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
    GET   /streams                                      {"streams": [{name, label, key, cursor,
                                                        parent, json_schema}]}: the practice streams
                                                        and the objects, to be read by plugins
    GET   /streams/{stream}/records?limit=&cursor=      as the records of an object, with
                                                        updated_since and include_deleted
          ..?parent_id=<id>                             whose; of a stream that has a parent, and
                                                        only of that
    PATCH /_control                                     for authors: {rate, retry_after, storm}, see
                                                        `control.Settings`; GET shows them
    POST  /_control/expire_tokens                       every token given until now is expired
    PATCH /_control/streams/{stream}                    {records, seed, page_seconds, fails_at_page,
                                                        fails}, see `stream_types.StreamSettings`
    POST  /_control/streams/{stream}/changes            {changed, deleted, added, at}: so many
                                                        records change, are deleted, are new

A bulk's `status` is created, updated, deleted, unchanged or failed, its `error` null or {code,
field, message}; each record counts alone. Bulk update finds a record by `id`, upsert by
`external_id`, delete by either. The id of a deleted record answers 410; its external id is free.
Types are strict: text, email, integer, number, decimal (as text), boolean, date, datetime; texts
(a list); object and objects, whose description has `fields` of its own. Null and "" are no value.
Each practice stream has one thing to live with: customer none; project has the children task, whose
key is two fields; invoice decimals and dates; document nested values that programs stumble over, and
its key inside an object; measurement more than 200 fields; click no key; slow half a second a page.
The second page of flaky fails once and comes when it is asked for again; broken always fails. Their
records are made up, up to a million, the same for the same seed.
Other refusals are `{"error": {code, field, message, request_id}}`; `refusals.STATUS` lists the
codes. Each answer has an `X-Request-Id`, which counts up. A record's id follows from its external
id, so it is the same in every new sandbox. Records are kept in memory: they are gone when the app
stops, unless it was started with a folder to keep them in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from starlette.applications import Starlette
from starlette.routing import Route

from devsession.sandbox.access import Access, Door
from devsession.sandbox.authorize import AUTHORIZE_PATH
from devsession.sandbox.chat import Chat
from devsession.sandbox.control import Control
from devsession.sandbox.oauth import TOKEN_PATH, OAuth
from devsession.sandbox.openapi import OPENAPI_PATH, describe
from devsession.sandbox.records import Records
from devsession.sandbox.refusals import RefusedError, json_response, refusal_response
from devsession.sandbox.routing import operations_of, routes
from devsession.sandbox.store import utc_now
from devsession.sandbox.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from devsession.sandbox.kept import Kept


def create_app(
    access: Access,
    clock: Callable[[], datetime] = utc_now,
    *,
    oauth: OAuth | None = None,
    kept: Kept | None = None,
) -> ASGIApp:
    """A new practice app.

    Args:
        access: knows whom to let in.
        clock: gives the times of `created_at` and `updated_at`, in UTC.
        oauth: gives tokens to its clients; by default it has none.
        kept: what it goes on from, and where its records are kept; by default it begins empty, and
            they are in memory.
    """
    oauth = oauth or OAuth(access, {}, clock)
    control = Control(clock, oauth.expire_tokens)
    records = Records(clock, kept)
    streams = Streams(records.stores, clock, kept)
    parts = (records, Chat(clock, kept), streams, oauth, control)
    operations = [each for part in parts for each in operations_of(part)]

    async def openapi(_request: Request) -> Response:
        return json_response(describe(operations, TOKEN_PATH, AUTHORIZE_PATH))

    app = Starlette(
        routes=[
            *routes(operations),
            Route(OPENAPI_PATH, openapi),
            Route(AUTHORIZE_PATH, oauth.sign_in.page, methods=["GET", "POST"]),
        ],
        exception_handlers={404: _no_route, 405: _no_method, Exception: _failed},
    )
    app.router.redirect_slashes = False
    open_paths = [OPENAPI_PATH, AUTHORIZE_PATH, *(each.path for each in operations if each.open)]
    return Door(control.around(app), oauth, open_paths)


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
