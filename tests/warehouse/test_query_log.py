"""The embedded warehouse's log of statements, and how it is read here and on Snowflake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
from sqlglot import parse_one

from devsession.errors import WarehouseError
from devsession.openmetadata import Statement, lineage_of
from devsession.warehouse import query_log
from devsession.warehouse.query_history import query_history
from devsession.warehouse.query_log import QueryLog, Ran, without_values
from devsession.warehouse.statements import statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection
    from syrupy.assertion import SnapshotAssertion

    from devsession.warehouse import Account

HISTORY = "SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY"


def texts(account: Account, containing: str) -> list[tuple[str, ...]]:
    return account.rows(
        f"select QUERY_TEXT, EXECUTION_STATUS, DATABASE_NAME, SCHEMA_NAME, ROWS_PRODUCED from {HISTORY} "
        "where contains(QUERY_TEXT, ?) order by START_TIME",
        (containing,),
    )


def test_what_was_run_is_read_as_on_snowflake(account: Account) -> None:
    account.execute("create table NOTED (A int, B varchar)")
    account.execute("insert into NOTED select column1, 'of a row' from values (1), (2), (3)")
    account.rows("select A from NOTED where A > ?", (1,))
    with pytest.raises(WarehouseError):
        account.rows("select NO_SUCH from NOTED")

    assert texts(account, "NOTED") == [
        ("create table NOTED (A int, B varchar)", "SUCCESS", "LOCAL", "PUBLIC", 1),
        (
            "insert into NOTED select column1, '?' from values (1), (2), (3)",
            "SUCCESS",
            "LOCAL",
            "PUBLIC",
            3,
        ),
        ("select A from NOTED where A > ?", "SUCCESS", "LOCAL", "PUBLIC", 2),
        ("select NO_SUCH from NOTED", "FAIL", "LOCAL", "PUBLIC", None),
    ]


def test_values_and_texts_are_not_kept(account: Account) -> None:
    account.execute("create table WITH_VALUES (A varchar)")
    account.execute("insert into WITH_VALUES values (?)", ("hunter2-bound",))
    account.execute("insert into WITH_VALUES values ('hunter2-text') -- hunter2-comment")

    kept = account.rows(f"select * from {HISTORY}")

    assert "WITH_VALUES" in str(kept)
    assert "hunter2" not in str(kept)


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        ("select 'a''b', 'c\\'d', x", "select '?', '?', x"),
        ("""select "it's" from T where a = 'b'""", """select "it's" from T where a = '?'"""),
        ("select 1 -- don't\n, 'x'", "select 1  \n, '?'"),
        ("select /* it's */ 'x' // it's\n", "select   '?'"),
        ("set p = $$it's a 'secret'$$", "set p = '?'"),
        ("select 'never closed, with hunter2", "select '?'"),
        ("select $$never closed, with hunter2", "select '?'"),
        ("create or replace secret S (type s3, secret hunter2)", "create or replace secret S (?)"),
        ("create stage S credentials = (aws_secret_key = 'hunter2')", "create stage S credentials = (aws_secret_key = '?')"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_statement_without_its_values(sql: str, kept: str) -> None:
    assert without_values(sql) == kept


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file of a log that keeps three statements."""
    monkeypatch.setattr(query_log, "STATEMENTS_KEPT", 3)
    return tmp_path / "queries.jsonl"


@pytest.fixture
def opened_again(small: Path) -> Iterator[Callable[[], Shown]]:
    """Opens the log as a new process does."""
    from duckdb import connect

    connections: list[DuckDBPyConnection] = []

    def open_it() -> Shown:
        connections.append(connect())
        return Shown(QueryLog(connections[-1], small), connections[-1])

    yield open_it
    for connection in connections:
        connection.close()


class Shown(NamedTuple):
    log: QueryLog
    connection: DuckDBPyConnection

    def add(self, *statements: str) -> None:
        for began, text in enumerate(statements):
            self.log.add(Ran("id", text, "DB", "S", 1, "me", "SUCCESS", None, began, 5_000, 2))

    def texts(self) -> list[str]:
        query = f"select QUERY_TEXT from {HISTORY} order by START_TIME"
        self.log.show_for(query)
        return [text for (text,) in self.connection.execute(query).fetchall()]


def test_of_a_long_statement_the_beginning_is_kept(opened_again: Callable[[], Shown]) -> None:
    opened = opened_again()
    opened.add("select 1, " + "x, " * 20_000 + "'a'")

    [kept] = opened.texts()

    assert len(kept) < 20_100
    assert kept.endswith(" ..")


def test_it_is_bounded(opened_again: Callable[[], Shown], small: Path) -> None:
    opened = opened_again()

    opened.add(*map(str, range(20)))

    assert opened.texts() == ["17", "18", "19"]
    assert len(small.read_text().splitlines()) <= 6
    assert [path.name for path in small.parent.iterdir()] == ["queries.jsonl"]
    assert small.stat().st_mode & 0o777 == 0o600


def test_it_outlives_its_process_even_one_that_was_killed_while_writing(
    opened_again: Callable[[], Shown], small: Path
) -> None:
    opened_again().add("a", "b")
    with small.open("a") as lines:
        lines.write('["id", "cut off')

    opened = opened_again()
    before = opened.texts()
    opened.add("c", "d")

    assert before == ["a", "b"]
    assert sorted(opened.texts()) == ["b", "c", "d"]


def test_the_history_of_writes_feeds_lineage(account: Account) -> None:
    account.execute("create table FED_FROM (ID int, NAME varchar)")
    before = datetime.now(UTC)
    account.execute("create table FED as select ID, upper(NAME) || '!' as LOUD from FED_FROM")
    account.rows("select * from FED")

    runs = query_history(account, before)
    lineage = lineage_of(
        [Statement(run.sql, run.database, run.schema) for run in runs],
        columns={("LOCAL", "PUBLIC", "FED_FROM"): ["ID", "NAME"]},
        service="svc",
    )

    assert [(run.user, run.database, run.schema) for run in runs] == [
        ("devsession", "LOCAL", "PUBLIC")
    ]
    assert lineage.to_frame().iloc[:, 1:4:2].to_numpy().tolist() == [["ID", "ID"], ["NAME", "LOUD"]]
    assert query_history(account, datetime.now(UTC) + timedelta(hours=1)) == []


def test_the_statement_is_snowflakes(snapshot: SnapshotAssertion) -> None:
    sql = statement("query_history", most="10000")

    assert sql == snapshot
    assert parse_one(sql, dialect="snowflake").key == "select"
