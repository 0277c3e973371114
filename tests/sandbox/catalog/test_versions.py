"""What a second write of an entity makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.catalog.conftest import SCHEMA, column, table, tag

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.catalog.conftest import Api

ORDERS = f"{SCHEMA}.orders"


def put(api: Api, sent: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = api.put("/tables", json=sent).json()
    return content


def test_what_is_the_same_leaves_version_and_time(shop: Api) -> None:
    first = shop.put("/tables", json=table("orders", sourceHash="a"))
    again = shop.put("/tables", json=table("orders", sourceHash="a", description=None))

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


@pytest.mark.parametrize(
    ("after", "version"),
    [
        (table("orders", column("id"), column("total"), sourceHash="b"), 0.2),
        (table("orders", column("id"), column("total"), column("added")), 0.2),
        (table("orders", column("total"), column("id")), 0.1),
        (table("orders", column("id", description="The key"), column("total")), 0.2),
        (table("orders", column("id")), 1.1),
        (table("orders", column("id", "BIGINT"), column("total")), 1.1),
        (table("orders", column("id"), column("total"), tags=[tag("Tier.Tier1")]), 0.2),
    ],
    ids=[
        "another hash",
        "a column more",
        "columns in another order",
        "a column described",
        "a column less",
        "a column of another type",
        "a tag more",
    ],
)
def test_a_version_moves_by_what_is_different(
    shop: Api, after: dict[str, Any], version: float, snapshot: SnapshotAssertion
) -> None:
    put(shop, table("orders", column("id"), column("total")))

    changed = put(shop, after)

    assert changed["version"] == version
    assert changed.get("changeDescription") == snapshot


def test_a_change_deep_inside_is_told_with_its_place(
    shop: Api, snapshot: SnapshotAssertion
) -> None:
    inner = column("a.b", "STRUCT", children=[column("c"), column("d")])
    put(shop, table("orders", column("s", "STRUCT", children=[inner])))
    inner = column("a.b", "STRUCT", children=[column("c", description="Deep")])

    changed = put(shop, table("orders", column("s", "STRUCT", children=[inner])))

    assert changed["version"] == 1.1
    assert changed["changeDescription"] == snapshot


def test_versions_after_nine_tenths_are_whole_numbers(shop: Api) -> None:
    versions = [put(shop, table("orders", sourceHash=str(n)))["version"] for n in range(12)]

    assert versions == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2]


def test_what_people_have_written_stays_when_a_source_says_something_else(shop: Api) -> None:
    owner = shop.reference("user", "users", "admin")
    by_people = table(
        "orders",
        column("id", description="The key", tags=[tag("PII.None")]),
        description="All orders",
        tags=[tag("Tier.Tier1")],
        owners=[owner],
    )
    put(shop, by_people)

    by_source = table(
        "orders",
        column("id", description="?", tags=[tag("PII.Sensitive")]),
        description="?",
        tags=[tag("Tier.Tier2")],
        sourceHash="new",
    )
    now = put(shop, by_source)

    assert (now["description"], now["columns"][0]["description"]) == ("All orders", "The key")
    assert [each["tagFQN"] for each in now["tags"]] == ["Tier.Tier1", "Tier.Tier2"]
    assert [each["tagFQN"] for each in now["columns"][0]["tags"]] == ["PII.None", "PII.Sensitive"]
    assert [each["name"] for each in now["owners"]] == ["admin"]
    assert now["sourceHash"] == "new"


def test_it_is_overwritten_when_the_bulk_says_so_and_what_is_not_said_stays(shop: Api) -> None:
    put(shop, table("orders", description="All orders", tags=[tag("Tier.Tier1")]))
    put(shop, table("customers", description="All customers"))

    shop.bulk(
        "tables",
        [table("orders", description="Orders", tags=[tag("Tier.Tier2")]), table("customers")],
        overrideMetadata="true",
    )

    now = shop.get("/tables", params={"fields": "tags"}).json()["data"]
    assert {each["name"]: each["description"] for each in now} == {
        "orders": "Orders",
        "customers": "All customers",
    }
    assert [each["tagFQN"] for each in now[1]["tags"]] == ["Tier.Tier2"]


def test_what_was_deleted_softly_is_there_again_when_it_is_put(shop: Api) -> None:
    first = put(shop, table("orders"))
    shop.delete(f"/tables/{first['id']}")

    again = put(shop, table("orders"))

    assert (again["id"], again["deleted"], again["version"]) == (first["id"], False, 0.3)
    assert shop.get(f"/tables/name/{ORDERS}").status_code == 200


def test_what_was_deleted_for_good_is_another_when_it_is_put(shop: Api) -> None:
    first = put(shop, table("orders"))
    shop.delete(f"/tables/{first['id']}", params={"hardDelete": "true"})

    again = put(shop, table("orders"))

    assert again["id"] != first["id"]
    assert again["version"] == 0.1


def test_ids_are_the_same_in_every_new_catalog(shop: Api) -> None:
    assert shop.id_of("databases", "shop.sales") == "84bb563a-a448-8b7e-a3ac-d0659ad658bf"
