"""Entities: as Python says them, as they go over the wire, and what cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import EntityError
from devsession.openmetadata import (
    Classification,
    Column,
    Database,
    DatabaseSchema,
    DatabaseService,
    Entity,
    Owner,
    Pipeline,
    Table,
    Tag,
    tag,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ORDERS = {"name": "orders", "service": "crm", "database": "sales.eu", "schema": "public"}


def orders(**more: object) -> Table:
    return Table.model_validate({**ORDERS, "columns": [], **more})


def test_a_table_goes_over_the_wire_under_its_schemas_name() -> None:
    table = orders(columns=[Column(name="id", data_type="NUMBER", constraint="PRIMARY_KEY")])
    assert table.fqn == 'crm."sales.eu".public.orders'
    assert table.to_wire() == {
        "name": "orders",
        "databaseSchema": 'crm."sales.eu".public',
        "columns": [{"name": "id", "dataType": "NUMBER", "constraint": "PRIMARY_KEY"}],
    }


@pytest.mark.parametrize(
    "entity",
    [
        DatabaseService(name="crm.eu", service_type="Postgres"),
        Database(name="sales", service="crm.eu"),
        DatabaseSchema(name="public", database="sales.x", service="crm"),
        orders(columns=[Column(name="at", data_type="ARRAY", array_data_type="STRING")]),
        Classification(name="PII"),
        Tag(name="Sensitive", classification="PII"),
        Pipeline(name="nightly", service="airflow"),
    ],
    ids=lambda entity: type(entity).__name__,
)
def test_what_the_wire_says_is_the_entity_again(entity: Entity) -> None:
    again = type(entity).model_validate(entity.to_wire())
    assert again == entity
    assert again.fqn == entity.fqn
    assert type(entity).model_validate_json(entity.to_json()) == entity


def test_a_list_that_is_empty_says_nothing() -> None:
    # An empty list of owners would take away those that somebody gave in the catalog.
    table = orders()
    assert table.to_wire().keys() == {"name", "databaseSchema", "columns"}
    table.tags.append(tag("PII.Sensitive"))
    assert table.to_wire()["tags"] == [
        {
            "tagFQN": "PII.Sensitive",
            "source": "Classification",
            "labelType": "Automated",
            "state": "Confirmed",
        }
    ]


def test_a_struct_has_children() -> None:
    zip_code = Column(name="zip", data_type="VARCHAR")
    address = Column(name="address", data_type="STRUCT", children=[zip_code])
    assert address.to_wire()["children"] == [
        {"name": "zip", "dataType": "VARCHAR", "dataLength": 1}
    ]


REFUSED: list[tuple[str, Callable[[], object], str]] = [
    ("a field that does not exist", lambda: orders(colums=[]), "did you mean 'columns'"),
    (
        "a column in a table",
        lambda: orders(columns=[{"name": "x", "dataType": "VARCHR"}]),
        "Table 'orders': Column 'x' cannot be: dataType: 'VARCHR' is none of its words; did you",
    ),
    ("an array of nothing", lambda: Column(name="x", data_type="ARRAY"), "arrayDataType"),
    ("an owner without a name", Owner, "an id or a name"),
    ("an empty name", lambda: Database(name="", service="crm"), "name"),
    ("a schema that is none", lambda: orders(databaseSchema="a.b"), "service.database.schema"),
    ("a wrong value later", lambda: setattr(orders(), "columns", 3), "columns: Input should be"),
]


@pytest.mark.parametrize(
    ("make", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_cannot_be_names_entity_and_field(make: Callable[[], object], says: str) -> None:
    with pytest.raises(EntityError) as refused:
        make()
    assert says in refused.value.what


def test_a_wrong_value_is_not_shown() -> None:
    with pytest.raises(EntityError) as refused:
        orders(description={"password": "hunter2"})
    assert "hunter2" not in str(refused.value)
