"""What the catalog tells of a change."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from devsession.openmetadata import ChangeEvent
from devsession.sandbox.catalog import create_catalog
from tests.sandbox.catalog.conftest import SCHEMA, TOKEN, Api, Clock, column, table, tag
from tests.sandbox.catalog.subscriber import Subscriber, subscribe

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

ORDERS = f"{SCHEMA}.orders"
EACH_KIND: dict[str, tuple[str, dict[str, Any]]] = {
    "databaseService": ("services/databaseServices", {"name": "a", "serviceType": "Snowflake"}),
    "pipelineService": ("services/pipelineServices", {"name": "a", "serviceType": "Airflow"}),
    "dashboardService": ("services/dashboardServices", {"name": "a", "serviceType": "Looker"}),
    "messagingService": ("services/messagingServices", {"name": "a", "serviceType": "Kafka"}),
    "storageService": ("services/storageServices", {"name": "a", "serviceType": "S3"}),
    "database": ("databases", {"name": "d", "service": "a"}),
    "databaseSchema": ("databaseSchemas", {"name": "s", "database": "a.d"}),
    "table": (
        "tables",
        {"name": "t", "databaseSchema": "a.d.s", "columns": [{"name": "id", "dataType": "INT"}]},
    ),
    "classification": ("classifications", {"name": "Law", "description": "-"}),
    "tag": ("tags", {"name": "Strict", "description": "-", "classification": "Law"}),
    "domain": ("domains", {"name": "Sales", "description": "-", "domainType": "Aggregate"}),
    "user": ("users", {"name": "ada", "email": "ada@example.com"}),
    "team": ("teams", {"name": "crew", "teamType": "Group"}),
    "pipeline": ("pipelines", {"name": "p", "service": "a"}),
    "chart": ("charts", {"name": "c", "service": "a"}),
    "dashboard": ("dashboards", {"name": "b", "service": "a", "charts": ["a.c"]}),
    "topic": ("topics", {"name": "o", "service": "a", "partitions": 1}),
    "container": ("containers", {"name": "k", "service": "a"}),
    "testDefinition": (
        "dataQuality/testDefinitions",
        {
            "name": "f",
            "description": "-",
            "entityType": "TABLE",
            "testPlatforms": ["OpenMetadata"],
        },
    ),
    "testCase": (
        "dataQuality/testCases",
        {"name": "e", "testDefinition": "f", "entityLink": "<#E::table::a.d.s.t>"},
    ),
    "ingestionPipeline": (
        "services/ingestionPipelines",
        {
            "name": "i",
            "pipelineType": "metadata",
            # The id of the service a.
            "service": {"id": "9a715838-ca4c-8053-aee1-211c6d66559d", "type": "databaseService"},
            "sourceConfig": {},
            "airflowConfig": {},
        },
    ),
}


@pytest.fixture
def told(shop: Api, subscriber: Subscriber) -> Subscriber:
    """Who is told of all that happens in the shop from now on."""
    subscribe(shop, subscriber)
    return subscriber


def test_an_entity_is_created_changed_deleted_brought_back_and_deleted_for_good(
    shop: Api, told: Subscriber, snapshot: SnapshotAssertion
) -> None:
    told.held.clear()  # so that nobody else looks at the clock
    shop.put("/tables", json=table("orders", column("id"), tags=[tag("Tier.Tier1")]))
    changed = shop.put("/tables", json=table("orders", column("id"), column("total"))).json()
    shop.delete(f"/tables/name/{ORDERS}")
    shop.put("/tables/restore", json={"id": changed["id"]})
    shop.delete(f"/tables/name/{ORDERS}", params={"hardDelete": "true"})

    told.held.set()

    events = told.events(5)
    assert len({each.pop("id") for each in events}) == 5
    assert [each.pop("entity")["deleted"] for each in events] == [False, False, True, False, True]
    assert events == snapshot
    assert told.nothing_more()


def test_what_is_the_same_is_not_told(shop: Api, told: Subscriber) -> None:
    shop.put("/tables", json=table("orders"))
    shop.put("/tables", json=table("orders"))
    shop.put("/tables", json=table("orders", description="All"))

    created, changed = told.events(2)

    assert (created["eventType"], changed["eventType"]) == ("entityCreated", "entityUpdated")
    assert (created["currentVersion"], changed["currentVersion"]) == (0.1, 0.2)


def test_a_put_brings_back_what_was_deleted_softly(shop: Api, told: Subscriber) -> None:
    shop.put("/tables", json=table("orders"))
    shop.delete(f"/tables/name/{ORDERS}")
    shop.put("/tables", json=table("orders", description="All"))

    _, deleted, restored = told.events(3)

    assert (deleted["eventType"], restored["eventType"]) == ("entitySoftDeleted", "entityRestored")
    assert (deleted["entity"]["deleted"], restored["entity"]["deleted"]) == (True, False)
    assert restored["entity"]["description"] == "All"


def test_the_entity_of_an_event_is_as_it_was_read_then(shop: Api, told: Subscriber) -> None:
    owner = shop.reference("user", "users", "admin")
    sent = table("ß", column("a", tags=[tag("PII.None")]), owners=[owner], tags=[tag("Tier.Tier1")])
    shop.put("/tables", json=sent)
    read = shop.get(f"/tables/name/{SCHEMA}.ß", params={"fields": "*"}).json()
    shop.put("/tables", json={**sent, "description": "later"})

    created, _ = told.events(2)

    assert created["entity"] == read
    assert created["timestamp"] == read["updatedAt"]


def test_a_bulk_tells_of_each_entity_in_its_order_and_of_no_refused_one(
    shop: Api, told: Subscriber
) -> None:
    sent = [table("c"), table("a"), {"name": "no table"}, table("b"), table("a", sourceHash="1")]

    shop.bulk("tables", sent)

    events = told.events(4)
    seen = [(each["eventType"], each["entity"]["name"], each["currentVersion"]) for each in events]
    assert seen == [
        ("entityCreated", "c", 0.1),
        ("entityCreated", "a", 0.1),
        ("entityCreated", "b", 0.1),
        ("entityUpdated", "a", 0.2),
    ]


@pytest.mark.parametrize("hard", ["false", "true"])
def test_what_goes_with_what_it_hangs_under_is_told_before_it(
    shop: Api, told: Subscriber, hard: str
) -> None:
    shop.bulk("tables", [table("a"), table("b")])
    told.arrived(2)

    shop.delete("/databases/name/shop.sales", params={"recursive": "true", "hardDelete": hard})

    events = told.events(4)
    assert [each["entityType"] for each in events] == [
        "databaseSchema",
        "table",
        "table",
        "database",
    ]
    assert len({each["eventType"] for each in events}) == 1


def test_what_was_not_seen_is_told_as_deleted(shop: Api, told: Subscriber) -> None:
    shop.bulk("tables", [table("a"), table("b"), table("c")])
    told.arrived(3)

    stale = {"scopeFqn": SCHEMA, "scopeEntityType": "databaseSchema", "seenFqns": [f"{SCHEMA}.b"]}
    shop.delete("/tables/deleteStale", json=stale)

    events = told.events(2)
    assert [each["entityFullyQualifiedName"] for each in events] == [f"{SCHEMA}.a", f"{SCHEMA}.c"]
    assert {each["eventType"] for each in events} == {"entitySoftDeleted"}


def test_every_kind_is_told_when_it_is_created_and_when_it_is_deleted(
    api: Api, subscriber: Subscriber
) -> None:
    subscribe(api, subscriber)

    ids = [api.put(f"/{path}", json=sent).json()["id"] for path, sent in EACH_KIND.values()]
    for (path, _), each in zip(reversed(EACH_KIND.values()), reversed(ids), strict=True):
        api.delete(f"/{path}/{each}", params={"recursive": "true"})

    events = subscriber.events(2 * len(EACH_KIND))
    told = [(each["eventType"], each["entityType"], each["entityId"]) for each in events]
    expected = [*zip(EACH_KIND, ids, strict=True)]
    assert told == [("entityCreated", *each) for each in expected] + [
        ("entitySoftDeleted", *each) for each in reversed(expected)
    ]


def test_only_the_types_that_were_asked_for_are_told(shop: Api, subscriber: Subscriber) -> None:
    subscribe(shop, subscriber, resources=["user", "databaseSchema"])

    shop.bulk("tables", [table("a"), table("b")])
    shop.put("/users", json={"name": "ada", "email": "ada@example.com"})

    (event,) = subscriber.events()
    assert event["entityFullyQualifiedName"] == "ada"


def test_what_happened_before_a_subscription_and_after_its_end_is_not_told(
    shop: Api, subscriber: Subscriber
) -> None:
    shop.put("/tables", json=table("before"))
    kept = subscribe(shop, subscriber)
    shop.put("/tables", json=table("meanwhile"))
    subscriber.arrived()

    shop.delete(f"/events/subscriptions/{kept['id']}")
    shop.put("/tables", json=table("after"))
    subscribe(shop, subscriber)
    shop.put("/tables", json=table("again"))

    (event,) = subscriber.events()
    assert event["entity"]["name"] == "again"


def test_nothing_of_a_refused_change_is_told(shop: Api, told: Subscriber) -> None:
    shop.put("/tables", json=table("t", databaseSchema="shop.sales.nowhere"))
    shop.delete(f"/databaseSchemas/name/{SCHEMA}x")
    shop.put("/tables", json=table("good"))

    (event,) = told.events()
    assert event["entity"]["name"] == "good"


def test_a_new_catalog_on_another_folder_tells_of_other_events(
    tmp_path: Path, clock: Clock, subscriber: Subscriber
) -> None:
    service = {"name": "shop", "serviceType": "X"}
    events = []
    for folder in ("one", "two"):
        with closing(create_catalog(TOKEN, tmp_path / folder, clock)) as catalog:
            api = Api(catalog)
            subscribe(api, subscriber)
            api.put("/services/databaseServices", json=service)
            events += subscriber.events()

    assert events[0]["entityId"] == events[1]["entityId"]
    assert events[0]["id"] != events[1]["id"]


def test_what_is_told_is_what_a_handler_is_handed(shop: Api, told: Subscriber) -> None:
    shop.put("/tables", json=table("orders", column("id")))
    shop.put("/tables", json=table("orders", column("id"), column("total"), tags=[tag("PII.None")]))

    events = [ChangeEvent.model_validate_json(each.body) for each in told.arrived(2)]

    changed = events[1]
    assert [each.event_type for each in events] == ["entityCreated", "entityUpdated"]
    assert (changed.fqn, changed.previous_version, changed.current_version) == (ORDERS, 0.1, 0.2)
    assert sorted(changed.changed) == ["columns", "tags"]
    assert changed.change_description is not None
    (columns,) = [
        each for each in changed.change_description.fields_added if each.name == "columns"
    ]
    assert columns.new_value == [{"name": "total", "dataType": "INT"}]
    assert changed.entity is not None
    assert [each["name"] for each in changed.entity["columns"]] == ["id", "total"]
