"""The sink and the client as a workflow uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import CatalogError, UsageError, WorkflowError
from devsession.http import DrivenClock
from devsession.openmetadata import (
    Classification,
    Column,
    DatabaseSchema,
    DatabaseService,
    LineageDetails,
    LineageEdge,
    OpenMetadata,
    Owner,
    Reference,
    RestSink,
    Table,
    Tag,
    TestCase,
    TestResult,
    WorkflowContext,
    tag,
)
from tests.openmetadata.catalogs import (
    COLUMNS,
    a_catalog,
    client,
    new_service,
    run,
    stored,
    tables,
)
from tests.sandbox.catalog.subscriber import listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

    from tests.local_catalog import LocalCatalog


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCatalog]:
    with a_catalog(tmp_path_factory.mktemp("catalog")) as catalog:
        yield catalog


def watched(metadata: OpenMetadata) -> list[str]:
    """The requests that a client sends from now on, but for those that only read."""
    sent: list[str] = []
    send = metadata.calls.send

    def noting(method: str, path: str, **options: Any) -> Any:
        if method != "GET":
            query = "&".join(
                f"{key}={value}" for key, value in (options.get("query") or {}).items()
            )
            body = (options.get("body") or b"").decode()
            sent.append(" ".join(filter(None, [method, f"{path}?{query}".rstrip("?"), body])))
        return send(method, path, **options)

    metadata.calls.send = noting  # type: ignore[method-assign]
    return sent


def shop(service: str) -> Iterator[Any]:
    """One of everything."""
    place = {"service": service, "database": "sales", "schema": "s0"}
    yield from tables(service, 0, schemas=1)
    yield Classification(name=f"Kept_{service}", description="how long")
    yield Tag(name="Short", description="a day", classification=f"Kept_{service}")
    columns = [Column(name="id", data_type="INT", tags=[tag(f"Kept_{service}.Short")])]
    owners = [Owner(name="admin")]
    yield Table(name="orders", **place, columns=columns, owners=owners, description="What was sold")
    yield Table(name="days.v", **place, columns=columns, table_type="View")
    under = f"{service}.sales.s0"
    yield LineageEdge(
        from_entity=Reference(fullyQualifiedName=f"{under}.orders"),
        to_entity=Reference(fullyQualifiedName=f'{under}."days.v"'),
        lineage_details=LineageDetails(
            sql_query="select id from orders",
            source="ViewLineage",
            columns_lineage=[
                {"from_columns": [f"{under}.orders.id"], "to_column": f'{under}."days.v".id'}
            ],
        ),
    )
    test = TestCase(
        name="ids", table=f"{under}.orders", column="id", test_definition="columnValuesToBeUnique"
    )
    yield test
    yield TestResult(test_case=test.fqn, timestamp=1_750_000_000_000, test_case_status="Success")


def test_requests_are_those_of_the_contract(
    catalog: LocalCatalog, snapshot: SnapshotAssertion
) -> None:
    metadata = client(catalog)
    sent = watched(metadata)
    owner = catalog.get("/users/name/admin")["id"]

    sink, lost = run(metadata, shop("contract"), concurrency=1)

    assert lost == []
    assert [each.replace(owner, "<id of admin>") for each in sent] == snapshot
    assert str(sink.tally) == snapshot


def test_a_second_run_sends_nothing_but_results(catalog: LocalCatalog) -> None:
    service = new_service()
    run(client(catalog), shop(service))
    metadata = client(catalog)
    sent = watched(metadata)

    sink, _ = run(metadata, shop(service))

    assert [each.split()[0] for each in sent] == ["POST"]
    assert sink.tally.total("unchanged") == sink.tally.total("scanned") - 1


def test_what_changed_is_updated_and_what_was_deleted_in_the_catalog_comes_back(
    catalog: LocalCatalog,
) -> None:
    service = new_service()
    run(client(catalog), tables(service, 10))
    metadata = client(catalog)
    gone = metadata.get_by_name(Table, f"{service}.sales.s0.t1")
    assert gone is not None
    assert gone.id is not None
    metadata.delete(Table, gone.id)
    items = list(tables(service, 10))
    items[3] = items[3].model_copy(update={"columns": COLUMNS[:3]})

    sink, _ = run(metadata, items)

    counts = sink.tally.of("table")
    assert (counts["updated"], counts["created"], counts["unchanged"]) == (1, 1, 8)
    assert stored(catalog, service) == 10


def test_what_people_wrote_in_the_catalog_stays(catalog: LocalCatalog) -> None:
    service = new_service()
    place = {"service": service, "database": "sales", "schema": "s0"}
    run(client(catalog), tables(service, 2))
    described = {"name": "t0", "databaseSchema": f"{service}.sales.s0", "description": "By hand"}
    columns = [column.to_wire() for column in COLUMNS]
    before = catalog.get(f"/tables/name/{service}.sales.s0.t0")["sourceHash"]
    catalog.put("/tables", described | {"columns": columns, "sourceHash": before})

    sink, _ = run(client(catalog), [Table(name="t0", **place, columns=COLUMNS)])

    assert sink.tally.of("table")["unchanged"] == 1
    assert catalog.get(f"/tables/name/{service}.sales.s0.t0")["description"] == "By hand"


@pytest.mark.parametrize("batch_size", [1, 2, 7, 100, 1_000])
def test_an_entity_that_was_just_yielded_can_be_looked_up(
    catalog: LocalCatalog, batch_size: int
) -> None:
    service = new_service()
    metadata = client(catalog)
    found = []

    def source() -> Iterator[Any]:
        for number, item in enumerate(tables(service, 12, schemas=1)):
            yield item
            if number % 3 == 0:
                found.append(metadata.get_by_name(type(item), item.fqn))

    sink, lost = run(metadata, source(), batch_size=batch_size)

    assert (lost, sink.tally.of("table")["created"]) == ([], 12)
    assert len(found) == 5
    assert all(each is not None and each.id for each in found)


def test_what_comes_twice_is_as_it_came_last(catalog: LocalCatalog) -> None:
    service = new_service()
    place = {"service": service, "database": "sales", "schema": "s0"}
    items = [
        *tables(service, 0, schemas=1),
        *(
            Table(name="t", **place, columns=COLUMNS, display_name=f"Name {number}")
            for number in range(3)
        ),
    ]

    sink, lost = run(client(catalog), items, override_metadata=True)

    counts = sink.tally.of("table")
    assert (lost, counts["created"], counts["updated"]) == ([], 1, 2)
    assert catalog.get(f"/tables/name/{service}.sales.s0.t")["displayName"] == "Name 2"


def test_what_was_not_seen_is_listed_first_and_deleted_when_asked(catalog: LocalCatalog) -> None:
    service = new_service()
    run(client(catalog), tables(service, 20))
    sink = RestSink(WorkflowContext(metadata=client(catalog)))
    for item in tables(service, 18):
        sink.write(item)

    listed = [each.fqn for each in sink.unseen()]
    assert stored(catalog, service) == 20
    assert sink.delete_unseen() == []
    sink.close()

    assert listed == [f"{service}.sales.s0.t9", f"{service}.sales.s1.t9"]
    assert sink.tally.of("table")["deleted"] == 2
    assert stored(catalog, service) == 18


def test_a_schema_that_is_gone_goes_with_its_tables(catalog: LocalCatalog) -> None:
    service = new_service()
    run(client(catalog), tables(service, 30, schemas=3))
    sink = RestSink(WorkflowContext(metadata=client(catalog)))
    for item in tables(service, 20, schemas=2):
        sink.write(item)

    sink.delete_unseen()
    sink.close()

    assert sink.tally.of("databaseSchema")["deleted"] == 1
    assert stored(catalog, service) == 20


def test_a_server_that_knows_no_delete_stale_gets_single_deletes(catalog: LocalCatalog) -> None:
    service = new_service()
    run(client(catalog), tables(service, 4))
    metadata = client(catalog)
    metadata.delete_stale = lambda *_: None  # type: ignore[method-assign]
    sink = RestSink(WorkflowContext(metadata=metadata))
    for item in tables(service, 2):
        sink.write(item)

    sink.delete_unseen()
    sink.close()

    assert stored(catalog, service) == 2


def test_an_incremental_run_deletes_nothing(catalog: LocalCatalog) -> None:
    sink = RestSink(WorkflowContext(metadata=client(catalog), since=1))

    with pytest.raises(UsageError, match="no whole run"):
        sink.delete_unseen()
    sink.close()


def test_an_owner_that_is_not_there_is_told_and_the_table_stored(catalog: LocalCatalog) -> None:
    service = new_service()
    place = {"service": service, "database": "sales", "schema": "s0"}
    owned = Table(name="t", **place, columns=COLUMNS, owners=[Owner(name="nobody")])

    sink, (lost,) = run(client(catalog), [*tables(service, 0, schemas=1), owned])

    assert "nobody" in lost.error
    assert sink.tally.of("table")["created"] == 1


def test_what_there_is_not_is_none(catalog: LocalCatalog) -> None:
    metadata = client(catalog)

    assert metadata.get_by_name(DatabaseService, "none") is None
    assert list(metadata.list(DatabaseSchema, under={"database": "none.sales"})) == []


def test_errors_name_the_address_and_never_the_token(snapshot: SnapshotAssertion) -> None:
    metadata = OpenMetadata("http://127.0.0.1:1", token="secret-token-1", tries=1)

    with pytest.raises(CatalogError) as gone:
        metadata.version()

    assert "secret-token-1" not in f"{gone.value} {metadata!r} {vars(metadata)}"
    assert str(gone.value) == snapshot


def test_only_the_first_call_gives_up_soon_on_a_catalog_that_is_not_there() -> None:
    clock = DrivenClock()
    metadata = OpenMetadata("http://127.0.0.1:1", token="t", clock=clock)

    with pytest.raises(CatalogError, match=r"curl -sS http://127\.0\.0\.1:1/api/v1/system/version"):
        RestSink(WorkflowContext(metadata=metadata)).prepare()
    first = sum(clock.waits)
    with pytest.raises(CatalogError):
        metadata.put(DatabaseService(name="shop"))

    assert 0 < first <= 5 < sum(clock.waits) - first


def test_a_wrong_token_is_refused(catalog: LocalCatalog) -> None:
    with pytest.raises(CatalogError, match="refused") as refused:
        client(catalog, token="wrong-token-1").version()

    assert refused.value.fields["status"] == 401
    assert "wrong-token-1" not in str(refused.value)


def test_an_older_server_is_warned_of(catalog: LocalCatalog) -> None:
    metadata = client(catalog)
    metadata.version = lambda: "1.5.4"  # type: ignore[method-assign]

    with pytest.warns(UserWarning, match="OpenMetadata 1.5.4, older than"):
        metadata.check_version()


def test_a_configuration_that_cannot_be_names_the_key(catalog: LocalCatalog) -> None:
    with pytest.raises(WorkflowError, match="batch_sise"):
        RestSink(WorkflowContext(metadata=client(catalog), config={"batch_sise": 5}))


def test_a_catalog_that_sends_elsewhere_has_stored_nothing(snapshot: SnapshotAssertion) -> None:
    result = TestResult(test_case="a.b.c.d.few", timestamp=1, test_case_status="Success")
    with listening() as login:
        login.answers = [302]
        metadata = OpenMetadata(login.url.removesuffix("/events"), token="of-a-bot")
        with pytest.raises(CatalogError) as raised:
            metadata.put_result(result)
        login.arrived()
        assert login.nothing_more()
        assert str(raised.value).replace(str(login.port), "PORT") == snapshot
