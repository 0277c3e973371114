"""What happened over time: results of tests, and how runs of pipelines stand or ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json
from starlette.routing import Route

from devsession.sandbox.catalog import quality_shapes
from devsession.sandbox.catalog.bodies import read_as, read_body
from devsession.sandbox.catalog.parameters import number
from devsession.sandbox.catalog.refusals import json_response, not_found
from devsession.sandbox.catalog.showing import show_for

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from starlette.requests import Request
    from starlette.responses import Response

    from devsession.sandbox.catalog.store import Row, Store

_NEWEST = 2**53
_MOST = 10_000


class Series(NamedTuple):
    """One kind of results: of what, where, in which shape, and what makes one of them unique."""

    entity_type: str
    kind: str
    method: str
    path: str
    shape: TypeAdapter[Any]
    key: str


_SERIES = (
    Series(
        "testCase",
        "testCaseResult",
        "POST",
        "/dataQuality/testCases/testCaseResults/{fqn:path}",
        TypeAdapter(quality_shapes.TestCaseResult),
        "timestamp",
    ),
    Series(
        "ingestionPipeline",
        "pipelineStatus",
        "PUT",
        "/services/ingestionPipelines/{fqn:path}/pipelineStatus",
        TypeAdapter(quality_shapes.IngestionStatus),
        "runId",
    ),
    Series(
        "pipeline",
        "status",
        "PUT",
        "/pipelines/{fqn:path}/status",
        TypeAdapter(quality_shapes.ExecutionStatus),
        "timestamp",
    ),
)


class Results:
    """Takes results in, and lists them, the newest first."""

    def __init__(self, store: Store, root: str) -> None:
        self._store = store
        self._root = root

    def routes(self) -> list[Route]:
        return [
            Route(self._root + each.path, self._endpoint(each), methods=["GET", each.method])
            for each in _SERIES
        ]

    def _endpoint(self, series: Series) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def answer(request: Request) -> Response:
            row = self._store.named(series.entity_type, request.path_params["fqn"])
            if row is None or row.deleted:
                raise not_found(series.entity_type, request.path_params["fqn"])
            if request.method == series.method:
                return await self._take(series, row, request)
            return self._list(series, row, request)

        return answer

    async def _take(self, series: Series, row: Row, request: Request) -> Response:
        sent = read_as(series.shape, await read_body(request))
        content = {key: value for key, value in sent.items() if value is not None}
        with self._store.transaction():
            self._store.put_result(
                row.id, series.kind, str(sent[series.key]), sent["timestamp"], to_json(content)
            )
        if series.method == "POST":
            return json_response(content, 201)
        fields = {"pipelineStatus", "pipelineStatuses"}
        return json_response(show_for(request, self._store, self._root).entity(row, fields))

    def _list(self, series: Series, row: Row, request: Request) -> Response:
        start = number(request, "startTs", 0, _NEWEST)
        end = number(request, "endTs", _NEWEST, _NEWEST)
        limit = number(request, "limit", _MOST, _MOST)
        found = self._store.results(row.id, series.kind, start, end, limit)
        data = [from_json(each) for each in found]
        return json_response({"data": data, "paging": {"total": len(data)}})
