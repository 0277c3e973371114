"""Tables: what is loaded comes back as it was, once, and whole."""

from __future__ import annotations

import datetime as dt
import json
import signal
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devsession.errors import TableExistsError, UsageError, WarehouseError
from devsession.warehouse import Account, embedded_service, open_embedded, quoted, tables
from devsession.warehouse.tables import TableColumn, load_table, tables_of
from tests.warehouse.names import NOTED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


@pytest.fixture
def contacts() -> pd.DataFrame:
    return pd.DataFrame({"id": [1, 2], "email": ["ann@example.com", None]})


def rows_of(account: Account, table: str, *, by: str = "ID") -> list[tuple[Any, ...]]:
    return account.rows(f"select * from {quoted(table)} order by {quoted(by)}")


def test_a_frame_becomes_a_table(account: Account, contacts: pd.DataFrame) -> None:
    loaded = load_table(account, "contacts_1", contacts)

    assert repr(loaded) == "CONTACTS_1: 2 rows\n  ID     NUMBER(38,0)\n  EMAIL  VARCHAR"
    assert loaded.columns == [TableColumn("ID", "NUMBER(38,0)"), TableColumn("EMAIL", "VARCHAR")]
    assert rows_of(account, "CONTACTS_1") == [(1, "ann@example.com"), (2, None)]


def test_types_of_a_frame_are_kept(account: Account) -> None:
    moment = dt.datetime(2024, 2, 29, 13, 14, 15, 123456)
    frame = pd.DataFrame(
        {
            "id": pd.array([1, None], "Int64"),
            "big": [2**62, -(2**62)],
            "unsigned": np.array([2**64 - 1, 0], "uint64"),
            "share": [0.1, None],
            "price": [Decimal("12.50"), Decimal("-0.01")],
            "huge": [Decimal("12345678901234567890123.45"), None],
            "active": pd.array([True, None], "boolean"),
            "day": [dt.date(2024, 2, 29), None],
            "at": pd.to_datetime(pd.Series([moment, None])),
            "zoned": pd.to_datetime(pd.Series([moment, None])).dt.tz_localize("Europe/Vienna"),
            "clock": [dt.time(13, 14, 15, 123456), None],
            "raw": [b"\x00\xff", None],
            "level": pd.Categorical(["low", None]),
            "nothing": [None, None],
        }
    )

    loaded = load_table(account, "TYPES_OF_FRAME", frame)
    [row, missing] = rows_of(account, "TYPES_OF_FRAME")

    assert {column.name: column.type for column in loaded.columns} == {
        "ID": "NUMBER(38,0)",
        "BIG": "NUMBER(38,0)",
        "UNSIGNED": "NUMBER(20,0)",
        "SHARE": "FLOAT",
        "PRICE": "NUMBER(4,2)",
        "HUGE": "NUMBER(25,2)",
        "ACTIVE": "BOOLEAN",
        "DAY": "DATE",
        "AT": "TIMESTAMP_NTZ",
        "ZONED": "TIMESTAMP_TZ",
        "CLOCK": "TIME",
        "RAW": "BINARY",
        "LEVEL": "VARCHAR",
        "NOTHING": "VARCHAR",
    }
    assert row == (
        1,
        2**62,
        2**64 - 1,
        0.1,
        Decimal("12.50"),
        Decimal("12345678901234567890123.45"),
        True,
        dt.date(2024, 2, 29),
        moment,
        dt.datetime(2024, 2, 29, 12, 14, 15, 123456, dt.UTC),
        dt.time(13, 14, 15, 123456),
        b"\x00\xff",
        "low",
        None,
    )
    assert missing == (
        *(None, -(2**62), 0, None, Decimal("-0.01"), None, None, None),
        *(None, None, None, None, None, None),
    )


def test_nested_values_are_kept_as_they_are(account: Account) -> None:
    nested = [{"a": [1, None, "ü"], "b": Decimal("1.25")}, {"c": dt.date(2024, 1, 2)}, None, [1]]

    load_table(account, "NESTED", pd.DataFrame({"id": range(4), "data": nested}))

    assert [text and json.loads(text) for _, text in rows_of(account, "NESTED")] == [
        {"a": [1, None, "ü"], "b": 1.25},
        {"c": "2024-01-02"},
        None,
        [1],
    ]
    assert account.rows("select DATA:a[2]::varchar from NESTED where ID = 0") == [("ü",)]


