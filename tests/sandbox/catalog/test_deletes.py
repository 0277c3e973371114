"""Softly, for good, with all that hangs below, and what was not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.catalog.conftest import SCHEMA, refusal, table

if TYPE_CHECKING:
    from tests.sandbox.catalog.conftest import Api


@pytest.fixture
def tables(shop: Api) -> Api:
    """Three tables in one schema and one in another, whose name begins the same."""
    shop.put("/databaseSchemas", json={"name": "public2", "database": "shop.sales"})
    other = table("other", databaseSchema="shop.sales.public2")
    shop.bulk("tables", [table("a"), table("b"), table("c"), other])
    return shop


def names(api: Api, kind: str = "tables", **asked: str) -> list[str]:
    return [each["name"] for each in api.get(f"/{kind}", params=asked).json()["data"]]


def test_what_is_deleted_softly_is_found_when_it_is_asked_for(tables: Api) -> None:
    tables.delete(f"/tables/name/{SCHEMA}.a")

    assert names(tables, databaseSchema=SCHEMA) == ["b", "c"]
    assert names(tables, databaseSchema=SCHEMA, include="all") == ["a", "b", "c"]
    assert names(tables, databaseSchema=SCHEMA, include="deleted") == ["a"]
    assert tables.get(f"/tables/name/{SCHEMA}.a").status_code == 404
    assert tables.get(f"/tables/name/{SCHEMA}.a?include=all").json()["version"] == 0.2


def test_a_delete_may_be_repeated(tables: Api) -> None:
    first = tables.delete(f"/tables/name/{SCHEMA}.a")
    again = tables.delete(f"/tables/name/{SCHEMA}.a")

    assert (first.status_code, again.json()) == (200, first.json())


def test_restore_brings_it_back(tables: Api) -> None:
    deleted = tables.delete(f"/tables/name/{SCHEMA}.a").json()

    restored = tables.put("/tables/restore", json={"id": deleted["id"]}).json()

    assert (restored["deleted"], restored["version"]) == (False, 0.3)
    assert names(tables, databaseSchema=SCHEMA) == ["a", "b", "c"]


def test_nothing_can_be_put_below_what_is_deleted(tables: Api) -> None:
    tables.delete(f"/databaseSchemas/name/{SCHEMA}?recursive=true")

    answer = tables.put("/tables", json=table("late"))

    assert refusal(answer) == (404, f"databaseSchema instance for {SCHEMA} not found")


def test_all_below_goes_along_and_nothing_else(tables: Api) -> None:
    tables.delete(f"/databaseSchemas/name/{SCHEMA}?recursive=true")

    assert names(tables) == ["other"]
    assert names(tables, include="all", limit="10") == ["a", "b", "c", "other"]


def test_a_service_is_deleted_for_good_with_all_that_it_has(tables: Api) -> None:
    service = tables.reference("databaseService", "services/databaseServices", "shop")
    pipeline = {
        "name": "nightly",
        "pipelineType": "metadata",
        "service": service,
        "sourceConfig": {},
        "airflowConfig": {},
    }
    case = {
        "name": "rows",
        "testDefinition": "tableRowCountToEqual",
        "entityLink": f"<#E::table::{SCHEMA}.a>",
    }
    tables.put("/services/ingestionPipelines", json=pipeline)
    tables.put("/dataQuality/testCases", json=case)
    tables.put(f"/lineage/table/name/{SCHEMA}.a/table/name/{SCHEMA}.b", json={})

    tables.delete("/services/databaseServices/name/shop?recursive=true&hardDelete=true")

    kinds = ("services/databaseServices", "databases", "databaseSchemas", "tables")
    more = ("services/ingestionPipelines", "dataQuality/testCases")
    assert [names(tables, kind, include="all") for kind in (*kinds, *more)] == [[]] * 6


def test_only_what_was_not_seen_in_the_scope_is_deleted(tables: Api) -> None:
    sent = {"scopeFqn": SCHEMA, "scopeEntityType": "databaseSchema", "seenFqns": [f"{SCHEMA}.b"]}

    answer = tables.request("DELETE", "/tables/deleteStale", json=sent).json()
    again = tables.request("DELETE", "/tables/deleteStale", json=sent).json()

    assert [each["request"] for each in answer["successRequest"]] == [f"{SCHEMA}.a", f"{SCHEMA}.c"]
    assert again["numberOfRowsProcessed"] == 0
    assert names(tables) == ["b", "other"]


def test_a_stale_schema_with_tables_goes_only_when_that_is_meant(tables: Api) -> None:
    sent = {"scopeFqn": "shop.sales", "scopeEntityType": "database", "seenFqns": [SCHEMA]}

    kept = tables.request("DELETE", "/databaseSchemas/deleteStale", json=sent).json()
    gone = tables.request(
        "DELETE", "/databaseSchemas/deleteStale", json={**sent, "recursive": True}
    ).json()

    assert kept["failedRequest"] == [
        {
            "request": "shop.sales.public2",
            "status": 400,
            "message": "databaseSchema is not empty",
        }
    ]
    assert (gone["status"], names(tables)) == ("success", ["a", "b", "c"])
