"""An account: statements, results and errors of one Snowpark session."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from devsession.errors import WarehouseError
from devsession.warehouse import Account, quoted

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

WAREHOUSE_HAS_A_PROCESS = True


@pytest.fixture
def animals(account: Account) -> str:
    account.execute("create or replace table ANIMALS(ID int, NAME varchar)")
    account.execute("insert into ANIMALS select column1, column2 from values (1, 'ant'), (2, null)")
    return "ANIMALS"


def test_values_are_bound_and_come_back_with_their_types(account: Account) -> None:
    values = (1, 1.5, Decimal("-1.25"), "Zoë ☃", True, None, b"\x00\xff")

    [row] = account.rows("select ? as A, ? as B, ? as C, ? as D, ? as E, ? as F, ? as G", values)

    assert row == values


def test_execute_says_how_many_rows_changed(account: Account, animals: str) -> None:
    assert account.execute("update ANIMALS set NAME = ? where ID > ?", ("bee", 0)) == 2
    assert account.execute("delete from ANIMALS where ID = ?", (7,)) == 0


def test_a_frame_is_what_snowpark_gives(account: Account, animals: str) -> None:
    frame = account.frame("select * from ANIMALS order by ID")

    pd.testing.assert_frame_equal(frame, account.snowpark.table(animals).sort("ID").to_pandas())


def test_whole_numbers_of_a_frame_stay_whole_beside_nulls(account: Account) -> None:
    frame = account.frame("""
        select column1 as A, column2 as A, column2 is null as C
        from (values (1, 9007199254740993), (2, null)) order by 1
    """)

    assert [str(kind) for kind in frame.dtypes] == ["int64", "Int64", "bool"]
    assert frame.iloc[0].tolist() == [1, 9007199254740993, False]
    assert frame.iloc[1, 1] is pd.NA


def test_an_empty_result_keeps_its_columns(account: Account, animals: str) -> None:
    table = account.arrow("select ID, NAME from ANIMALS where ID = 0")

    assert (table.num_rows, table.column_names) == (0, ["ID", "NAME"])


def test_snowpark_works_on_the_same_connection(account: Account) -> None:
    account.execute("create temporary table MINE(A int)")

    account.snowpark.sql("insert into MINE select 1").collect()

    assert account.rows("select A from MINE") == [(1,)]
    assert account.snowpark is account.snowpark


def test_snowpark_makes_frames_of_rows(account: Account) -> None:
    frame = account.snowpark.create_dataframe([[1, "a"], [2, None]], schema=["ID", "NAME"])

    assert [tuple(row) for row in frame.sort("ID").collect()] == [(1, "a"), (2, None)]


def test_a_bound_value_is_cast_as_snowflake_writes_it(account: Account) -> None:
    assert account.rows("select ?::int as A, '?::int' as B", ("7",)) == [(7, "?::int")]


def test_a_dollar_in_quotes_is_no_variable(account: Account) -> None:
    account.execute("set price = 5")

    assert account.rows("""select $price as A, '$price' as "$price" """) == [(5, "$price")]


def test_snowpark_knows_where_it_is(account: Account) -> None:
    session = account.snowpark

    assert session.get_current_database() == '"LOCAL"'
    assert session.get_current_schema() == '"PUBLIC"'
    assert session.get_current_warehouse() == '"LOCAL"'


@pytest.mark.parametrize(
    "statement",
    ["alter session set query_tag = 'a'", "grant select on table T to role R"],
)
def test_statements_that_mean_nothing_here_are_accepted(account: Account, statement: str) -> None:
    account.execute(statement)


def test_a_transaction_that_fails_changes_nothing(account: Account, animals: str) -> None:
    def half_of_it() -> None:
        with account.transaction():
            account.execute("delete from ANIMALS")
            account.execute("delete from NO_SUCH_TABLE")

    with pytest.raises(WarehouseError):
        half_of_it()

    assert account.rows("select count(*) from ANIMALS") == [(2,)]


def test_a_transaction_is_kept_when_it_ends_well(account: Account, animals: str) -> None:
    with account.transaction():
        account.execute("delete from ANIMALS where ID = 1")
        account.execute("delete from ANIMALS where ID = 2")

    assert account.rows("select count(*) from ANIMALS") == [(0,)]


def test_threads_take_turns(account: Account) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda i: account.rows("select ? as A", (i,)), range(40)))

    assert answers == [[(i,)] for i in range(40)]


def test_goes_on_after_close(account: Account) -> None:
    account.close()

    assert account.rows("select 1 as A") == [(1,)]


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("select * from NO_SUCH_TABLE where ID = ?", ("hunter22",)),
        ("select NO_SUCH_COLUMN from (select 1 as A)", ()),
        ("selec 1", ()),
        ("select cast(? as int) as A", ("hunter22",)),
        ("select * from read_text(?)", ("/etc/hunter22",)),
        ("select cast(parse_json(?)[0]::varchar as date) as A", ('["hunter22"]',)),
        (f"select {', '.join('?' * 200)} from NO_SUCH_TABLE", tuple(range(200))),
    ],
    ids=["no-table", "no-column", "syntax", "conversion", "unexpected", "part", "long"],
)
def test_an_error_says_what_and_shows_no_bound_value(
    account: Account, statement: str, values: tuple[object, ...], snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(WarehouseError) as error:
        account.rows(statement, values)

    assert "hunter22" not in str(error.value)
    assert str(error.value) == snapshot


def test_a_missing_time_is_none_and_not_1970(account: Account) -> None:
    times = account.rows(
        "select column1::timestamp_ntz as A, column1::timestamp_tz as B, column1::date as C, "
        "column1::time as D from values (null), ('2020-01-02 03:04:05.123456') order by 1 nulls first"
    )

    assert times[0] == (None, None, None, None)
    assert [str(value) for value in times[1]] == [
        "2020-01-02 03:04:05.123456",
        "2020-01-02 03:04:05.123456+00:00",
        "2020-01-02",
        "03:04:05.123456",
    ]


def test_only_missing_times_is_a_result_too(account: Account) -> None:
    table = account.arrow("select null::timestamp_ntz as A from table(generator(rowcount => 3))")

    assert table.column("A").null_count == 3


def test_every_hash_can_be_read(account: Account) -> None:
    hashes = account.rows("select hash(seq4()) as H from table(generator(rowcount => 100))")

    assert len(set(hashes)) == 100
    assert {value < 0 for (value,) in hashes} == {True, False}


def test_an_identifier_is_quoted_whatever_it_has(account: Account) -> None:
    name = 'a "quoted" näme'

    account.execute(f"create or replace table {quoted(name)} (A int)")

    assert account.rows(f"select count(*) from {quoted(name)}") == [(0,)]


def test_a_result_that_is_scanned_again_has_its_own_columns(account: Account) -> None:
    cursor = account.snowpark.connection.cursor()
    cursor.execute("select 1.5::number(4, 2) as AMOUNT, 'a' as NAME")
    query = cursor.sfqid
    cursor.execute("select 2 as OTHER")

    cursor.execute(f"select * from table(result_scan('{query}'))")

    assert [(each.name, each.type_code, each.scale) for each in cursor.description] == [
        ("AMOUNT", 0, 2),
        ("NAME", 2, None),
    ]
