"""The kinds of entities that the catalog has: a line for each, and what is peculiar to some."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import GenericAlias
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from devsession.sandbox.catalog import asset_shapes, quality_shapes, table_shapes
from devsession.sandbox.catalog.columns import check_columns, check_constraints
from devsession.sandbox.catalog.names import child
from devsession.sandbox.catalog.refusals import CatalogRefusedError

if TYPE_CHECKING:
    from devsession.sandbox.catalog.known import Known

Body = dict[str, Any]
Above = tuple[tuple[str, str], ...]
Check = Callable[[Body, "Known"], None]


def _unchecked(_body: Body, _known: Known) -> None:
    """Its shape says all."""


def _by_parent(kind: Kind, body: Body, known: Known) -> str:
    if not kind.above:
        return child(None, body["name"])
    key, parent_type = kind.above[-1]
    known.require(parent_type, body[key])
    return child(body[key], body["name"])


@dataclass(frozen=True)
class Kind:
    """One kind of entity.

    Args:
        type: as references name it.
        path: below /v1.
        shape: what is sent.
        above: what it hangs under, from the top: (key, type); the last key is sent, with a name.
        check: rules of its own.
        place: finds its fully qualified name, and that what it hangs under is there.
    """

    type: str
    path: str
    shape: Any
    above: Above = ()
    check: Check = _unchecked
    place: Callable[[Kind, Body, Known], str] = _by_parent

    @cached_property
    def one(self) -> TypeAdapter[Body]:
        """Made when the first one comes: a start does not wait for it."""
        return TypeAdapter(self.shape)

    @cached_property
    def many(self) -> TypeAdapter[list[Body]]:
        shapes: Any = GenericAlias(list, (self.shape,))
        return TypeAdapter(shapes)


def _check_table(body: Body, known: Known) -> None:
    check_columns(body["columns"], known)
    if body.get("tableConstraints"):
        check_constraints(body)


def _check_container(body: Body, known: Known) -> None:
    if model := body.get("dataModel"):
        check_columns(model["columns"], known)


def _check_test_case(body: Body, known: Known) -> None:
    known.require("testDefinition", body["testDefinition"])


def _check_user(body: Body, known: Known) -> None:
    for team in body.get("teams") or ():
        known.require_id("team", team)


def _check_team(body: Body, known: Known) -> None:
    for key, entity_type in (("users", "user"), ("parents", "team"), ("children", "team")):
        for each in body.get(key) or ():
            known.require_id(entity_type, each)


def _below_parent(kind: Kind, body: Body, known: Known) -> str:
    """Of a domain or a tag, which may hang under another."""
    under = _by_parent(kind, body, known)
    parent = body.get("parent")
    if parent is None:
        return under
    known.require(kind.type, parent)
    return child(parent, body["name"])


def _below_container(kind: Kind, body: Body, known: Known) -> str:
    under = _by_parent(kind, body, known)
    parent = body.get("parent")
    return under if parent is None else child(_named_by(parent, known), body["name"])


def _below_service(_kind: Kind, body: Body, known: Known) -> str:
    service = body["service"]
    if service["type"] not in SERVICE_TYPES:
        raise CatalogRefusedError(400, f"[service: a {service['type']} is no service]")
    return child(_named_by(service, known), body["name"])


def _named_by(reference: Body, known: Known) -> str:
    return known.require_id(reference["type"], reference["id"]).fqn


def _below_link(_kind: Kind, body: Body, known: Known) -> str:
    """A test case hangs under the table or column of its link."""
    match body["entityLink"].removeprefix("<#E::").removesuffix(">").split("::"):
        case ["table", table]:
            known.require("table", table)
            return child(table, body["name"])
        case ["table", table, "columns", column]:
            known.require("table", table)
            if child(table, column) not in known.columns("table", table):
                raise CatalogRefusedError(400, f"Invalid column name {column}")
            return child(child(table, column), body["name"])
    raise CatalogRefusedError(
        400, "[entityLink must be <#E::table::FQN> or <#E::table::FQN::columns::NAME>]"
    )


_SERVICES = (
    ("databaseService", "services/databaseServices"),
    ("pipelineService", "services/pipelineServices"),
    ("dashboardService", "services/dashboardServices"),
    ("messagingService", "services/messagingServices"),
    ("storageService", "services/storageServices"),
)
SERVICE_TYPES = {entity_type for entity_type, _ in _SERVICES}
_NESTING = {"domain", "tag", "container"}
_DATABASE: Above = (("service", "databaseService"),)
_SCHEMA: Above = (*_DATABASE, ("database", "database"))
_TABLE: Above = (*_SCHEMA, ("databaseSchema", "databaseSchema"))

KINDS = (
    *(Kind(entity_type, path, table_shapes.Service) for entity_type, path in _SERVICES),
    Kind("database", "databases", table_shapes.Database, _DATABASE),
    Kind("databaseSchema", "databaseSchemas", table_shapes.DatabaseSchema, _SCHEMA),
    Kind("table", "tables", table_shapes.Table, _TABLE, _check_table),
    Kind("classification", "classifications", asset_shapes.Classification),
    Kind(
        "tag",
        "tags",
        asset_shapes.Tag,
        (("classification", "classification"),),
        place=_below_parent,
    ),
    Kind("domain", "domains", asset_shapes.Domain, place=_below_parent),
    Kind("user", "users", asset_shapes.User, check=_check_user),
    Kind("team", "teams", asset_shapes.Team, check=_check_team),
    Kind("pipeline", "pipelines", asset_shapes.Pipeline, (("service", "pipelineService"),)),
    Kind("chart", "charts", asset_shapes.Chart, (("service", "dashboardService"),)),
    Kind("dashboard", "dashboards", asset_shapes.Dashboard, (("service", "dashboardService"),)),
    Kind("topic", "topics", asset_shapes.Topic, (("service", "messagingService"),)),
    Kind(
        "container",
        "containers",
        asset_shapes.Container,
        (("service", "storageService"),),
        _check_container,
        _below_container,
    ),
    Kind("testDefinition", "dataQuality/testDefinitions", quality_shapes.TestDefinition),
    Kind(
        "testCase",
        "dataQuality/testCases",
        quality_shapes.TestCase,
        check=_check_test_case,
        place=_below_link,
    ),
    Kind(
        "ingestionPipeline",
        "services/ingestionPipelines",
        quality_shapes.IngestionPipeline,
        place=_below_service,
    ),
)
KIND_OF = {kind.type: kind for kind in KINDS}


def types_below(entity_type: str) -> list[str]:
    """The types of what may hang under an entity, nearer or further down."""
    below = [kind.type for kind in KINDS if entity_type in {above for _, above in kind.above}]
    if entity_type in _NESTING:
        below.append(entity_type)
    if entity_type in SERVICE_TYPES:
        below.append("ingestionPipeline")
    if entity_type == "table" or "table" in below:
        below.append("testCase")
    return below
