"""Entities in a table of the warehouse: a row each, the second run changes them in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import WorkflowError
from devsession.openmetadata import (
    Patterns,
    TableSink,
    TestResult,
    Workflow,
    WorkflowContext,
)
from tests.in_process import warehouses_in_process
from tests.openmetadata.acme import AcmeConfig, AcmeSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.warehouse import Account


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with warehouses_in_process() as warehouses:
        opened = warehouses.open(tmp_path_factory.mktemp("warehouse"))
        yield opened
        opened.close()


def test_each_entity_is_a_row_and_a_second_run_changes_it_in_place(account: Account) -> None:
    for _ in range(2):
        assert Workflow(
            AcmeSource, TableSink.using(table="ONE"), service="acme.x", warehouse=lambda _: account
        ).run()
    rows = account.rows(
        "select KIND, FQN, SERVICE, ENTITY:name::varchar from ONE where KIND = 'Table' order by FQN"
    )
    assert rows == [
        ("Table", f'"acme.x".{path}', '"acme.x"', path.rpartition(".")[2])
        for path in (
            "hr.people.staff",
            "sales.public.orders",
            "sales.public.tmp_orders",
            "sales.staging.raw",
        )
    ]
    assert account.rows("select count(*), count(distinct RUN_ID) from ONE") == [(10, 1)]


def test_what_was_not_seen_is_deleted_of_that_service_only(account: Account) -> None:
    for service in ("a", "b"):
        Workflow(
            AcmeSource, TableSink.using(table="TWO"), service=service, warehouse=lambda _: account
        ).run()
    less = AcmeSource.using(AcmeConfig(tables=Patterns(excludes=["tmp"])))
    assert Workflow(
        less, TableSink.using(table="TWO"), service="a", warehouse=lambda _: account
    ).run(delete_unseen=True)
    counted = (
        "select SERVICE, count(*) from TWO where KIND = 'Table' group by SERVICE order by SERVICE"
    )
    assert account.rows(counted) == [("a", 3), ("b", 4)]


def test_results_of_one_test_are_rows_of_their_own(account: Account) -> None:
    sink = TableSink.using(table="THREE").made(WorkflowContext(warehouse=lambda _: account))
    assert isinstance(sink, TableSink)
    sink.prepare()
    for moment in (1, 2):
        sink.write(TestResult(test_case="a.b.c.d.t", timestamp=moment, test_case_status="Success"))
    sink.flush()
    assert account.rows("select count(*) from THREE") == [(2,)]


def test_without_a_warehouse_or_with_a_name_that_is_none_it_is_told(account: Account) -> None:
    assert "has no warehouse to store in" in str(Workflow(AcmeSource, TableSink).run())
    with pytest.raises(WorkflowError):
        TableSink.using(table="x; drop table y")