def test_a_named_index_is_a_column(account: Account, contacts: pd.DataFrame) -> None:
    loaded = load_table(account, "INDEXED", contacts.set_index("id"))

    assert [column.name for column in loaded.columns] == ["ID", "EMAIL"]


def test_a_frame_without_rows_is_an_empty_table(account: Account, contacts: pd.DataFrame) -> None:
    loaded = load_table(account, "NO_ROWS", contacts.iloc[:0])

    assert repr(loaded) == "NO_ROWS: 0 rows\n  ID     NUMBER(38,0)\n  EMAIL  VARCHAR"
    assert rows_of(account, "NO_ROWS") == []


def test_parquet_keeps_its_types(account: Account, tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2], pa.int32()),
            "price": pa.array([Decimal("1.20"), None], pa.decimal128(10, 2)),
            "day": pa.array([dt.date(2024, 1, 2), None], pa.date32()),
            "tags": pa.array([["a", None], None], pa.list_(pa.string())),
            "address": pa.array([{"city": "Zürich", "zip": None}, None]),
            "scores": pa.array([[("x", 1), ("y", 2)], None], pa.map_(pa.string(), pa.int64())),
        }
    )
    pq.write_table(table, tmp_path / "data.parquet")

    loaded = load_table(account, "FROM_PARQUET", tmp_path / "data.parquet")
    [row, missing] = rows_of(account, "FROM_PARQUET")

    assert [column.type for column in loaded.columns] == [
        "NUMBER(38,0)",
        "NUMBER(10,2)",
        "DATE",
        "VARIANT",
        "VARIANT",
        "VARIANT",
    ]
    assert row[:3] == (1, Decimal("1.20"), dt.date(2024, 1, 2))
    assert [json.loads(text) for text in row[3:]] == [
        ["a", None],
        {"city": "Zürich", "zip": None},
        {"x": 1, "y": 2},
    ]
    assert missing == (2, None, None, None, None, None)


