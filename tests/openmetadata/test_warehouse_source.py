"""The source that reads a warehouse: 3 schemas, 200 tables and 44 views of the practice warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import UsageError, WarehouseError
from devsession.openmetadata import (
    Either,
    Lineage,
    LineageEdge,
    OMError,
    Patterns,
    Table,
    WarehouseConfig,
    WarehouseSource,
    WorkflowContext,
)
from devsession.session.metadata_warehouse import MetadataWarehouse
from devsession.warehouse.practice import load_practice
from tests.in_process import warehouses_in_process
from tests.openmetadata.views import View, told, views

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.openmetadata import Entity
    from devsession.warehouse import Account


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with warehouses_in_process() as warehouses:
        opened = warehouses.open(tmp_path_factory.mktemp("practice"))
        load_practice(opened)
        opened.execute("create table STAFF.BEST as select NAME, SALARY from STAFF.EMPLOYEES")
        yield opened
        opened.close()


def opened(account: Account, **chosen: Any) -> WarehouseSource:
    """The source, ready to read the practice warehouse."""
    config = WarehouseConfig(**chosen)
    source = WarehouseSource(
        WorkflowContext(
            service="svc", config=config, warehouse=lambda _name: MetadataWarehouse(account)
        )
    )
    source.prepare()
    source.test_connection()
    return source


def read(account: Account, **chosen: Any) -> list[Any]:
    """What it yields."""
    return list(opened(account, **chosen).generate())


@pytest.fixture(scope="module")
def everything(account: Account) -> list[Any]:
    return read(account)


@pytest.fixture(scope="module")
def lineage(everything: list[Any]) -> Lineage:
    return Lineage(each for each in everything if isinstance(each, LineageEdge))


def names(items: list[Entity], kind: str) -> list[str]:
    return [each.fqn for each in items if getattr(each, "entity_type", "") == kind]


def test_everything_is_read_parents_first(everything: list[Any]) -> None:
    assert names(everything, "databaseService") == ["svc"]
    assert names(everything, "database") == ["svc.LOCAL"]
    assert {"svc.LOCAL.SHOP", "svc.LOCAL.STAFF", "svc.LOCAL.REPORTS"} <= set(
        names(everything, "databaseSchema")
    )
    tables = [name for name in names(everything, "table") if ".PUBLIC." not in name]
    assert len(tables) == 200 + len(views()) + 1


@pytest.mark.parametrize("view", views(), ids=lambda view: ".".join(view.name))
def test_the_lineage_of_each_view_is_right_to_the_column(view: View, lineage: Lineage) -> None:
    assert told(lineage, view) == (view.columns, view.tables)


def test_what_a_statement_has_filled_has_lineage(lineage: Lineage) -> None:
    frame = lineage.upstream("svc.LOCAL.STAFF.BEST").to_frame()

    assert [tuple(row) for row in frame.itertuples(index=False)] == [
        ("svc.LOCAL.STAFF.EMPLOYEES", column, "svc.LOCAL.STAFF.BEST", column, "QueryLineage")
        for column in ("NAME", "SALARY")
    ]


def test_what_is_left_out_has_no_lineage_either(account: Account) -> None:
    staff = read(account, schemas=Patterns(includes=["STAFF"]), lineage="views")

    assert all(".STAFF" in name for name in names(staff, "databaseSchema"))
    assert [each for each in staff if isinstance(each, LineageEdge)] == []


def test_where_statements_may_not_be_read_views_have_lineage_and_the_run_has_an_error(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise WarehouseError("Insufficient privileges")

    monkeypatch.setattr(MetadataWarehouse, "ran", refused)
    reports = read(account, schemas=Patterns(includes=["SHOP", "STAFF", "REPORTS"]))

    assert len([each for each in reports if isinstance(each, LineageEdge)]) > 40
    [error] = [each.left for each in reports if isinstance(each, Either)]
    assert isinstance(error, OMError)
    assert str(error).startswith("after_databases: Insufficient privileges")


def test_columns_have_their_types(account: Account) -> None:
    account.execute(
        "create or replace table PUBLIC.KINDS (ID int primary key, NAME varchar(20) not null, "
        "AMOUNT number(12, 2), SEEN timestamp_tz, BODY variant, RAW binary, GOOD boolean)"
    )

    public = read(account, schemas=Patterns(includes=["PUBLIC"]), lineage="none")
    [table] = [each for each in public if getattr(each, "name", "") == "KINDS"]

    assert {each.name: (each.data_type, each.data_type_display) for each in table.columns} == {
        "ID": ("NUMBER", "NUMBER(38,0)"),
        "NAME": ("VARCHAR", "VARCHAR(20)"),
        "AMOUNT": ("NUMBER", "NUMBER(12,2)"),
        "SEEN": ("TIMESTAMPZ", "TIMESTAMP_TZ"),
        "BODY": ("VARIANT", "VARIANT"),
        "RAW": ("BINARY", "BINARY"),
        "GOOD": ("BOOLEAN", "BOOLEAN"),
    }
    assert [each.constraint for each in table.columns[:3]] == ["PRIMARY_KEY", "NOT_NULL", None]


def test_values_are_sampled_for_those_who_classify_them(account: Account) -> None:
    account.execute('create or replace table PUBLIC.PEOPLE ("E-Mail" varchar, AGE int)')
    account.execute(
        "insert into PUBLIC.PEOPLE values ('ada@example.com', 36), ('bob@example.com', 7)"
    )
    source = opened(account, schemas=Patterns(includes=["PUBLIC"]), lineage="none")
    [table] = [each for each in source.generate() if getattr(each, "name", "") == "PEOPLE"]

    assert isinstance(table, Table)
    assert source.sample(table, 1) == {"E-Mail": ("ada@example.com",), "AGE": (36,)}
    account.execute("delete from PUBLIC.PEOPLE")
    assert source.sample(table, 1) == {}


def test_without_a_warehouse_it_says_who_hands_one_over() -> None:
    with pytest.raises(UsageError, match="none was handed over"):
        WarehouseSource(WorkflowContext(service="svc", config=WarehouseConfig())).prepare()
