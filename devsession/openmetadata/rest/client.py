"""The catalog over REST: `OpenMetadata("http://localhost:8585/api", token=secret("OM_TOKEN"))`.

Source: OpenMetadata contract, "REST"; the guide imports the class by this name.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from devsession.errors import UsageError
from devsession.openmetadata.model.reading import Kind, entity_of
from devsession.openmetadata.rest.auth import TokenAuth
from devsession.openmetadata.rest.calls import Calls, in_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from devsession.http import Clock
    from devsession.openmetadata.model.base import Entity
    from devsession.openmetadata.model.facts import LineageEdge, PipelineStatus, TestResult
    from devsession.openmetadata.rest.auth import Auth, Secret

# What is spoken here.
KNOWN = (2, 0)
_CREATED = 201
_NOT_FOUND = 404
_PAGE = 1_000


class OpenMetadata:
    """A metadata catalog: looks up, stores, deletes.

    host_port: its address, `https://catalog.example/api`. token: of a bot, itself or `secret("NAME")`;
    or auth: what gives one, and the next when it has run out. tries: of each call, the first one included. seconds: to
    wait for an answer. Calls may come from several threads.

    Raises: CatalogError from each call that is refused, or not answered.
    """

    def __init__(
        self,
        host_port: str,
        *,
        token: Secret = "",
        auth: Auth | None = None,
        tries: int = 8,
        seconds: float = 60,
        clock: Clock | None = None,
    ) -> None:
        if not host_port.startswith(("http://", "https://")):
            raise UsageError(
                f"{host_port!r} is no address of a catalog",
                next_step='OpenMetadata("http://localhost:8585/api", token=secret("OM_TOKEN"))',
            )
        self._calls = Calls(
            host_port,
            TokenAuth(token) if auth is None else auth,
            tries=tries,
            seconds=seconds,
            clock=clock,
        )
        self._before_reading: Callable[[type[Entity], str], None] | None = None

    def __repr__(self) -> str:
        return f"OpenMetadata({self.address!r})"

    @property
    def address(self) -> str:
        """Where it is, up to /api."""
        return self._calls.address

    @property
    def calls(self) -> Calls:
        """The requests themselves, for what has no method here."""
        return self._calls

    def before_reading(self, settle: Callable[[type[Entity], str], None] | None) -> None:
        """What a lookup does first: a sink stores what it still holds of this entity.

        It gets the class and the name; an empty name for all of the class.
        """
        self._before_reading = settle

    # --- the server

    def version(self) -> str:
        """The server's version, `2.0.6`. Raises: CatalogError, after 5 s where nobody listens."""
        return str(self._calls.answer(self._calls.first("system/version"))["version"])

    def check_version(self) -> None:
        """Warn when the server is older than what is spoken here."""
        version = self.version()
        theirs = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
        if len(theirs) == len(KNOWN) and theirs < KNOWN:
            spoken = ".".join(map(str, KNOWN))
            warnings.warn(
                f"{self.address} is OpenMetadata {version}, older than {spoken}, which is spoken here: "
                "it may refuse what it does not know",
                stacklevel=2,
            )

    # --- looking up

    def get_by_name(self, kind: type[Kind], fqn: str, fields: Sequence[str] = ()) -> Kind | None:
        """The entity of this class and name, with its `id`; None when there is none.

        fields: of those that are told only when asked for: owners, tags, domains.
        """
        self._settle(kind, fqn)
        found = self.answer_by_name(kind, fqn, fields)
        return None if found is None else entity_of(kind, found)

    def answer_by_name(
        self, kind: type[Entity], fqn: str, fields: Sequence[str] = ()
    ) -> dict[str, Any] | None:
        """The same as the catalog tells it now; what a sink still holds is not asked for."""
        return self._found(f"{kind.path}/name/{in_path(fqn)}", {"fields": ",".join(fields)})

    def list(
        self, kind: type[Kind], *, under: dict[str, str] | None = None, fields: Sequence[str] = ()
    ) -> Iterator[Kind]:
        """All entities of a class, page by page.

        under: of those below one only, `{"databaseSchema": "crm.sales.public"}`.
        """
        self._settle(kind, "")
        for answer in self.list_answers(kind, under=under, fields=fields):
            yield entity_of(kind, answer)

    def list_answers(
        self, kind: type[Entity], *, under: dict[str, str] | None = None, fields: Sequence[str] = ()
    ) -> Iterator[dict[str, Any]]:
        """The same as the catalog tells them now."""
        query = {"limit": str(_PAGE), **(under or {})}
        if fields:
            query["fields"] = ",".join(fields)
        after = ""
        while True:
            page = self._found(kind.path, query | ({"after": after} if after else {}))
            if page is None:  # there is nothing of the name that it would be under
                return
            yield from page["data"]
            after = page.get("paging", {}).get("after") or ""
            if not after:
                return

    def id_of(self, entity_type: str, name: str) -> str | None:
        """The id of a user or team, or of another kind by its path, "users" say."""
        found = self._found(f"{entity_type}/name/{in_path(name)}", {})
        return None if found is None else str(found["id"])

    def lineage_to(self, entity_type: str, fqn: str) -> Sequence[dict[str, Any]]:
        """What its data comes from, one step up: [{fromEntity: a name, lineageDetails}]."""
        query = {"upstreamDepth": "1", "downstreamDepth": "0"}
        found = self._found(f"lineage/{entity_type}/name/{in_path(fqn)}", query)
        if found is None:
            return []
        names = {each["id"]: each["fullyQualifiedName"] for each in found["nodes"]}
        return [
            {**edge, "fromEntity": names.get(edge["fromEntity"], "")}
            for edge in found["upstreamEdges"]
        ]

    # --- storing

    def put(self, entity: Entity, body: bytes | None = None) -> str:
        """Store one entity; `created` or `updated`. body: as it goes, when that is known already."""
        response = self._calls.asked("PUT", entity.path, body=body or entity.to_json())
        return "created" if response.status_code == _CREATED else "updated"

    def put_lineage(self, edge: LineageEdge) -> None:
        """Store an edge between two that are in the catalog, by their names, or by their ids."""
        start, end = edge.from_entity, edge.to_entity
        if start.fqn and end.fqn:
            names = "/".join(f"{each.type}/name/{in_path(each.fqn)}" for each in (start, end))
            self._calls.asked("PUT", f"lineage/{names}", body=edge.lineage_details.to_json())
        else:
            self._calls.asked("PUT", "lineage", body=to_json({"edge": edge.to_wire()}))

    def put_result(self, result: TestResult) -> None:
        """Store how a test case ended."""
        path = f"dataQuality/testCases/testCaseResults/{in_path(result.test_case)}"
        self._calls.asked("POST", path, body=result.to_json())

    def put_status(self, status: PipelineStatus) -> None:
        """Store how a run of an ingestion pipeline stands."""
        path = f"services/ingestionPipelines/{in_path(status.pipeline)}/pipelineStatus"
        self._calls.asked("PUT", path, body=status.to_json())

    # --- deleting

    def delete(
        self, kind: type[Entity], entity_id: str, *, recursive: bool = False, hard: bool = False
    ) -> None:
        """Delete by id, softly: it can be restored. What is gone already is no error.

        recursive: with what hangs under it. hard: for good.
        """
        query = {"recursive": str(recursive).lower(), "hardDelete": str(hard).lower()}
        response = self._calls.send("DELETE", f"{kind.path}/{entity_id}", query=query)
        if response.status_code != _NOT_FOUND and not response.ok:
            raise self._calls.refusal(f"DELETE {kind.path}/{entity_id}", response)

    def delete_stale(
        self, kind: type[Entity], scope: tuple[str, str], seen: Sequence[str]
    ) -> dict[str, Any] | None:
        """Delete softly all of a class below a scope whose names are not among these.

        scope: its type and name, `("databaseSchema", "crm.sales.public")`. What comes back is an
        answer as of a bulk; None from a server that is too old to know the call.
        """
        scope_type, scope_fqn = scope
        body = {
            "scopeFqn": scope_fqn,
            "scopeEntityType": scope_type,
            "seenFqns": list(seen),
            "recursive": True,
        }
        response = self._calls.send("DELETE", f"{kind.path}/deleteStale", body=to_json(body))
        if response.status_code in {_NOT_FOUND, 405}:
            return None
        if not response.ok:
            raise self._calls.refusal(f"DELETE {kind.path}/deleteStale", response)
        answer: dict[str, Any] = self._calls.answer(response)
        return answer

    def close(self) -> None:
        """Let go of the connections."""
        self._calls.close()

    def _settle(self, kind: type[Entity], fqn: str) -> None:
        if self._before_reading is not None:
            self._before_reading(kind, fqn)

    def _found(self, path: str, query: dict[str, str]) -> dict[str, Any] | None:
        query = {key: value for key, value in query.items() if value}
        response = self._calls.send("GET", path, query=query)
        if response.status_code == _NOT_FOUND:
            return None
        if not response.ok:
            raise self._calls.refusal(f"GET {path}", response)
        found: dict[str, Any] = self._calls.answer(response)
        return found
