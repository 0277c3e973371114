"""What comes from what: edges between entities, with their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Required

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json
from starlette.responses import Response
from starlette.routing import Route
from typing_extensions import TypedDict

from devsession.sandbox.bot_token import USER
from devsession.sandbox.catalog.bodies import read_as, read_body
from devsession.sandbox.catalog.known import Known
from devsession.sandbox.catalog.parameters import number
from devsession.sandbox.catalog.refusals import CatalogRefusedError, json_response, not_found
from devsession.sandbox.catalog.shapes import Fqn, Json, Reference, Time, closed
from devsession.sandbox.catalog.showing import show_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from devsession.sandbox.catalog.store import Row, Store

_DEEPEST = 50


@closed
class ColumnLineage(TypedDict, total=False):
    fromColumns: Required[list[Fqn]]
    toColumn: Required[Fqn]
    function: str | None


@closed
class Details(TypedDict, total=False):
    """How an edge came to be."""

    sqlQuery: str | None
    columnsLineage: list[ColumnLineage] | None
    pipeline: Reference | None
    description: str | None
    source: (
        Literal[
            "Manual", "ViewLineage", "QueryLineage", "PipelineLineage", "DashboardLineage",
            "DbtLineage", "SparkLineage", "OpenLineage", "ExternalTableLineage",
            "CrossDatabaseLineage", "ChildAssets",
        ]
        | None
    )  # fmt: skip
    createdAt: Time | None
    createdBy: str | None
    updatedAt: Time | None
    updatedBy: str | None
    tempLineageTables: list[Json] | None


@closed
class Edge(TypedDict, total=False):
    fromEntity: Required[Reference]
    toEntity: Required[Reference]
    description: str | None
    lineageDetails: Details | None


@closed
class AddLineage(TypedDict):
    edge: Edge


_ADD: TypeAdapter[AddLineage] = TypeAdapter(AddLineage)
_DETAILS: TypeAdapter[Details] = TypeAdapter(Details)


class Lineage:
    """Takes edges in, and shows what lies up and down from an entity."""

    def __init__(self, store: Store, root: str, clock: Callable[[], int]) -> None:
        self._store = store
        self._root = root
        self._clock = clock

    def routes(self) -> list[Route]:
        base = f"{self._root}/lineage"
        names = f"{base}/{{start}}/name/{{start_fqn:path}}/{{end}}/name/{{end_fqn:path}}"
        return [
            Route(base, self.put, methods=["PUT"]),
            Route(names, self.by_names, methods=["PUT", "DELETE"]),
            Route(f"{base}/{{type}}/name/{{fqn:path}}", self.show),
            Route(f"{base}/{{type}}/{{id}}", self.show),
            Route(
                f"{base}/{{start}}/{{start_id}}/{{end}}/{{end_id}}",
                self.remove_by_ids,
                methods=["DELETE"],
            ),
        ]

    async def put(self, request: Request) -> Response:
        """An edge between two that are given by id."""
        edge = read_as(_ADD, await read_body(request))["edge"]
        known = Known(self._store)
        start, end = (
            known.require_id(each["type"], each["id"])
            for each in (edge["fromEntity"], edge["toEntity"])
        )
        details = edge.get("lineageDetails") or {}
        if description := edge.get("description"):
            details.setdefault("description", description)
        return self._keep(start, end, details, known)

    async def by_names(self, request: Request) -> Response:
        """The details of an edge between two that are given by name; DELETE takes it away."""
        asked = request.path_params
        start = self._named(asked["start"], asked["start_fqn"])
        end = self._named(asked["end"], asked["end_fqn"])
        if request.method == "DELETE":
            return self._remove(start.id, end.id)
        details = read_as(_DETAILS, await read_body(request))
        return self._keep(start, end, details, Known(self._store))

    async def remove_by_ids(self, request: Request) -> Response:
        """Takes an edge away."""
        asked = request.path_params
        return self._remove(asked["start_id"].lower(), asked["end_id"].lower())

    async def show(self, request: Request) -> Response:
        """An entity with the edges that lead to it and from it."""
        asked = request.path_params
        if "fqn" in asked:
            row = self._named(asked["type"], asked["fqn"])
        else:
            row = Known(self._store).require_id(asked["type"], asked["id"].lower())
        nodes: dict[str, Row] = {}
        up = self._walk(row, number(request, "upstreamDepth", 1, _DEEPEST), nodes, upstream=True)
        down = self._walk(
            row, number(request, "downstreamDepth", 1, _DEEPEST), nodes, upstream=False
        )
        nodes.pop(row.id, None)
        shown = show_for(request, self._store, self._root)
        return json_response(
            {
                "entity": shown.to(row),
                "nodes": [shown.to(each) for each in nodes.values()],
                "upstreamEdges": up,
                "downstreamEdges": down,
            }
        )

    def _walk(
        self, start: Row, depth: int, nodes: dict[str, Row], *, upstream: bool
    ) -> list[dict[str, Any]]:
        """The edges within so many steps, each once; adds to `nodes` what they lead to."""
        edges: dict[tuple[str, str], dict[str, Any]] = {}
        here = {start.id}
        seen = {start.id}
        for _ in range(depth):
            there: set[str] = set()
            for entity_id in sorted(here):
                for from_id, to_id, content in self._store.edges(of=entity_id, upstream=upstream):
                    other = from_id if upstream else to_id
                    row = self._store.with_id(other)
                    if row is None or row.deleted:
                        continue
                    nodes[other] = row
                    edges[from_id, to_id] = {
                        "fromEntity": from_id,
                        "toEntity": to_id,
                        "lineageDetails": from_json(content),
                    }
                    there.add(other)
            here = there - seen
            seen |= there
        return list(edges.values())

    def _keep(self, start: Row, end: Row, details: Details, known: Known) -> Response:
        self._check_columns(start, end, details, known)
        if pipeline := details.get("pipeline"):
            known.require_id(pipeline["type"], pipeline["id"])
        now = self._clock()
        before = from_json(self._store.edge(start.id, end.id) or b"{}")
        kept = {
            "source": "Manual",
            "createdAt": before.get("createdAt", now),
            "createdBy": USER,
            "updatedAt": now,
            "updatedBy": USER,
            **{key: value for key, value in details.items() if value is not None},
        }
        with self._store.transaction():
            self._store.put_edge(start.id, end.id, to_json(kept))
        return Response(status_code=200)

    def _check_columns(self, start: Row, end: Row, details: Details, known: Known) -> None:
        edges = details.get("columnsLineage")
        if not edges:
            return
        sources = known.columns(start.type, start.fqn)
        targets = known.columns(end.type, end.fqn)
        for each in edges:
            for column in each["fromColumns"]:
                if column not in sources:
                    raise CatalogRefusedError(400, f"Invalid fully qualified column name {column}")
            if each["toColumn"] not in targets:
                raise CatalogRefusedError(
                    400, f"Invalid fully qualified column name {each['toColumn']}"
                )

    def _remove(self, from_id: str, to_id: str) -> Response:
        with self._store.transaction():
            removed = self._store.remove_edge(from_id, to_id)
        if not removed:
            raise CatalogRefusedError(404, "Lineage edge not found")
        return Response(status_code=200)

    def _named(self, entity_type: str, fqn: str) -> Row:
        row = self._store.named(entity_type, fqn)
        if row is None or row.deleted:
            raise not_found(entity_type, fqn)
        return row
