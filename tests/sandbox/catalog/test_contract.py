"""The answers of the catalog, row by row of the table of OpenMetadata's REST contract.

Ids follow from names and the clock is the test's, so answers are the same in every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sandbox.catalog.conftest import SCHEMA, column, table, tag

if TYPE_CHECKING:
    import httpx
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.catalog.conftest import Api

ORDERS = f"{SCHEMA}.orders"


def told(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json() if answer.content else None


def test_version(api: Api, snapshot: SnapshotAssertion) -> None:
    assert told(api.get("/system/version")) == snapshot


def test_database_service(api: Api, snapshot: SnapshotAssertion) -> None:
    sent = {"name": "shop", "serviceType": "CustomDatabase", "connection": {"config": {}}}

    assert told(api.put("/services/databaseServices", json=sent)) == snapshot


def test_services_of_other_kinds(api: Api, snapshot: SnapshotAssertion) -> None:
    kinds = ("pipelineServices", "dashboardServices", "messagingServices", "storageServices")
    sent = {"name": "etl", "serviceType": "Airflow"}

    assert [told(api.put(f"/services/{kind}", json=sent)) for kind in kinds] == snapshot


def test_database_and_schema(api: Api, snapshot: SnapshotAssertion) -> None:
    api.put("/services/databaseServices", json={"name": "shop", "serviceType": "Snowflake"})

    database = api.put("/databases", json={"name": "sales.eu", "service": "shop"})
    schema = api.put("/databaseSchemas", json={"name": "public", "database": 'shop."sales.eu"'})

    assert (told(database), told(schema)) == snapshot


def test_databases_and_schemas_in_bulk(api: Api, snapshot: SnapshotAssertion) -> None:
    api.put("/services/databaseServices", json={"name": "shop", "serviceType": "Snowflake"})

    databases = api.bulk("databases", [{"name": "sales", "service": "shop"}])
    schemas = api.bulk("databaseSchemas", [{"name": "public", "database": "shop.sales"}])

    assert (databases, schemas) == snapshot


def test_table(shop: Api, snapshot: SnapshotAssertion) -> None:
    sent = table(
        "orders",
        column("id", constraint="PRIMARY_KEY", ordinalPosition=1),
        column("email", "VARCHAR", dataLength=120, tags=[tag("PII.Sensitive")]),
        column("lines", "ARRAY", arrayDataType="STRUCT", children=[column("price", "DECIMAL")]),
        column("address", "STRUCT", children=[column("street.name", "STRING")]),
        tableType="View",
        schemaDefinition="SELECT 1",
        tableConstraints=[{"constraintType": "PRIMARY_KEY", "columns": ["id"]}],
        tags=[tag("Tier.Tier1")],
        sourceHash="0123456789abcdef",
    )

    assert told(shop.put("/tables", json=sent)) == snapshot


def test_tables_in_bulk(shop: Api, snapshot: SnapshotAssertion) -> None:
    whole = shop.bulk("tables", [table("orders"), table("customers")])
    partly = shop.bulk("tables", [table("orders"), {"name": "lost"}])
    nothing = shop.bulk("tables", [table("lost", databaseSchema="shop.sales.nowhere")])

    assert (whole, partly, nothing) == snapshot


def test_owners_and_domains(shop: Api, snapshot: SnapshotAssertion) -> None:
    domain = {"name": "Sales", "domainType": "Aggregate", "description": "What is sold"}
    user = {"name": "ada", "email": "ada@example.com"}
    created = [
        told(shop.put("/domains", json=domain)),
        told(shop.put("/users", json=user)),
        told(shop.put("/teams", json={"name": "analysts", "teamType": "Group"})),
    ]
    owners = [
        shop.reference("user", "users", "ada"),
        shop.reference("team", "teams", "analysts"),
    ]
    shop.put("/tables", json=table("orders", owners=owners, domains=["Sales"]))

    asked = shop.get(f"/tables/name/{ORDERS}", params={"fields": "owners,domains"})
    unasked = shop.get(f"/tables/name/{ORDERS}")

    assert (created, told(asked), unasked.json().keys()) == snapshot


def test_classification_and_tag(api: Api, snapshot: SnapshotAssertion) -> None:
    classification = api.put("/classifications", json={"name": "Law", "description": "By law"})
    created = api.put(
        "/tags", json={"name": "GDPR", "description": "Europe's", "classification": "Law"}
    )

    assert (told(classification), told(created)) == snapshot


def test_lineage_by_id_and_by_name(shop: Api, snapshot: SnapshotAssertion) -> None:
    shop.bulk("tables", [table("orders"), table("totals"), table("report")])
    columns = [{"fromColumns": [f"{ORDERS}.id"], "toColumn": f"{SCHEMA}.totals.id"}]
    details = {"sqlQuery": "SELECT id", "source": "ViewLineage", "columnsLineage": columns}
    edge = {
        "fromEntity": shop.reference("table", "tables", ORDERS),
        "toEntity": shop.reference("table", "tables", f"{SCHEMA}.totals"),
        "lineageDetails": details,
    }
    by_id = shop.put("/lineage", json={"edge": edge})
    by_name = shop.put(
        f"/lineage/table/name/{SCHEMA}.totals/table/name/{SCHEMA}.report",
        json={"source": "QueryLineage"},
    )

    read = shop.get(f"/lineage/table/name/{SCHEMA}.totals")

    assert (told(by_id), told(by_name), told(read)) == snapshot


def test_read(shop: Api, snapshot: SnapshotAssertion) -> None:
    shop.bulk("tables", [table("orders", column("email", "TEXT", tags=[tag("PII.Sensitive")]))] * 1)

    by_name = shop.get(f"/tables/name/{ORDERS}")
    by_id = shop.get(f"/tables/{by_name.json()['id']}", params={"fields": "columns,tags"})

    assert (told(by_name), told(by_id)) == snapshot


def test_lists_come_in_pages(shop: Api, snapshot: SnapshotAssertion) -> None:
    shop.bulk("tables", [table(name) for name in ("c", "a", "b")])
    asked = {"databaseSchema": SCHEMA, "limit": 2}

    first = shop.get("/tables", params=asked).json()
    second = shop.get("/tables", params={**asked, "after": first["paging"]["after"]}).json()

    assert [each["name"] for page in (first, second) for each in page["data"]] == ["a", "b", "c"]
    assert (first["paging"], second["paging"]) == snapshot


def test_soft_delete(shop: Api, snapshot: SnapshotAssertion) -> None:
    shop.put("/tables", json=table("orders"))
    address = f"/tables/{shop.id_of('tables', ORDERS)}"

    assert told(shop.delete(address, params={"recursive": "false"})) == snapshot


def test_what_was_not_seen_is_deleted(shop: Api, snapshot: SnapshotAssertion) -> None:
    shop.bulk("tables", [table("orders"), table("dropped")])
    sent = {
        "scopeFqn": "shop.sales",
        "scopeEntityType": "database",
        "seenFqns": [ORDERS],
        "recursive": False,
    }

    assert told(shop.request("DELETE", "/tables/deleteStale", json=sent)) == snapshot


def test_test_case_and_result(shop: Api, snapshot: SnapshotAssertion) -> None:
    shop.put("/tables", json=table("orders"))
    case = {
        "name": "id is there",
        "testDefinition": "columnValuesToBeNotNull",
        "entityLink": f"<#E::table::{ORDERS}::columns::id>",
    }
    created = shop.put("/dataQuality/testCases", json=case)
    result = {"timestamp": 1_700_000_000_000, "testCaseStatus": "Success", "result": "0 are null"}

    stored = shop.post(
        f"/dataQuality/testCases/testCaseResults/{ORDERS}.id.id is there", json=result
    )
    read = shop.get(
        f"/dataQuality/testCases/name/{ORDERS}.id.id is there", params={"fields": "testCaseResult"}
    )

    assert (told(created), told(stored), told(read)) == snapshot


def test_pipeline_status(shop: Api, snapshot: SnapshotAssertion) -> None:
    service = shop.reference("databaseService", "services/databaseServices", "shop")
    pipeline = {
        "name": "nightly",
        "pipelineType": "metadata",
        "service": service,
        "sourceConfig": {"config": {"type": "DatabaseMetadata"}},
        "airflowConfig": {},
    }
    created = shop.put("/services/ingestionPipelines", json=pipeline)
    address = "/services/ingestionPipelines/shop.nightly/pipelineStatus"
    status = {
        "runId": "7d0a",
        "pipelineState": "success",
        "startDate": 1_700_000_000_000,
        "timestamp": 1_700_000_000_000,
    }

    stored = shop.put(address, json=status)
    read = shop.get(address, params={"startTs": 0, "endTs": 1_800_000_000_000})

    assert (told(created), told(stored), told(read)) == snapshot


def test_assets_that_are_no_tables(api: Api, snapshot: SnapshotAssertion) -> None:
    for kind in ("pipeline", "dashboard", "messaging", "storage"):
        api.put(f"/services/{kind}Services", json={"name": kind, "serviceType": "Custom"})
    fields = [{"name": "id", "dataType": "INT"}]
    sent: dict[str, dict[str, Any]] = {
        "pipelines": {"service": "pipeline", "tasks": [{"name": "load", "downstreamTasks": []}]},
        "charts": {"service": "dashboard", "chartType": "Line"},
        "dashboards": {"service": "dashboard", "charts": ["dashboard.sales"]},
        "topics": {
            "service": "messaging",
            "partitions": 3,
            "messageSchema": {"schemaType": "Avro", "schemaFields": fields},
        },
        "containers": {
            "service": "storage",
            "dataModel": {"isPartitioned": False, "columns": fields},
        },
    }

    created = {
        kind: told(api.put(f"/{kind}", json={"name": "sales", **more}))
        for kind, more in sent.items()
    }

    assert created == snapshot


def test_status_of_a_pipeline_of_the_system(api: Api, snapshot: SnapshotAssertion) -> None:
    api.put("/services/pipelineServices", json={"name": "etl", "serviceType": "Airflow"})
    api.put("/pipelines", json={"name": "load", "service": "etl"})
    status = {"timestamp": 1_700_000_000_000, "executionStatus": "Successful"}

    stored = api.put("/pipelines/etl.load/status", json=status)

    assert (told(stored), told(api.get("/pipelines/etl.load/status"))) == snapshot
