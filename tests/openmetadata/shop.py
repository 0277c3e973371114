"""A small system in the words of the catalog: a service, a database, a schema and two tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.openmetadata import (
    Column,
    ColumnLineage,
    Database,
    DatabaseSchema,
    DatabaseService,
    LineageDetails,
    LineageEdge,
    Reference,
    Table,
    tag,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from devsession.openmetadata import Entity
    from devsession.openmetadata.steps.steps import Item

SERVICE, DATABASE = DatabaseService(name="shop"), Database(name="sales", service="shop")
SCHEMA = DatabaseSchema(name="public", database="sales", service="shop")


def table(name: str, *columns: Column, **more: Any) -> Table:
    """A table of that schema, with an ID besides."""
    every = [Column(name="ID", data_type="BIGINT"), *columns]
    given = {"database": "sales", "schema": "public", "service": "shop", "columns": every} | more
    return Table(name=name, **given)


PEOPLE = table("people", Column(name="EMAIL", data_type="STRING", tags=[tag("PII.Sensitive")]))
ORDERS = table("orders", Column(name="PERSON", data_type="BIGINT"))


def edge(one: str = "people", other: str = "orders", *columns: tuple[str, str]) -> LineageEdge:
    """Lineage between two tables of that schema, and their columns."""
    pairs = [
        ColumnLineage(
            from_columns=[f"shop.sales.public.{one}.{this}"],
            to_column=f"shop.sales.public.{other}.{that}",
        )
        for this, that in columns
    ]
    return LineageEdge(
        from_entity=Reference(fqn=f"shop.sales.public.{one}"),
        to_entity=Reference(fqn=f"shop.sales.public.{other}"),
        lineage_details=LineageDetails(columns_lineage=pairs),
    )


SHOP: list[Item] = [
    SERVICE,
    DATABASE,
    SCHEMA,
    PEOPLE,
    ORDERS,
    edge("people", "orders", ("ID", "PERSON")),
]


class Catalog:
    """A catalog in memory: what the rules and the difference ask one for."""

    def __init__(self, *items: Entity | LineageEdge) -> None:
        self._edges = [each for each in items if isinstance(each, LineageEdge)]
        entities = [each for each in items if not isinstance(each, LineageEdge)]
        self._entities = {(each.entity_type, each.fqn): self._stored(each) for each in entities}

    def find(self, entity_type: str, fqn: str) -> Mapping[str, Any] | None:
        return self._entities.get((entity_type, fqn))

    def under(self, entity_type: str, scope: str) -> Iterable[Mapping[str, Any]]:
        return [
            found
            for (kind, name), found in self._entities.items()
            if kind == entity_type and (name == scope or name.startswith(f"{scope}."))
        ]

    def lineage_to(self, entity_type: str, fqn: str) -> list[Mapping[str, Any]]:
        return [
            {"fromEntity": edge.from_entity.fqn, "lineageDetails": edge.lineage_details.to_wire()}
            for edge in self._edges
            if (edge.to_entity.type, edge.to_entity.fqn) == (entity_type, fqn)
        ]

    @staticmethod
    def _stored(entity: Entity) -> dict[str, Any]:
        return {**entity.to_wire(), "fullyQualifiedName": entity.fqn, "id": "1", "version": 0.1}
