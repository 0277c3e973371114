"""The schema of our own tables: made, brought up to date from any version before, and interrupted."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import sqlglot
from pandas import DataFrame
from sqlglot import exp

from devsession import __version__
from devsession.errors import WarehouseError
from devsession.warehouse.inbound import InboundTables
from devsession.warehouse.inbound_syncs import InboundSyncs
from devsession.warehouse.installing import install
from devsession.warehouse.migrations import (
    Schema,
    bring_up_to_date,
    latest,
    migrations,
    schema_of,
    to_run,
)
from devsession.warehouse.store import Store
from devsession.warehouse.tables import load_table
from tests.in_process import warehouses_in_process
from tests.warehouse.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.warehouse import Account
    from tests.in_process import Warehouses

# The tables as devsession made them before it had migrations, in each of the three versions, and with
# what was made when it was first needed.
CONNECTIONS = """create table DEVSESSION.CONNECTIONS (PLUGIN_ID varchar not null,
  CONNECTION_METHOD varchar not null, CONNECTIVITY_OPTION varchar not null,
  CONNECTION_PARAMETERS variant, SECRET_NAMES variant)"""
SYNCS = """create table DEVSESSION.SYNCS (ID number autoincrement, SLUG varchar not null,
  SOURCE varchar not null, IDENTIFIER varchar not null, STRATEGY varchar not null,
  SYNC_PARAMETERS variant, FIELD_MAPPINGS variant)"""
RUNS = """create table DEVSESSION.RUNS (ID number autoincrement, TOKEN varchar not null,
  SYNC_ID number not null, STARTED timestamp_ntz not null, FINISHED timestamp_ntz,
  STATUS varchar not null, COUNTS variant)"""
STREAMS = """create table DEVSESSION.STREAMS (ID number autoincrement, SYNC_ID number not null,
  NAME varchar not null, STORAGE_BEHAVIOUR varchar, KEY_FIELDS varchar, STATE varchar,
  FRESH_STATE varchar, JSON_SCHEMA varchar, VIEW_NAME varchar)"""
FIRST = [
    CONNECTIONS,
    SYNCS,
    RUNS,
    "create table DEVSESSION.VERSION (NUMBER number not null)",
    "insert into DEVSESSION.VERSION select 1",
    """insert into DEVSESSION.SYNCS (SLUG, SOURCE, IDENTIFIER, STRATEGY, SYNC_PARAMETERS)
  select 'kept', 'CONTACTS', 'ID', 'Upsert', parse_json('{}')""",
    """insert into DEVSESSION.RUNS (TOKEN, SYNC_ID, STARTED, STATUS, COUNTS) select
  'a', 1, to_timestamp_ntz('2026-01-31 06:00:00'), 'completed', parse_json('{"sent": 2}')""",
    "create table DEVSESSION.LOADED_TABLES (NAME varchar, DIGEST varchar, FINGERPRINT varchar)",
    "insert into DEVSESSION.LOADED_TABLES select 'CONTACTS', 'd', '1:1'",
]
SECOND = [
    *FIRST,
    "alter table DEVSESSION.SYNCS add column TARGET_TYPE varchar",
    "insert into DEVSESSION.VERSION select 2",
]
THIRD = [
    *SECOND,
    "alter table DEVSESSION.SYNCS add column DIRECTION varchar",
    "alter table DEVSESSION.SYNCS add column STREAMS_CONFIGURATION variant",
    STREAMS,
    "insert into DEVSESSION.VERSION select 3",
]
COLUMNS = """select TABLE_NAME, COLUMN_NAME, DATA_TYPE from INFORMATION_SCHEMA.COLUMNS
  where TABLE_SCHEMA = 'DEVSESSION' order by TABLE_NAME, COLUMN_NAME"""


@pytest.fixture(scope="module")
def warehouses() -> Iterator[Warehouses]:
    with warehouses_in_process() as warehouses:
        yield warehouses


@pytest.fixture
def opened(warehouses: Warehouses, tmp_path: Path) -> Callable[[], Account]:
    """Opens one that has nothing in it, and the same again."""
    return lambda: warehouses.open(tmp_path)


@pytest.fixture
def account(opened: Callable[[], Account]) -> Iterator[Account]:
    account = opened()
    yield account
    account.close()


@pytest.fixture(scope="module")
def installed(
    warehouses: Warehouses, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Account]:
    """One in which all was made at one go."""
    account = warehouses.open(tmp_path_factory.mktemp("installed"))
    bring_up_to_date(account)
    yield account
    account.close()


@pytest.fixture(scope="module")
def whole(installed: Account) -> list[Any]:
    """The columns of all its tables."""
    return installed.rows(COLUMNS)


class OnSnowflake(Watched):
    """An account there, which refuses each statement with this word, and nothing else."""

    name = "Snowflake account 'prod'"
    connection = "prod"

    def __init__(self, account: Account, *, refused: str) -> None:
        super().__init__(account)
        self._refused = refused

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        if self._refused in sql:
            raise WarehouseError(
                f"The {self.name} refused a statement: Insufficient privileges to operate",
                tried=sql,
                account=self.name,
                code=3001,
            )
        self.statements.append(sql)
        return self._account.execute(sql, params)


def plain(text: object) -> str:
    """Without what is another tomorrow."""
    return re.sub(r"\d{4}-\d\d-\d\d", "<day>", str(text).replace(__version__, "<version>"))


def test_it_is_made_once(account: Account, snapshot: SnapshotAssertion) -> None:
    first = install(account)
    second = install(account)

    assert plain(first) == snapshot
    assert plain(second) == snapshot
    assert second.to_dict() | {"database": "", "warehouse": ""} == {
        "warehouse": "",
        "database": "",
        "schema": "DEVSESSION",
        "version": latest(),
        "dry_run": False,
        "ran": [],
        "statements": [],
    }


def test_the_warehouse_says_which_ran_when_and_by_whom(installed: Account) -> None:
    rows = installed.rows("select NUMBER, INSTALLED_AT, INSTALLED_BY from DEVSESSION.VERSION")

    assert [row[0] for row in rows] == [each.number for each in migrations()]
    assert all(row[1] is not None for row in rows)
    assert {row[2] for row in rows} == {f"devsession {__version__}"}


def test_a_dry_run_prints_what_would_run_and_runs_nothing(
    account: Account, snapshot: SnapshotAssertion
) -> None:
    watched: Any = Watched(account)

    told = install(watched, dry_run=True)

    assert plain(told) == snapshot
    assert {sqlglot.parse_one(each, dialect="snowflake").key for each in watched.statements} == {
        "select"
    }
    assert not schema_of(account).version


def test_the_sql_of_a_dry_run_does_it(opened: Callable[[], Account], whole: list[Any]) -> None:
    account = opened()
    script = str(install(account, dry_run=True))

    for each in sqlglot.parse(script, dialect="snowflake"):
        if each is not None and not isinstance(each, exp.Use | exp.Semicolon):
            account.execute(each.sql(dialect="snowflake"))

    assert account.rows(COLUMNS) == whole
    assert "nothing to be done" in str(install(account))


def test_a_dry_run_of_what_is_up_to_date_has_no_statement(installed: Account) -> None:
    assert install(installed, dry_run=True).statements == ()


@pytest.mark.parametrize("before", [FIRST, SECOND, THIRD], ids=["first", "second", "third"])
def test_what_an_earlier_version_kept_is_kept(
    before: list[str], account: Account, whole: list[Any]
) -> None:
    for each in before:
        account.execute(each)

    store = Store(account)
    [kept] = store.syncs()
    [run] = store.runs(kept)
    columns = account.rows(COLUMNS)
    store.save_sync("kept", target_type="lead")
    inbound = InboundSyncs(account).save("people").record

    assert (kept.slug, kept.source, kept.target_type) == ("kept", "CONTACTS", None)
    assert (run.status, run.counts) == ("completed", {"sent": 2})
    assert store.sync("kept").target_type == "lead"
    assert InboundTables(account, inbound).states() == {}
    assert account.rows("select * from DEVSESSION.LOADED_TABLES") == [("CONTACTS", "d", "1:1")]
    assert columns == whole


class Killed(Watched):
    """Is gone after so many statements that change something."""

    def __init__(self, account: Account, after: int) -> None:
        super().__init__(account)
        self._left = after

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        self._left -= 1
        if self._left < 0:
            raise KeyboardInterrupt
        return self._account.execute(sql, params)


@pytest.mark.parametrize("after", range(1, len(to_run(Schema(there=True))), 5))
def test_a_killed_installation_is_gone_on_with(
    after: int, account: Account, whole: list[Any]
) -> None:
    killed: Any = Killed(account, after)
    with pytest.raises(KeyboardInterrupt):
        bring_up_to_date(killed)

    schema, ran = bring_up_to_date(account)

    assert (schema.version, ran[-1].number) == (latest(), latest())
    assert account.rows(COLUMNS) == whole
    assert len(account.rows("select * from DEVSESSION.VERSION")) == latest()


def test_two_at_once(opened: Callable[[], Account], whole: list[Any]) -> None:
    accounts = [opened() for _ in range(2)]

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(bring_up_to_date, accounts))

    assert [schema.version for schema, _ in done] == [latest()] * 2
    assert accounts[0].rows(COLUMNS) == whole
    assert len(accounts[0].rows("select * from DEVSESSION.VERSION")) == latest()


class Overtaken(OnSnowflake):
    """Where a statement is refused, because somebody else has done it all meanwhile."""

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        if self._refused in sql:
            bring_up_to_date(self._account)
        return super().execute(sql, params)


def test_a_statement_that_another_process_forestalled_is_no_failure(account: Account) -> None:
    overtaken: Any = Overtaken(account, refused="create stage")

    schema, _ = bring_up_to_date(overtaken)

    assert schema.version == latest()


def test_a_role_that_may_not_make_it_is_told_who_may(
    account: Account, snapshot: SnapshotAssertion
) -> None:
    refusing: Any = OnSnowflake(account, refused="create table if not exists DEVSESSION.VERSION")

    with pytest.raises(WarehouseError) as error:
        Store(refusing).syncs()
    with pytest.raises(WarehouseError) as of_install:
        install(refusing)

    assert plain(error.value) == snapshot
    assert str(of_install.value) == str(error.value)


def test_a_role_that_may_not_bring_it_up_to_date_is_told_who_may(
    account: Account, snapshot: SnapshotAssertion
) -> None:
    for each in THIRD:
        account.execute(each)
    refusing: Any = OnSnowflake(account, refused="alter table")

    with pytest.raises(WarehouseError) as error:
        Store(refusing).syncs()

    assert plain(error.value) == snapshot


def test_a_role_that_only_works_changes_no_table_of_ours(installed: Account) -> None:
    refusing: Any = OnSnowflake(installed, refused="create schema")

    Store(refusing).save_sync("contacts", source="CONTACTS", identifier="ID", strategy="Upsert")
    load_table(refusing, "CONTACTS", DataFrame({"ID": [1]}), replace=True)

    made = [each for each in refusing.statements if each.startswith(("create", "alter"))]
    assert [each.split("(")[0].strip() for each in made] == [
        "create table if not exists DEVSESSION.STATE_1",
        'create or replace temporary table "LOADING CONTACTS"',
        'create or replace table "CONTACTS" as select * from "LOADING CONTACTS"',
    ]


@pytest.fixture
def later(installed: Account) -> Iterator[Account]:
    """Of a devsession that is not written yet."""
    installed.execute("insert into DEVSESSION.VERSION select 1000, sysdate(), 'devsession 9.0'")
    yield installed
    installed.execute("delete from DEVSESSION.VERSION where NUMBER = 1000")


def test_tables_of_a_later_version_are_left_alone(
    later: Account, snapshot: SnapshotAssertion
) -> None:

    with pytest.raises(WarehouseError) as error:
        Store(later).syncs()
    with pytest.raises(WarehouseError) as of_install:
        install(later)

    assert plain(error.value) == snapshot
    assert str(of_install.value) == str(error.value)


def test_users_go_on_in_their_own_schema(account: Account) -> None:
    without_one: Any = WithoutSchema(account)

    bring_up_to_date(without_one)

    assert without_one.statements.count('use schema "PUBLIC"') == 1
    assert account.rows("select current_schema()") == [("PUBLIC",)]


class WithoutSchema(Watched):
    """An account on which nobody has made our schema yet."""

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return [] if "SCHEMATA" in sql else self._account.rows(sql, params)


def test_they_are_numbered_without_a_gap() -> None:
    assert [each.number for each in migrations()] == list(range(1, latest() + 1))


def test_each_statement_may_be_run_again() -> None:
    again = re.compile("if not exists|where not exists")

    assert [each for each in to_run(Schema(there=False)) if not again.search(each)] == []
