"""An entity as it is answered: what was sent, and what the catalog knows besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from devsession.sandbox.bot_token import USER
from devsession.sandbox.catalog.columns import columns_in
from devsession.sandbox.catalog.kinds import KIND_OF
from devsession.sandbox.catalog.names import child, levels, split
from devsession.sandbox.catalog.refusals import CatalogRefusedError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from starlette.requests import Request

    from devsession.sandbox.catalog.kinds import Kind
    from devsession.sandbox.catalog.store import Row, Store

Entity = dict[str, Any]

# What is only told when it is asked for, whatever the kind.
_ASKED_FOR = ("owners", "tags", "domains", "dataProducts", "extension", "lifeCycle", "experts")
# Fields that lead to results, and which.
_LATEST = {
    "testCase": ("testCaseResult", "testCaseResult"),
    "pipeline": ("pipelineStatus", "status"),
    "ingestionPipeline": ("pipelineStatuses", "pipelineStatus"),
}
# Fields that a client may ask for of any server, and that are always empty here.
_EMPTY = {
    "followers",
    "votes",
    "usageSummary",
    "joins",
    "testSuite",
    "customMetrics",
    "children",
    "pipelines",
    "databases",
    "databaseSchemas",
    "tables",
}
_NEVER = 2**63 - 1


class Show:
    """Entities of one answer; what they refer to is looked up once.

    base: where the catalog answers, up to /v1.
    """

    def __init__(self, store: Store, base: str) -> None:
        self._store = store
        self._base = base
        self._references: dict[tuple[str, str], Entity] = {}
        self._service_types: dict[str, str | None] = {}

    def entity(self, row: Row, fields: Collection[str] = ()) -> Entity:
        """The whole of it, with these of the fields that have to be asked for."""
        kind = KIND_OF[row.type]
        content = from_json(row.content)
        shown: Entity = {
            "id": row.id,
            "name": content.pop("name"),
            "fullyQualifiedName": row.fqn,
            **{key: value for key, value in content.items() if key not in _ASKED_FOR},
            "version": row.version / 10,
            "updatedAt": row.updated_at,
            "updatedBy": USER,
            "href": self._href(kind, row.id),
            "deleted": bool(row.deleted),
        }
        if row.change is not None:
            shown["changeDescription"] = from_json(row.change)
        names = levels(row.fqn)
        for (key, above), name in zip(kind.above, names, strict=False):  # its own comes last
            shown[key] = self.reference(above, name)
        self._complete(names, kind, shown)
        columns = columns_in(row.type, shown)
        _name_columns(columns, row.fqn, tags=bool({"tags", "columns", "dataModel"} & {*fields}))
        for key in _ASKED_FOR:
            if key in fields and key in content:
                shown[key] = self._asked_for(key, content[key])
        field, result = _LATEST.get(row.type, ("", ""))
        if field in fields and (found := self._store.results(row.id, result, 0, _NEVER, 1)):
            shown[field] = from_json(found[0])
        return shown

    def reference(self, entity_type: str, fqn: str) -> Entity:
        """To an entity by its name; without an id when it is gone."""
        if (entity_type, fqn) not in self._references:
            row = self._store.named(entity_type, fqn)
            found = (
                {"type": entity_type, "fullyQualifiedName": fqn} if row is None else self.to(row)
            )
            self._references[entity_type, fqn] = found
        return self._references[entity_type, fqn]

    def to(self, row: Row) -> Entity:
        """A reference to an entity."""
        return {
            "id": row.id,
            "type": row.type,
            "name": split(row.fqn)[-1],
            "fullyQualifiedName": row.fqn,
            "deleted": bool(row.deleted),
            "href": self._href(KIND_OF[row.type], row.id),
        }

    def _href(self, kind: Kind, entity_id: str) -> str:
        return f"{self._base}/{kind.path}/{entity_id}"

    def _asked_for(self, key: str, value: Any) -> Any:
        match key:
            case "owners":
                return [self._of_id(each) for each in value]
            case "domains":
                return [self.reference("domain", fqn) for fqn in value]
            case "dataProducts":
                return [self.reference("dataProduct", fqn) for fqn in value]
        return value

    def _of_id(self, reference: Mapping[str, str]) -> Entity:
        row = self._store.with_id(reference["id"])
        return dict(reference) if row is None else self.to(row)

    def _service_type(self, entity_type: str, fqn: str) -> str | None:
        if fqn not in self._service_types:
            service = self._store.named(entity_type, fqn)
            told = None if service is None else from_json(service.content)["serviceType"]
            self._service_types[fqn] = told
        return self._service_types[fqn]

    def _complete(self, names: Sequence[str], kind: Kind, shown: Entity) -> None:
        """What is peculiar to a kind."""
        if kind.above and kind.above[0][0] == "service":
            shown["serviceType"] = self._service_type(kind.above[0][1], names[0])
        match kind.type:
            case "table":
                shown.setdefault("tableType", "Regular")
            case "tag" | "domain" if "parent" in shown:
                shown["parent"] = self.reference(kind.type, shown["parent"])
            case "dashboard" if "charts" in shown:
                shown["charts"] = [self.reference("chart", fqn) for fqn in shown["charts"]]
            case "testCase":
                shown["testDefinition"] = self.reference("testDefinition", shown["testDefinition"])
                shown["entityFQN"] = names[-2]


def show_for(request: Request, store: Store, root: str) -> Show:
    """Entities with addresses that whoever asks can reach."""
    return Show(store, reached_at(request, root))


def reached_at(request: Request, root: str) -> str:
    """Where whoever asks reaches the catalog, up to /v1."""
    return f"{request.url.scheme}://{request.url.netloc}{root}"


def asked_fields(kind: Kind, text: str | None) -> set[str]:
    """The names in `fields=owners,tags`. Raises: CatalogRefusedError for one that cannot be."""
    names = {name.strip() for name in (text or "").split(",")} - {""}
    latest = _LATEST.get(kind.type, ("", ""))[0]
    known = {*kind.shape.__annotations__, *_EMPTY, *_ASKED_FOR, latest}
    if "*" in names:
        return known
    for name in sorted(names):
        if name not in known:
            raise CatalogRefusedError(400, f"Invalid field name {name}")
    return names


def _name_columns(columns: Sequence[Entity], parent: str, *, tags: bool) -> None:
    for column in columns:
        column["fullyQualifiedName"] = child(parent, column["name"])
        if tags:
            column.setdefault("tags", [])
        else:
            column.pop("tags", None)
        _name_columns(column.get("children") or (), column["fullyQualifiedName"], tags=tags)
