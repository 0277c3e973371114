"""What is new or different, against what the catalog has, and what it has that did not come.

An entity's hash goes with it, is kept by the catalog, and comes back in its lists: one list for
each schema, service .. of a run. So what is there and has the same hash is left alone, what somebody
wrote on it in the catalog as well; what somebody deleted there is missed, and sent. A file beside
the workflow would know neither. Source: OpenMetadata contract, "Framework" and "REST".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from devsession.openmetadata.model import fqn
from devsession.openmetadata.model.content_hash import content_hash
from devsession.openmetadata.model.entities import (
    Container,
    Dashboard,
    DashboardService,
    Database,
    DatabaseSchema,
    DatabaseService,
    MessagingService,
    Pipeline,
    PipelineService,
    Placed,
    StorageService,
    Table,
    Topic,
)
from devsession.openmetadata.model.facts import Reference

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from devsession.openmetadata.model.base import Entity
    from devsession.openmetadata.model.facts import LineageEdge
    from devsession.openmetadata.rest.client import OpenMetadata

State: TypeAlias = Literal["created", "updated", "unchanged"]

# What hangs under what, the outermost first: what is deleted takes with it what is below.
UNDER: dict[type[Placed], type[Entity]] = {
    Database: DatabaseService,
    DatabaseSchema: Database,
    Table: DatabaseSchema,
    Pipeline: PipelineService,
    Dashboard: DashboardService,
    Topic: MessagingService,
    Container: StorageService,
}
_ASKED_FOR = ("owners", "tags", "domains")
_SEEN = ""


class Compared(NamedTuple):
    """How an entity stands to the catalog, and what would be sent. again: it came before."""

    state: State
    body: bytes
    again: bool = False


class Comparison:
    """Compares the entities of one run, as they come, parents first."""

    def __init__(self, metadata: OpenMetadata) -> None:
        self._metadata = metadata
        # Of each kind and parent: the hash of each name that is there; of those that came, `_SEEN`.
        self._there: dict[tuple[type[Placed], str], dict[str, str]] = {}
        self._came: dict[type[Entity], set[str]] = {}
        self._new: set[tuple[type[Entity], str]] = set()
        self._edges: tuple[str, Sequence[dict[str, Any]]] = ("", [])

    def of(self, entity: Entity) -> Compared:
        """How it stands to the catalog. Raises: CatalogError; EntityError for a name that cannot be."""
        if isinstance(entity, Placed):
            return self._by_hash(entity)
        came = self._came.setdefault(type(entity), set())
        again = entity.fqn in came
        came.add(entity.fqn)
        state = self._by_fields(entity)
        if state == "created":
            self._new.add((type(entity), entity.fqn))
        return Compared(state, entity.to_json(), again)

    def of_edge(self, edge: LineageEdge) -> State:
        """How an edge of the lineage stands to the catalog."""
        start, end = edge.from_entity, edge.to_entity
        if not (start.fqn and end.fqn):
            return "created"
        name = f"{end.type} {end.fqn}"
        if self._edges[0] != name:
            self._edges = (name, self._metadata.lineage_to(end.type, end.fqn))
        found = [each for each in self._edges[1] if each["fromEntity"] == start.fqn]
        if not found:
            return "created"
        ours = edge.lineage_details.to_wire()
        return "unchanged" if _holds(found[0]["lineageDetails"], ours) else "updated"

    def unseen(self, kinds: Collection[type[Placed]] | None = None) -> Iterator[Reference]:
        """What the catalog has, and did not come, below what came; the outermost only.

        kinds: of these. None: of those of which something came, for of the others the source may
        know nothing.
        """
        for kind, above in UNDER.items():
            if kind in kinds if kinds is not None else self._any(kind):
                for parent in self.seen(above):
                    for name, mark in self._in(kind, parent).items():
                        if mark != _SEEN:
                            yield Reference(
                                type=kind.entity_type,
                                fullyQualifiedName=fqn.build(*fqn.split(parent), name),
                            )

    def seen(self, kind: type[Entity], parent: str | None = None) -> list[str]:
        """The names of what came, of all or below one parent."""
        if not issubclass(kind, Placed):
            return sorted(self._came.get(kind, ()))
        return [
            fqn.build(*fqn.split(above), name)
            for (of, above), names in self._there.items()
            if of is kind and parent in {None, above}
            for name, mark in names.items()
            if mark == _SEEN
        ]

    def _any(self, kind: type[Placed]) -> bool:
        return any(of is kind for of, _ in self._there)

    def _by_hash(self, entity: Placed) -> Compared:
        body = entity.to_json()
        digest = entity.source_hash
        if digest is None:
            digest = content_hash(entity, body)
            body = b'%b,"sourceHash":"%b"}' % (body[:-1], digest.encode())
        parent = entity.parent
        names = self._in(type(entity), parent)
        before = names.get(entity.name)
        names[entity.name] = _SEEN
        if before is None:
            if type(entity) in UNDER.values():
                self._new.add((type(entity), entity.fqn))
            return Compared("created", body)
        if before == _SEEN:
            return Compared("updated", body, again=True)
        return Compared("unchanged" if before == digest else "updated", body)

    def _in(self, kind: type[Placed], parent: str) -> dict[str, str]:
        """The names below a parent, from the catalog the first time."""
        key = (kind, parent)
        if key not in self._there:
            fresh = (UNDER.get(kind), parent) in self._new
            self._there[key] = {} if fresh else self._listed(kind, parent)
        return self._there[key]

    def _listed(self, kind: type[Placed], parent: str) -> dict[str, str]:
        # One that has no hash was made by somebody else: it is different from any.
        answers = self._metadata.list_answers(kind, under={kind.above_key: parent})
        return {each["name"]: each.get("sourceHash") or "none" for each in answers}

    def _by_fields(self, entity: Entity) -> State:
        ours = entity.to_wire()
        asked = [name for name in _ASKED_FOR if name in ours]
        theirs = self._metadata.answer_by_name(type(entity), entity.fqn, asked)
        if theirs is None:
            return "created"
        return "unchanged" if _holds(theirs, ours) else "updated"


def _holds(theirs: Any, ours: Any) -> bool:
    """Whether the catalog has all that we say; it may have more."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return all(_holds(theirs.get(key), value) for key, value in ours.items())
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_holds, theirs, ours))
    if isinstance(ours, str) and isinstance(theirs, dict):  # a name, answered as a reference
        return bool(theirs.get("fullyQualifiedName") == ours)
    return bool(theirs == ours)
