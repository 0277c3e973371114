"""The source of a sync as a query, and what stands in for a value of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import DataError, SourceError, UnknownNameError
from devsession.plugin.mapping import expression
from devsession.warehouse.source import source_of
from tests.warehouse.syncs import Source, Syncing, all_of

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from devsession.warehouse import Account

COLUMNS = {"ID": "number", "Näme": "varchar"}
WRONG = {
    "two statements": "select ID from ORDERED; select 1 as ID",
    "a statement that writes": "with X as (delete from ORDERED) select 1 as ID",
    "a typo": "select ID\nfrm ORDERED where ID > 1",
    "an open quote": "select 'ID from ORDERED",
    "a place for a value": "select ID from ORDERED where ID = ?",
    "no such table": "select ID from NO_SUCH_TABLE",
    "two columns of one name": "select *, ID from ORDERED",
    "nothing": "select",
}
NO_EXPRESSIONS = {
    "an aggregate": 'max("Näme")',
    "several values": 'ID, "Näme"',
    "several statements": "ID; ID",
    "out of its brackets": 'ID) as FIELD_9, ("Näme"',
    "a statement": "drop table ORDERED",
}


@pytest.fixture
def ordered(account: Account) -> Source:
    return Source(account, "ORDERED", COLUMNS).holds([1, "Ada"], [2, "Grace ✓"], [3, None])


def syncing(ordered: Source, query: str, **mapping: str) -> Syncing:
    """A sync whose source is this query."""
    source = Source(ordered.account, query, {})
    return Syncing.of(source, mapping or {"name": "Näme"}, slug="from a query")


@pytest.mark.parametrize(
    "query",
    [
        'select ID, "Näme" from ORDERED where ID > 1',
        "with LATE as (select * from ORDERED where ID > 1) select * from LATE;  -- done",
        '-- the late ones\nselect id as "ID", "Näme" from ordered where id > 1 -- no; more',
        "select * from ORDERED where ID = 2 union all select 3, null;;",
    ],
)
def test_a_query_is_a_source(ordered: Source, query: str) -> None:
    sync = syncing(ordered, query)

    records = all_of(sync.stage())

    assert records["IDENTIFIER"].tolist() == ["2", "3"]
    assert records["TRANSFORMED_RECORD"].tolist() == [{"name": "Grace ✓"}, {"name": None}]
    assert (sync.plan().scanned, sync.plan().total) == (2, 2)


def test_a_query_tells_its_columns(ordered: Source) -> None:
    sync = syncing(
        ordered, 'select ID as id, "Näme" as "Ñ ""x""", count(*) over () as N from ORDERED'
    )

    assert source_of(ordered.account, sync.record).columns == ["ID", 'Ñ "x"', "N"]


def test_a_table_may_be_named_like_a_query(account: Account) -> None:
    table = Source(account, "select me", {"ID": "number"}).holds([7])

    assert Syncing.of(table, {"id": "ID"}).offered() == {"7": "Create"}


@pytest.mark.parametrize("query", WRONG.values(), ids=WRONG)
def test_a_query_that_cannot_be_a_source(
    ordered: Source, query: str, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(SourceError) as error:
        syncing(ordered, query).plan()

    assert str(error.value) == snapshot


def test_a_column_that_the_query_does_not_have(
    ordered: Source, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UnknownNameError) as error:
        syncing(ordered, "select ID from ORDERED").plan()

    assert str(error.value) == snapshot


def test_identifiers_of_a_query_are_unique(ordered: Source, snapshot: SnapshotAssertion) -> None:
    twice = "select * from ORDERED union all select * from ORDERED"

    with pytest.raises(SourceError) as error:
        syncing(ordered, twice).stage()

    assert str(error.value) == snapshot


@pytest.mark.parametrize("sql", NO_EXPRESSIONS.values(), ids=NO_EXPRESSIONS)
def test_sql_that_is_no_value_of_a_row(
    ordered: Source, sql: str, snapshot: SnapshotAssertion
) -> None:
    sync = Syncing.of(ordered, {"name": expression(sql)}, slug="ordered")

    with pytest.raises(DataError) as error:
        sync.plan()

    assert str(error.value) == snapshot


def test_an_aggregate_over_a_window_or_a_subquery_is_a_value(ordered: Source) -> None:
    values = {
        "last": expression("max(ID) over () -- of all"),
        "first": expression("(select min(ID) from ORDERED)"),
    }

    records = all_of(Syncing.of(ordered, values).stage(records=1))

    assert records["TRANSFORMED_RECORD"].tolist() == [{"last": 3, "first": 1}]
