"""Many entities in one call: each counts alone, in the order in which they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sandbox.catalog.conftest import SCHEMA, column, table, tag

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.catalog.conftest import Api


def failed(answer: dict[str, Any]) -> list[tuple[str, int]]:
    return [(each["request"], each["status"]) for each in answer["failedRequest"]]


def test_every_wrong_entity_is_told_and_the_others_are_kept(
    shop: Api, snapshot: SnapshotAssertion
) -> None:
    answer = shop.bulk(
        "tables",
        [
            table("first"),
            table("second", colour="red"),
            table("third", databaseSchema="shop.sales.nowhere"),
            table("fourth", column("id", tags=[tag("PII.Green")])),
            {"name": "fifth"},
            "sixth",
            table("seventh"),
        ],
    )

    assert answer == snapshot
    kept = [each["name"] for each in shop.get("/tables").json()["data"]]
    assert kept == ["first", "seventh"]


def test_an_empty_bulk_is_a_success(shop: Api) -> None:
    answer = shop.bulk("tables", [])

    assert (answer["status"], answer["numberOfRowsProcessed"]) == ("success", 0)


def test_the_later_of_two_with_a_name_is_kept(shop: Api) -> None:
    answer = shop.bulk("tables", [table("a", sourceHash="1"), table("a", sourceHash="2")])

    assert answer["numberOfRowsPassed"] == 2
    now = shop.get(f"/tables/name/{SCHEMA}.a").json()
    assert (now["sourceHash"], now["version"]) == ("2", 0.2)


def test_a_thousand_tables_in_one_call(shop: Api) -> None:
    columns = [column(f"column {number}", "TEXT") for number in range(10)]

    answer = shop.bulk("tables", [table(f"t{number}", *columns) for number in range(1_000)])

    assert (answer["status"], answer["numberOfRowsPassed"]) == ("success", 1_000)
    assert shop.get("/tables", params={"limit": 0}).json()["paging"]["total"] == 1_000


def test_names_of_any_script_are_kept_as_they_are(shop: Api) -> None:
    names = ["Bestellungen ß", "заказы", "注文", "طلبات", "orders/2026?#%&", "🛒", "a.b.c"]

    answer = shop.bulk("tables", [table(name, column(name)) for name in names])

    listed = shop.get("/tables", params={"limit": 100}).json()["data"]
    assert answer["status"] == "success"
    assert sorted(each["name"] for each in listed) == sorted(names)
    assert all(each["columns"][0]["name"] == each["name"] for each in listed)
    last = f'{SCHEMA}."a.b.c"'
    assert shop.get(f"/tables/name/{last}").json()["columns"][0]["fullyQualifiedName"] == (
        f'{last}."a.b.c"'
    )


def test_a_container_may_hang_under_another(shop: Api) -> None:
    shop.put("/services/storageServices", json={"name": "s3", "serviceType": "S3"})
    shop.bulk("containers", [{"name": "bucket", "service": "s3"}])
    bucket = shop.reference("container", "containers", "s3.bucket")

    answer = shop.bulk("containers", [{"name": "folder", "service": "s3", "parent": bucket}])

    assert failed(answer) == []
    assert shop.get("/containers/name/s3.bucket.folder").status_code == 200


def test_domains_and_tags_may_hang_under_others_of_the_same_call(shop: Api) -> None:
    domain = {"domainType": "Aggregate", "description": "A domain"}
    tags = {"classification": "PII", "description": "A tag"}

    domains = shop.bulk(
        "domains", [{"name": "Sales", **domain}, {"name": "EU", "parent": "Sales", **domain}]
    )
    labels = shop.bulk(
        "tags", [{"name": "Mail", **tags}, {"name": "Home", "parent": "PII.Mail", **tags}]
    )

    assert failed(domains) == failed(labels) == []
    assert shop.get("/domains/name/Sales.EU").json()["parent"]["name"] == "Sales"
    assert shop.get("/tags/name/PII.Mail.Home").json()["classification"]["name"] == "PII"
