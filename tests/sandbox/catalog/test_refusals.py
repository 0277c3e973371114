"""What the catalog does not take: the status and the message of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.catalog.conftest import SCHEMA, column, refusal, table, tag

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.catalog.conftest import Api

NOBODY = "00000000-0000-4000-8000-000000000000"
WRONG_TABLES: dict[str, Any] = {
    "unknown key": table("t", colour="red"),
    "unknown key of a column": table("t", column("id", colour="red")),
    "no columns": {"name": "t", "databaseSchema": SCHEMA},
    "no schema": {"name": "t", "columns": []},
    "no name": {"databaseSchema": SCHEMA, "columns": []},
    "empty name": table(""),
    "name of 257": table("n" * 257),
    "name with a quotation mark": table('the "best"'),
    "name with two colons": table("a::b"),
    "name with a line break": table("a\nb"),
    "name is a number": table(7),  # type: ignore[arg-type]
    "column without a type": table("t", {"name": "id"}),
    "unknown type of a column": table("t", column("id", "INTEGER")),
    "name of a column with a quotation mark": table("t", column('"')),
    "unknown kind of a table": table("t", tableType="Sheet"),
    "text without its length": table("t", column("id", "VARCHAR")),
    "array of nothing": table("t", column("id", "ARRAY")),
    "struct of nothing": table("t", column("id", "STRUCT")),
    "scale without precision": table("t", column("id", "DECIMAL", scale=2)),
    "scale beyond precision": table("t", column("id", "DECIMAL", scale=3, precision=2)),
    "column inside a struct": table(
        "t", column("a", "STRUCT", children=[column("b", "STRUCT", children=[column("c", "CHAR")])])
    ),
    "two columns of a name": table("t", column("id"), column("id", "TEXT")),
    "constraint on no column": table(
        "t", tableConstraints=[{"constraintType": "UNIQUE", "columns": ["key"]}]
    ),
    "hash of 33": table("t", sourceHash="f" * 33),
    "no such schema": table("t", databaseSchema="shop.sales.nowhere"),
    "no such tag": table("t", tags=[tag("PII.Green")]),
    "no such tag on a column": table("t", column("id", tags=[tag("PII.Green")])),
    "tag without its state": table("t", tags=[{"tagFQN": "PII.None", "source": "Classification"}]),
    "no such owner": table("t", owners=[{"id": NOBODY, "type": "user"}]),
    "owner that owns nothing": table("t", owners=[{"id": NOBODY, "type": "table"}]),
    "owner without an id": table("t", owners=[{"id": "ada", "type": "user"}]),
    "no such domain": table("t", domains=["Sales"]),
    "a list": [table("t")],
    "null": None,
}


@pytest.mark.parametrize("sent", WRONG_TABLES.values(), ids=WRONG_TABLES.keys())
def test_a_wrong_table_is_refused(shop: Api, sent: object, snapshot: SnapshotAssertion) -> None:
    said = {"Content-Type": "application/json"}
    answer = shop.put("/tables", content=json.dumps(sent), headers=said)

    assert refusal(answer) == snapshot
    assert shop.get("/tables").json()["data"] == []


OTHERS: dict[str, tuple[str, str, Any]] = {
    "service without its type": ("PUT", "/services/databaseServices", {"name": "s"}),
    "database of no service": ("PUT", "/databases", {"name": "d", "service": "a.b"}),
    "tag without a description": ("PUT", "/tags", {"name": "t", "classification": "PII"}),
    "tag of no classification": (
        "PUT",
        "/tags",
        {"name": "t", "description": "", "classification": "Law"},
    ),
    "domain of no type": ("PUT", "/domains", {"name": "d", "description": ""}),
    "user without an address": ("PUT", "/users", {"name": "u", "email": "nowhere"}),
    "topic without partitions": (
        "PUT",
        "/topics",
        {"name": "t", "service": "s", "partitions": 0},
    ),
    "test of no definition": (
        "PUT",
        "/dataQuality/testCases",
        {"name": "t", "testDefinition": "x", "entityLink": f"<#E::table::{SCHEMA}.there>"},
    ),
    "test of no table": (
        "PUT",
        "/dataQuality/testCases",
        {"name": "t", "testDefinition": "x", "entityLink": "<#E::table::nowhere>"},
    ),
    "test of no column": (
        "PUT",
        "/dataQuality/testCases",
        {
            "name": "t",
            "testDefinition": "tableDiff",
            "entityLink": f"<#E::table::{SCHEMA}.there::columns::x>",
        },
    ),
    "test of no link": (
        "PUT",
        "/dataQuality/testCases",
        {"name": "t", "testDefinition": "x", "entityLink": "orders"},
    ),
    "result of no test": (
        "POST",
        "/dataQuality/testCases/testCaseResults/nowhere",
        {"timestamp": 1, "testCaseStatus": "Success"},
    ),
    "status of no pipeline": (
        "PUT",
        "/services/ingestionPipelines/nowhere/pipelineStatus",
        {"runId": "1", "pipelineState": "success", "timestamp": 1},
    ),
    "lineage of nothing": (
        "PUT",
        "/lineage",
        {
            "edge": {
                "fromEntity": {"id": NOBODY, "type": "table"},
                "toEntity": {"id": NOBODY, "type": "table"},
            }
        },
    ),
    "lineage to nothing": (
        "PUT",
        f"/lineage/table/name/{SCHEMA}.there/table/name/{SCHEMA}.nowhere",
        {},
    ),
    "lineage from no column": (
        "PUT",
        f"/lineage/table/name/{SCHEMA}.there/table/name/{SCHEMA}.there",
        {
            "columnsLineage": [
                {"fromColumns": [f"{SCHEMA}.there.x"], "toColumn": f"{SCHEMA}.there.id"}
            ]
        },
    ),
    "lineage to no column": (
        "PUT",
        f"/lineage/table/name/{SCHEMA}.there/table/name/{SCHEMA}.there",
        {
            "columnsLineage": [
                {"fromColumns": [f"{SCHEMA}.there.id"], "toColumn": f"{SCHEMA}.there.x"}
            ]
        },
    ),
    "lineage of an unknown source": (
        "PUT",
        f"/lineage/table/name/{SCHEMA}.there/table/name/{SCHEMA}.there",
        {"source": "Guess"},
    ),
    "stale below nothing": (
        "DELETE",
        "/tables/deleteStale",
        {"scopeFqn": "nowhere", "scopeEntityType": "database", "seenFqns": []},
    ),
    "stale below a table": (
        "DELETE",
        "/tables/deleteStale",
        {"scopeFqn": "t", "scopeEntityType": "table", "seenFqns": []},
    ),
    "bulk in the background": ("PUT", "/tables/bulk", []),
    "bulk that is no list": ("PUT", "/tables/bulk?async=false", {}),
    "what is there already": ("POST", "/tables", table("there")),
    "schema with a table in it": ("DELETE", f"/databaseSchemas/name/{SCHEMA}", None),
    "no such table": ("GET", "/tables/name/nowhere", None),
    "no such id": ("GET", f"/tables/{NOBODY}", None),
    "id of another kind": ("GET", "/tables/561603a5-6a68-86ba-a87a-216bd08a61a0", None),
    "unknown field": ("GET", "/tables?fields=owners,colour", None),
    "limit that is no number": ("GET", "/tables?limit=many", None),
    "cursor of another": ("GET", "/tables?after=xyz", None),
    "unknown include": ("GET", "/tables?include=some", None),
    "flag that is none": ("DELETE", f"/tables/name/{SCHEMA}.there?hardDelete=maybe", None),
    "list below nothing": ("GET", "/tables?database=nowhere", None),
    "unknown address": ("GET", "/spreadsheets", None),
    "method that it does not have": ("PATCH", f"/tables/name/{SCHEMA}.there", {}),
    "restore of nothing": ("PUT", "/tables/restore", {"id": NOBODY}),
}


@pytest.mark.parametrize(("method", "path", "sent"), OTHERS.values(), ids=OTHERS.keys())
def test_what_cannot_be_is_refused(
    shop: Api, method: str, path: str, sent: object, snapshot: SnapshotAssertion
) -> None:
    shop.put("/tables", json=table("there"))
    options = {} if sent is None else {"json": sent}

    assert refusal(shop.request(method, path, **options)) == snapshot


def test_a_body_has_to_be_json_and_to_say_so(shop: Api, snapshot: SnapshotAssertion) -> None:
    said = {"Content-Type": "application/json"}

    cut_off = shop.put("/tables", content=b'{"name": "t", "col', headers=said)
    cut_off_bulk = shop.put("/tables/bulk?async=false", content=b'[{"name": ', headers=said)
    nothing = shop.put("/tables", content=b"", headers=said)
    form = shop.put("/tables", data={"name": "t"})

    assert [refusal(each) for each in (cut_off, cut_off_bulk, nothing, form)] == snapshot


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong", "Basic dXNlcjpwYXNz"]
)
def test_nobody_is_let_in_without_the_token(
    api: Api, authorization: str | None, snapshot: SnapshotAssertion
) -> None:
    api.headers = {} if authorization is None else {"Authorization": authorization}

    answer = api.get("/system/version")

    assert refusal(answer) == snapshot
    assert answer.headers["WWW-Authenticate"] == "Bearer"
