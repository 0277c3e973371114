"""The catalog: a local stand-in for an OpenMetadata server. This is its manual.

Every request carries `Authorization: Bearer <token>`: the first one, one of the practice app's, or what
a log-in gave; bodies are JSON. Refusals are `{"code": 404, "message": ".."}`. Below /api/v1:

    GET    /system/version                              {version, revision, timestamp}
    POST   /users/login, /users/refresh                 {email, password in base64}, {refreshToken}:
                                                        {accessToken, refreshToken, expiryDuration}
    PUT    /{kind}                                      creates (201) or updates (200): the entity
    POST   /{kind}                                      creates; 409 when it is there
    PUT    /{kind}/bulk?async=false&overrideMetadata=   a list; {status, numberOfRows.., successRequest,
                                                        failedRequest}: each entity counts alone
    GET    /{kind}?limit=&after=&fields=&include=       {data, paging}; ?database=FQN and the like
    GET    /{kind}/name/{fqn}, /{kind}/{id}             one; ?fields=owners,tags,domains for those
    DELETE /{kind}/name/{fqn}, /{kind}/{id}             softly; ?hardDelete=true&recursive=true
    PUT    /{kind}/restore                              {id}; a PUT of the entity does it as well
    DELETE /{kind}/deleteStale                          {scopeFqn, scopeEntityType, seenFqns, recursive}
    PUT    /lineage                                     {edge: {fromEntity, toEntity, lineageDetails}}
    PUT    /lineage/{type}/name/{fqn}/{type}/name/{fqn} the details alone; DELETE takes the edge away
    GET    /lineage/{type}/name/{fqn}                   {entity, nodes, upstreamEdges, downstreamEdges};
                                                        ?upstreamDepth=&downstreamDepth=
    POST   /dataQuality/testCases/testCaseResults/{fqn}           how a test ended
    PUT    /services/ingestionPipelines/{fqn}/pipelineStatus      where a run of it stands
    PUT    /pipelines/{fqn}/status                                how a run of it ended
    GET    on those three                               {data, paging}; ?startTs=&endTs=&limit=
    PUT    /events/subscriptions                        creates or updates, by name; POST creates
    GET    /events/subscriptions                        {data, paging}; ?limit=&after=
    GET    /events/subscriptions/name/{name}, /{id}     one, its secrets masked; DELETE ends it
    GET    .. /status/{destinationId}                   {status, lastFailedReason, nextAttempt, ..}
    GET    /events/subscriptions/name/{name}/eventsRecord, /id/{id}/eventsRecord  how many wait, ..
    GET    /events/subscriptions/name/{name}/failedEvents, /id/{id}/failedEvents  the newest first

`kinds.KINDS` lists the kinds. A version moves by 0.1, by 1.0 when a column is gone or has another
type; what is the same leaves version and `updatedAt`. As on a server for its bots, description,
display name, owners and domains that are there stay when others are sent, and tags are added, but
with overrideMetadata=true; `sourceHash` always is the one sent. An id follows from type and name,
so it is the same in every new catalog. What was answered is kept: one SQLite file, no other state.

A subscription is `{name, alertType: "Notification", resources: ["all"] or types of entities,
destinations: [{category: "External", type: "Webhook", config: {endpoint, secretKey, headers}}]}`, with
one destination. While there is one, an entity that is created, changed, deleted (softly or for good)
or brought back leaves an event in the same transaction, one for each entity and version; what goes
with what it hangs under comes before it. Each is sent by itself: a POST of a ChangeEvent, whose
`entity` is JSON in a text, with `X-OM-Signature: sha256=<hex HMAC of the body>` if there is a
secretKey. What is not answered with a 2xx is sent again, `retries` times (3), then the event is
kept as failed, and the next is sent; while nobody listens at the address, events wait for it.

Where the documentation of the server leaves it open, or differs, here: an entity below one that is
deleted has an event of its own; a PUT that brings back tells entityRestored; entityCreated has no
`previousVersion`; events come in order, at once (`batchSize` and `pollInterval` do nothing) and are
repeated after 0.5, 2, 10 and 30 s; the HMAC is in hex, which `event_signature` makes the base64 of
the documentation of 2.0; values of headers and query parameters are masked as well. Filters,
triggers, mails, OAuth2 and PATCH are not served. Lineage and results of tests are not told.

Below /api/_control, for authors, `faults.Settings`: GET shows, PATCH sets. POST /token gives a new
token, POST /expire_tokens ends all that were given.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

from starlette.applications import Starlette
from starlette.routing import Route

from devsession.sandbox.catalog.access import Tokens
from devsession.sandbox.catalog.delivery import Delivery
from devsession.sandbox.catalog.entities import Entities
from devsession.sandbox.catalog.faults import Faults
from devsession.sandbox.catalog.kinds import KINDS
from devsession.sandbox.catalog.lineage import Lineage
from devsession.sandbox.catalog.logins import Logins
from devsession.sandbox.catalog.refusals import CatalogRefusedError, json_response
from devsession.sandbox.catalog.results import Results
from devsession.sandbox.catalog.seeds import plant
from devsession.sandbox.catalog.store import Store
from devsession.sandbox.catalog.subscriptions import Subscriptions
from devsession.sandbox.catalog.telling import Telling
from devsession.sandbox.catalog.writing import Writer
from devsession.sandbox.process import CATALOG_PATH

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from devsession.sandbox.catalog.access import Issuer

_ROOT = f"{CATALOG_PATH}/v1"
VERSION = "2.0.6"
"""Of the server whose contract this is: clients compare it with theirs."""


def milliseconds() -> int:
    """The clock of a catalog that no test drives."""
    return time.time_ns() // 1_000_000


class Catalog:
    """A catalog as an ASGI app, on a folder that no other one uses at the same time.

    Args:
        token: who shows it is let in.
        folder: what it goes on from, and where everything is kept.
        clock: gives the time in milliseconds since 1970.
        password: the administrator's; an empty one logs in nobody.
        issuer: whose tokens let in as well.

    Raises:
        SetupError: the folder cannot be used, or another catalog has it.
    """

    def __init__(
        self,
        token: str,
        folder: Path,
        clock: Callable[[], int] = milliseconds,
        *,
        password: str = "",
        issuer: Issuer | None = None,
    ) -> None:
        self._store = Store(folder)
        tokens = Tokens(token, clock, issuer)
        logins = Logins(tokens, password, clock, _ROOT)
        faults = Faults(tokens, clock, CATALOG_PATH, open_paths=logins.paths)
        self._delivery = Delivery(self._store, faults.now_set, clock)
        telling = Telling(self._store, self._delivery.wake)
        writer = Writer(self._store, clock)
        plant(self._store, writer, telling)
        entities = [
            Entities(kind, self._store, writer, telling, _ROOT, faults.refused) for kind in KINDS
        ]
        app = Starlette(
            routes=[
                Route(f"{_ROOT}/system/version", _version),
                *logins.routes(),
                *Subscriptions(self._store, self._delivery, _ROOT, clock).routes(),
                *Lineage(self._store, _ROOT, clock).routes(),
                *Results(self._store, _ROOT).routes(),
                *(route for each in entities for route in each.routes()),
            ],
            exception_handlers={
                CatalogRefusedError: _refuse,
                404: _no_route,
                405: _no_method,
                Exception: _failed,
            },
        )
        app.router.redirect_slashes = False
        self._app = faults.around(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def close(self) -> None:
        """Nothing is kept or sent from now on; another may use the folder."""
        self._delivery.stop()
        self._store.close()


def create_catalog(
    token: str, folder: Path, clock: Callable[[], int] = milliseconds, **about: Any
) -> Catalog:
    """A catalog on a folder, as `Catalog` says."""
    return Catalog(token, folder, clock, **about)


async def _version(_request: Request) -> Response:
    return json_response({"version": VERSION, "revision": "devsession", "timestamp": 0})


async def _refuse(_request: Request, error: Exception) -> Response:
    return cast("CatalogRefusedError", error).response()


async def _no_route(_request: Request, _error: Exception) -> Response:
    return CatalogRefusedError(404, "HTTP 404 Not Found").response()


async def _no_method(_request: Request, error: Exception) -> Response:
    allowed = cast("HTTPException", error).headers
    return CatalogRefusedError(405, "HTTP 405 Method Not Allowed", allowed).response()


async def _failed(_request: Request, _error: Exception) -> Response:
    """A mistake of ours: the server logs it."""
    return CatalogRefusedError(500, "The catalog failed; its log says why.").response()
