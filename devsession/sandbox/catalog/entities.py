"""The operations that every kind of entity has."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any, Required

from pydantic import TypeAdapter
from starlette.routing import Route
from typing_extensions import TypedDict

from devsession.sandbox.catalog.bodies import named_in, read_as, read_body, read_many
from devsession.sandbox.catalog.kinds import KIND_OF, types_below
from devsession.sandbox.catalog.known import Known
from devsession.sandbox.catalog.parameters import flag, included, name_in, number
from devsession.sandbox.catalog.refusals import CatalogRefusedError, json_response, not_found
from devsession.sandbox.catalog.shapes import Fqn, Id, closed
from devsession.sandbox.catalog.showing import Show, asked_fields, reached_at, show_for
from devsession.sandbox.catalog.writing import Written

if TYPE_CHECKING:
    from collections.abc import Collection
    from contextlib import AbstractContextManager

    from starlette.requests import Request
    from starlette.responses import Response

    from devsession.sandbox.catalog.kinds import Kind
    from devsession.sandbox.catalog.store import Row, Store
    from devsession.sandbox.catalog.telling import Changes, Telling
    from devsession.sandbox.catalog.writing import Writer

_DONE = 200
_PAGE, _MOST = 10, 1_000_000


@closed
class Stale(TypedDict, total=False):
    """What was not seen below a scope is to be deleted."""

    scopeFqn: Required[Fqn]
    scopeEntityType: Required[str]
    seenFqns: Required[list[Fqn]]
    recursive: bool | None
    hardDelete: bool | None


@closed
class Restored(TypedDict):
    id: Id


_STALE = TypeAdapter(Stale)
_RESTORED = TypeAdapter(Restored)


class Entities:
    """The operations of one kind.

    refused: names of entities that are refused whatever they are, as set by the control.
    """

    def __init__(
        self,
        kind: Kind,
        store: Store,
        writer: Writer,
        telling: Telling,
        base: str,
        refused: Collection[str],
    ) -> None:
        self._kind = kind
        self._store = store
        self._writer = writer
        self._telling = telling
        self._root = base
        self._refused = refused

    def routes(self) -> list[Route]:
        base = f"{self._root}/{self._kind.path}"
        return [
            Route(base, self.collection, methods=["GET", "PUT", "POST"]),
            Route(f"{base}/bulk", self.put_many, methods=["PUT"]),
            Route(f"{base}/restore", self.restore, methods=["PUT"]),
            Route(f"{base}/deleteStale", self.delete_stale, methods=["DELETE"]),
            Route(f"{base}/name/{{fqn:path}}", self.single, methods=["GET", "DELETE"]),
            Route(f"{base}/{{id}}", self.single, methods=["GET", "DELETE"]),
        ]

    async def collection(self, request: Request) -> Response:
        """Lists, or takes one in."""
        match request.method:
            case "PUT":
                return await self._put(request, may_exist=True)
            case "POST":
                return await self._put(request, may_exist=False)
        return self._list(request)

    async def put_many(self, request: Request) -> Response:
        """Takes many in, each for itself: what one is refused for does not touch the others."""
        if flag(request, "async", absent=True):
            raise CatalogRefusedError(400, "async=true is not served here: send async=false")
        sent = read_many(self._kind, await read_body(request))
        override = flag(request, "overrideMetadata")
        with self._changing(request) as changes:
            answers = self._writer.write(
                self._kind, sent, override=override, refused=self._refused, changes=changes
            )
        return _bulk_response(
            [
                (each.row.fqn, _DONE, "")
                if isinstance(each, Written)
                else (each.request or named_in(self._kind, body), each.status, each.message)
                for each, body in zip(answers, sent, strict=True)
            ]
        )

    async def single(self, request: Request) -> Response:
        """One entity, by id or name."""
        if request.method == "DELETE":
            return self._delete(request)
        fields = asked_fields(self._kind, request.query_params.get("fields"))
        row = self._found(request, included(request))
        return json_response(self._show(request).entity(row, fields))

    async def restore(self, request: Request) -> Response:
        """What was deleted softly is there again."""
        sent = read_as(_RESTORED, await read_body(request))
        row = self._store.with_id(sent["id"])
        if row is None or row.type != self._kind.type:
            raise not_found(self._kind.type, sent["id"])
        with self._changing(request) as changes:
            restored = self._writer.mark(row, changes, deleted=False)
        return json_response(self._show(request).entity(restored))

    async def delete_stale(self, request: Request) -> Response:
        """Deletes what was not seen below a scope."""
        sent = read_as(_STALE, await read_body(request))
        scope = sent["scopeEntityType"]
        if scope not in KIND_OF or self._kind.type not in types_below(scope):
            raise CatalogRefusedError(
                400, f"[scopeEntityType: no {self._kind.type} hangs under a {scope}]"
            )
        Known(self._store).require(scope, sent["scopeFqn"])
        seen = set(sent["seenFqns"])
        there = self._store.names(self._kind.type, under=sent["scopeFqn"])
        recursive, hard = bool(sent.get("recursive")), bool(sent.get("hardDelete"))
        answers = []
        with self._changing(request) as changes:
            for fqn in there:
                row = None if fqn in seen else self._store.named(self._kind.type, fqn)
                if row is None or row.deleted:  # seen, or gone with what it hung under
                    continue
                try:
                    self._remove(row, changes, recursive=recursive, hard=hard)
                    answers.append((fqn, _DONE, ""))
                except CatalogRefusedError as refused:
                    answers.append((fqn, refused.status, refused.message))
        return _bulk_response(answers)

    async def _put(self, request: Request, *, may_exist: bool) -> Response:
        body = read_as(self._kind.one, await read_body(request))
        if not may_exist:
            fqn = self._kind.place(self._kind, body, Known(self._store))
            if self._store.named(self._kind.type, fqn) is not None:
                raise CatalogRefusedError(409, "Entity already exists")
        with self._changing(request) as changes:
            (written,) = self._writer.write(
                self._kind, [body], refused=self._refused, changes=changes
            )
        if isinstance(written, CatalogRefusedError):
            raise written
        fields = asked_fields(self._kind, "*")
        status = 201 if written.status == "created" else 200
        return json_response(self._show(request).entity(written.row, fields), status)

    def _list(self, request: Request) -> Response:
        asked = request.query_params
        fields = asked_fields(self._kind, asked.get("fields"))
        limit = number(request, "limit", _PAGE, _MOST)
        deleted = included(request)
        under = None
        for key, above in reversed(self._kind.above):
            if key in asked:
                Known(self._store).require(above, asked[key])
                under = asked[key]
                break
        after = name_in(asked.get("after"))
        rows = self._store.listed(
            self._kind.type, under=under, after=after, deleted=deleted, limit=limit + 1
        )
        show = self._show(request)
        paging: dict[str, Any] = {
            "total": self._store.count(self._kind.type, under=under, deleted=deleted)
        }
        if len(rows) > limit > 0:
            paging["after"] = urlsafe_b64encode(rows[limit - 1].fqn.encode()).decode()
        data = [show.entity(row, fields) for row in rows[:limit]]
        return json_response({"data": data, "paging": paging})

    def _delete(self, request: Request) -> Response:
        recursive, hard = flag(request, "recursive"), flag(request, "hardDelete")
        row = self._found(request, (0, 1))
        with self._changing(request) as changes:
            removed = self._remove(row, changes, recursive=recursive, hard=hard)
            shown = self._show(request).entity(removed)
        return json_response(shown)

    def _remove(self, row: Row, changes: Changes, *, recursive: bool, hard: bool) -> Row:
        """Raises: CatalogRefusedError when something hangs under it, and that was not meant."""
        types, deleted = types_below(row.type), (0, 1) if hard else (0,)
        if not recursive and any(
            self._store.count(each, under=row.fqn, deleted=deleted) for each in types
        ):
            raise CatalogRefusedError(400, f"{row.type} is not empty")
        below = [
            each
            for entity_type in types
            for each in self._store.listed(entity_type, under=row.fqn, deleted=deleted)
        ]
        if hard:
            self._writer.remove([*below, row], changes)
            return row._replace(deleted=1)
        for each in below:
            self._writer.mark(each, changes, deleted=True)
        return self._writer.mark(row, changes, deleted=True)

    def _found(self, request: Request, deleted: Collection[int]) -> Row:
        asked = request.path_params
        if "fqn" in asked:
            row = self._store.named(self._kind.type, asked["fqn"])
        else:
            row = self._store.with_id(asked["id"].lower())
        if row is None or row.type != self._kind.type or row.deleted not in deleted:
            raise not_found(self._kind.type, asked.get("fqn") or asked["id"])
        return row

    def _show(self, request: Request) -> Show:
        return show_for(request, self._store, self._root)

    def _changing(self, request: Request) -> AbstractContextManager[Changes]:
        return self._telling.changing(reached_at(request, self._root))


def _bulk_response(answers: list[tuple[str, int, str]]) -> Response:
    """What became of each. Source: OpenMetadata contract, bulk answers."""
    passed = [{"request": fqn, "status": _DONE} for fqn, status, _ in answers if status == _DONE]
    failed = [
        {"request": fqn, "status": status, "message": message}
        for fqn, status, message in answers
        if status != _DONE
    ]
    status = "success" if not failed else "partialSuccess" if passed else "failure"
    return json_response(
        {
            "dryRun": False,
            "status": status,
            "numberOfRowsProcessed": len(answers),
            "numberOfRowsPassed": len(passed),
            "numberOfRowsFailed": len(failed),
            "successRequest": passed,
            "failedRequest": failed,
        }
    )
