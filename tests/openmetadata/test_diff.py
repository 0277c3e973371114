"""Entities of a run against the catalog: create, update, unchanged, stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.openmetadata import Classification, Column, Tag
from devsession.openmetadata.model.content_hash import content_hash
from devsession.openmetadata.model.entities import Placed
from devsession.openmetadata.review.diff import diff_items
from tests.openmetadata.shop import (
    DATABASE,
    ORDERS,
    PEOPLE,
    SCHEMA,
    SERVICE,
    SHOP,
    Catalog,
    edge,
    table,
)

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from devsession.openmetadata import Entity


def stored(*entities: Entity) -> list[Entity]:
    """As a run leaves them in the catalog."""
    return [
        each.model_copy(update={"source_hash": content_hash(each)})
        if isinstance(each, Placed)
        else each
        for each in entities
    ]


EDGE = edge("people", "orders", ("ID", "PERSON"))
WHOLE = stored(SERVICE, DATABASE, SCHEMA, PEOPLE, ORDERS)


def test_into_an_empty_catalog_everything_is_created() -> None:
    diff = diff_items(SHOP, Catalog())

    assert diff.counts == {"create": 6, "update": 0, "unchanged": 0, "stale": 0}
    assert not diff


def test_the_same_again_changes_nothing() -> None:
    diff = diff_items(SHOP, Catalog(*WHOLE, EDGE))

    assert diff
    assert str(diff).splitlines()[0] == "catalog: create 0, update 0, unchanged 6, stale 0"


def test_a_change_is_told_with_its_fields_and_what_did_not_come_is_stale(
    snapshot: SnapshotAssertion,
) -> None:
    gone = stored(table("gone"))
    wider = table("orders", Column(name="NOTE", data_type="STRING"), description="All of them")

    diff = diff_items([SERVICE, DATABASE, SCHEMA, PEOPLE, wider], Catalog(*WHOLE, *gone))

    assert [(each.what, each.fqn, each.fields) for each in diff.changed] == [
        ("update", "shop.sales.public.orders", ("description", "columns")),
        ("stale", "shop.sales.public.gone", ()),
    ]
    assert str(diff) == snapshot
    assert diff.to_frame()["WHAT"].tolist() == [*["unchanged"] * 4, "update", "stale"]
    assert diff.to_dict()["counts"]["stale"] == 1
    assert "shop.sales.public.gone" in diff._repr_html_()


def test_an_edge_of_the_lineage_is_a_change_like_any() -> None:
    back = edge("orders", "people")
    otherwise = edge("people", "orders", ("EMAIL", "PERSON"))

    diff = diff_items([otherwise, back], Catalog(*WHOLE, EDGE))

    orders, people = "shop.sales.public.orders", "shop.sales.public.people"
    assert [(each.what, each.entity_type, each.fqn, each.fields) for each in diff.changed] == [
        ("update", "lineage", f"{people} -> {orders}", ("lineageDetails",)),
        ("create", "lineage", f"{orders} -> {people}", ()),
    ]


def test_what_somebody_else_has_stored_is_said_anew() -> None:
    diff = diff_items([SERVICE, DATABASE], Catalog(SERVICE, DATABASE))

    assert [(each.what, each.fields) for each in diff.changes] == [
        ("unchanged", ()),
        ("update", ("sourceHash",)),
    ]


def test_other_services_are_left_alone() -> None:
    elsewhere = stored(table("orders", service="store"))

    assert diff_items(SHOP, Catalog(*WHOLE, EDGE, *elsewhere))


def test_when_the_last_table_is_gone_it_is_stale_too() -> None:
    diff = diff_items([SERVICE, DATABASE, SCHEMA], Catalog(*WHOLE))

    assert [each.fqn for each in diff.changed] == [PEOPLE.fqn, ORDERS.fqn]
    assert diff.counts["stale"] == 2


def test_tags_are_compared_by_what_is_said_of_them() -> None:
    pii = Classification(name="PII", description="Of persons")
    name = Tag(name="Name", classification="PII", description="A name")
    other = Tag(name="Name", classification="PII", description="of a person")

    diff = diff_items([pii, name], Catalog(pii, other))

    assert [each.what for each in diff.changes] == ["unchanged", "update"]


def test_a_run_that_came_to_nothing_is_compared_with_nothing() -> None:
    assert (
        str(diff_items([], Catalog(*WHOLE))) == "catalog: create 0, update 0, unchanged 0, stale 0"
    )