@pytest.mark.parametrize(
    ("texts", "type_", "values"),
    [
        (["1", "-20", ""], "NUMBER(38,0)", [1, -20, None]),
        (["007", "12"], "VARCHAR", ["007", "12"]),
        (["12345678901234567890", "1"], "VARCHAR", ["12345678901234567890", "1"]),
        (["1.50", "20", ""], "NUMBER(4,2)", [Decimal("1.50"), Decimal("20.00"), None]),
        (["1e3", "0.5"], "FLOAT", [1000.0, 0.5]),
        (["true", "FALSE", ""], "BOOLEAN", [True, False, None]),
        (["2024-02-29", ""], "DATE", [dt.date(2024, 2, 29), None]),
        (["2023-02-29", "2024-01-01"], "VARCHAR", ["2023-02-29", "2024-01-01"]),
        (["2024-01-02 03:04:05"], "TIMESTAMP_NTZ", [dt.datetime(2024, 1, 2, 3, 4, 5)]),
        (["2024-01-02T03:04:05.25"], "TIMESTAMP_NTZ", [dt.datetime(2024, 1, 2, 3, 4, 5, 250000)]),
        (
            ["2024-01-02T03:04:05+02:00"],
            "TIMESTAMP_TZ",
            [dt.datetime(2024, 1, 2, 1, 4, 5, tzinfo=dt.UTC)],
        ),
        (["NA", "null", "None"], "VARCHAR", ["NA", "null", "None"]),
        (['""', ""], "VARCHAR", ["", None]),
        (
            ['"a ""quoted"", text\nof two lines"', "☃"],
            "VARCHAR",
            ['a "quoted", text\nof two lines', "☃"],
        ),
        (["", ""], "VARCHAR", [None, None]),
        (["+49 170", "1"], "VARCHAR", ["+49 170", "1"]),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_csv_column_has_the_narrowest_type_that_keeps_its_texts(
    account: Account, tmp_path: Path, texts: Sequence[str], type_: str, values: list[object]
) -> None:
    file = tmp_path / "data.csv"
    lines = [f"{number},{text}" for number, text in enumerate(texts)]
    file.write_text("\n".join(["id,value", *lines]) + "\n", encoding="utf-8")

    loaded = load_table(account, "FROM_CSV", file, replace=True)

    assert loaded.columns[1] == TableColumn("VALUE", type_)
    assert [value for _, value in rows_of(account, "FROM_CSV")] == values


def test_a_csv_file_of_excel_with_a_mark_at_its_start_is_read(
    account: Account, tmp_path: Path
) -> None:
    file = tmp_path / "data.csv"
    file.write_bytes(b'\xef\xbb\xbfid,"first\nname"\r\n1,Zo\xc3\xab\r\n')

    load_table(account, "FROM_EXCEL", file)

    assert account.rows('select ID, "first\nname" from FROM_EXCEL') == [(1, "Zoë")]


def test_names_are_as_sql_reads_them_without_quotes(account: Account) -> None:
    frame = pd.DataFrame([[1, 2, 3, 4, 5]], columns=["id", "Email_2", "First Name", "näme", 'a"$b'])

    loaded = load_table(account, "Names", frame)

    names = ["ID", "EMAIL_2", "First Name", "näme", 'a"$b']
    assert (loaded.name, [column.name for column in loaded.columns]) == ("NAMES", names)
    assert account.rows('select id, EMAIL_2, "First Name" from names') == [(1, 2, 3)]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    texts=st.lists(
        st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        min_size=1,
    )
)
def test_any_text_comes_back_as_it_was(account: Account, texts: list[str | None]) -> None:
    frame = pd.DataFrame({"id": range(len(texts)), "value": pd.Series(texts, dtype=object)})

    load_table(account, "ANY_TEXT", frame, replace=True)

    assert [value for _, value in rows_of(account, "ANY_TEXT")] == texts


def test_the_same_content_again_changes_nothing(account: Account, contacts: pd.DataFrame) -> None:
    first = load_table(account, "AGAIN", contacts)
    again = load_table(account, "AGAIN", contacts.copy())

    assert (first.changed, again.changed) == (True, False)
    assert repr(first) == repr(again)


def test_other_content_is_refused_and_nothing_changed(
    account: Account, contacts: pd.DataFrame, snapshot: SnapshotAssertion
) -> None:
    load_table(account, "OTHER", contacts)

    with pytest.raises(TableExistsError) as error:
        load_table(account, "OTHER", contacts.assign(email="x"))

    assert str(error.value) == snapshot
    assert rows_of(account, "OTHER")[0] == (1, "ann@example.com")


def test_other_content_takes_the_place_when_asked_to(
    account: Account, contacts: pd.DataFrame
) -> None:
    load_table(account, "REPLACED", contacts)

    loaded = load_table(account, "REPLACED", pd.DataFrame({"name": ["a"]}), replace=True)

    assert loaded.changed
    assert rows_of(account, "REPLACED", by="NAME") == [("a",)]


@pytest.mark.parametrize(
    "change",
    [
        "update CHANGED set EMAIL = 'x' where ID = 1",
        "insert into CHANGED select 3, 'x'",
        "create or replace table CHANGED as select 1 as ID, 'ann@example.com' as EMAIL",
    ],
)
def test_a_table_that_was_changed_since_counts_as_other_content(
    account: Account, contacts: pd.DataFrame, change: str
) -> None:
    load_table(account, "CHANGED", contacts, replace=True)
    account.execute(change)

    with pytest.raises(TableExistsError):
        load_table(account, "CHANGED", contacts)


def test_a_table_that_is_not_ours_is_not_taken_for_it(
    account: Account, contacts: pd.DataFrame
) -> None:
    account.execute("create or replace table FOREIGN_ONE as select 1 as A")

    with pytest.raises(TableExistsError):
        load_table(account, "FOREIGN_ONE", contacts)


def test_loading_a_table_again_and_again_leaves_nothing_behind(account: Account) -> None:
    load_table(account, "OFTEN", pd.DataFrame({"name": ["first"]}))
    noted = account.rows(NOTED)

    for name in ("second", "third"):
        load_table(account, "OFTEN", pd.DataFrame({"name": [name]}), replace=True)

    assert account.rows(NOTED) == noted


def test_a_table_that_was_dropped_is_loaded_again(account: Account, contacts: pd.DataFrame) -> None:
    load_table(account, "DROPPED", contacts)
    account.execute("drop table DROPPED")

    assert load_table(account, "DROPPED", contacts).changed


def test_a_value_that_the_warehouse_refuses_leaves_the_old_table(
    account: Account, contacts: pd.DataFrame
) -> None:
    load_table(account, "KEPT_ON_REFUSAL", contacts)
    digits = pd.Series([Decimal(10**37)], dtype=pd.ArrowDtype(pa.decimal128(38, 0)))

    with pytest.raises(WarehouseError):
        load_table(account, "KEPT_ON_REFUSAL", pd.DataFrame({"id": digits}), replace=True)

    assert rows_of(account, "KEPT_ON_REFUSAL")[0] == (1, "ann@example.com")


def test_a_warehouse_killed_midway_has_the_old_table(
    workspace: Path, contacts: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = open_embedded(workspace)
    load_table(account, "CONTACTS", contacts)
    killed = psutil.Process(embedded_service(workspace).ensure().pid)
    monkeypatch.setattr(tables, "_CHUNK_BYTES", 1)
    execute = Account.execute

    def dying(self: Account, sql: str, params: Sequence[object] = ()) -> int:
        changed = execute(self, sql, params)
        if sql.startswith("insert into") and killed.is_running():
            killed.send_signal(signal.SIGKILL)
            psutil.wait_procs([killed], timeout=30)
        return changed

    monkeypatch.setattr(Account, "execute", dying)

    with pytest.raises(WarehouseError):
        load_table(account, "CONTACTS", contacts.assign(email="new"), replace=True)

    assert rows_of(account, "CONTACTS") == [(1, "ann@example.com"), (2, None)]
    assert load_table(account, "CONTACTS", contacts).changed is False
    account.close()


def test_many_rows_travel_in_statements_of_bounded_size(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = 100_000
    frame = pd.DataFrame(
        {
            "id": range(rows),
            "email": [f"contact{number}@example.com" for number in range(rows)],
            "joined": pd.date_range("2020-01-01", periods=rows, freq="min"),
            "amount": [Decimal(number) / 4 for number in range(rows)],
            "active": [number % 2 == 0 for number in range(rows)],
            "note": "Grüße",
        }
    )
    sizes: list[int] = []
    execute = Account.execute

    def measured(self: Account, sql: str, params: Sequence[object] = ()) -> int:
        sizes.append(max((len(str(value)) for value in params), default=0))
        return execute(self, sql, params)

    monkeypatch.setattr(Account, "execute", measured)

    load_table(account, "MANY_ROWS", frame)

    assert max(sizes) < 12_000_000
    assert len(sizes) < 20
    assert account.rows(
        "select count(*), count(distinct EMAIL), max(JOINED), sum(AMOUNT)::varchar from MANY_ROWS"
    ) == [(rows, rows, frame["joined"].max().to_pydatetime(), "1249987500.0")]


@pytest.mark.parametrize("name", ["a b", "1st", "", 'x"; drop table y', "DB.SCHEMA.T"])
def test_a_name_that_would_need_quotes_is_refused(
    account: Account, contacts: pd.DataFrame, name: str, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UsageError) as error:
        load_table(account, name, contacts)

    assert str(error.value) == snapshot


def test_tables_and_views_are_sources(account: Account, contacts: pd.DataFrame) -> None:
    load_table(account, "SOURCE_2", contacts)
    account.execute("create or replace view SOURCE_VIEW as select * from SOURCE_2 where ID > 1")

    sources = tables_of(account)

    assert sources["SOURCE_2"] == sources["SOURCE_VIEW"] == [("ID", "NUMBER"), ("EMAIL", "TEXT")]
