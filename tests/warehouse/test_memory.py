"""The embedded warehouse on a small machine, and statements that take long."""

from __future__ import annotations

import os
import re
import resource
import signal
from threading import Timer
from typing import TYPE_CHECKING

import duckdb
import pytest
from snowflake.connector import network

from devsession.errors import SetupError, WarehouseError
from devsession.plugin.mapping import StoredFieldMappings
from devsession.plugin.strategies import UPSERT
from devsession.warehouse import embedded_service, open_embedded
from devsession.warehouse.engine import Engine
from devsession.warehouse.memory import MEMORY_VARIABLE, limit_memory
from devsession.warehouse.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.service import Service
    from devsession.warehouse import Account

_UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
_ROWS = 300_000
# As a source: their order has to be made, from more than the memory holds.
_TEXTS = f"""
    select sha2(N::varchar) as ID, sha2(N::varchar) || sha2(N::varchar) as NOTE
    from (select seq4() as N from table(generator(rowcount => {_ROWS}))) as NUMBERS"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace whose warehouse has 100 MB."""
    workspace = tmp_path_factory.mktemp("small")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MEMORY_VARIABLE, "100")
        embedded_service(workspace).ensure()
    yield workspace
    embedded_service(workspace).stop()


@pytest.fixture
def service(small: Path) -> Service:
    return embedded_service(small)


@pytest.fixture
def account(small: Path) -> Iterator[Account]:
    account = open_embedded(small)
    yield account
    account.close()


def megabytes(database: duckdb.DuckDBPyConnection) -> float:
    said = "parse_formatted_bytes(current_setting('memory_limit'))"
    [(limit,)] = database.execute(f"select {said}").fetchall()
    return float(limit) / 1e6


def shown(error: Exception, workspace: Path) -> str:
    text = str(error).replace(str(workspace), "WORKSPACE")
    text = re.sub(r"duckdb_temp\S+", 'duckdb_temp.tmp"', text)
    return re.sub(r"[\d.]+ MiB", "N MiB", text)


def test_a_run_of_more_than_the_memory_holds_goes_through_the_disk(account: Account) -> None:
    engine, store = Engine(account), Store(account)
    sync = store.save_sync(
        "large",
        source=_TEXTS,
        identifier="ID",
        strategy="Upsert",
        field_mappings=StoredFieldMappings.from_dict({"note": "NOTE"}),
    ).record

    plan = engine.plan(sync, UPSERT)
    stage = engine.stage(sync, store.start_run(sync), UPSERT)
    first = next(stage.batches(actions=None, size=2))
    stage.discard()

    assert plan.actions == stage.actions | {"Update": 0} == {"Create": _ROWS, "Update": 0}
    assert first["IDENTIFIER"].tolist() == sorted(first["IDENTIFIER"])


def test_a_disk_that_is_full_meanwhile_is_named_and_nothing_is_lost(
    account: Account, service: Service, small: Path, snapshot: SnapshotAssertion
) -> None:
    account.execute("create or replace table KEPT as select 1 as A")
    before = service.ensure()
    sort = f"""
        select max(N), max(NOTE), count(*)
        from (select row_number() over (order by ID) as N, NOTE || NOTE || NOTE as NOTE from ({_TEXTS}))"""

    resource.prlimit(before.pid, resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
    with pytest.raises(WarehouseError) as error:
        account.rows(sort)
    resource.prlimit(before.pid, resource.RLIMIT_FSIZE, _UNLIMITED)

    assert shown(error.value, small) == snapshot
    assert account.rows("select A from KEPT") == [(1,)]
    [(last, _, count)] = account.rows(sort)
    assert last == count == _ROWS
    assert service.ensure() == before


def test_what_cannot_go_through_the_disk_says_how_to_have_more_memory(
    account: Account, service: Service, small: Path, snapshot: SnapshotAssertion
) -> None:
    before = service.ensure()

    with pytest.raises(WarehouseError) as error:
        account.rows(f"select length(listagg(NOTE || NOTE || NOTE || NOTE, '')) from ({_TEXTS})")

    assert re.sub(r"allocate.*", "allocate ..", shown(error.value, small)) == snapshot
    assert account.rows("select 1") == [(1,)]
    assert service.ensure() == before


def test_a_statement_may_take_longer_than_the_client_library_waits(
    account: Account, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "DEFAULT_SOCKET_CONNECT_TIMEOUT", 0.1)
    pid = service.ensure().pid
    account.rows("select 1")

    os.kill(pid, signal.SIGSTOP)
    Timer(0.5, os.kill, (pid, signal.SIGCONT)).start()

    assert account.rows("select 2") == [(2,)]


def test_ctrl_c_ends_the_statement_and_the_account_takes_the_next(account: Account) -> None:
    endless = f"select sum(sqrt(A.N * B.N)) from {_numbers('A')}, {_numbers('B')}"
    account.rows("select 1")

    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - it comes from outside
        Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        account.rows(endless)

    assert account.rows("select 2") == [(2,)]


def test_ctrl_c_undoes_the_transaction(account: Account) -> None:
    account.execute("create or replace table KEPT as select 1 as A")

    with pytest.raises(KeyboardInterrupt), account.transaction():  # noqa: PT012
        account.execute("insert into KEPT select 2")
        Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        account.rows(f"select sum(sqrt(A.N * B.N)) from {_numbers('A')}, {_numbers('B')}")

    assert account.rows("select A from KEPT") == [(1,)]


def test_a_large_machine_gives_it_a_part_and_the_variable_what_it_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with duckdb.connect() as database:
        limit_memory(database)
        usual = megabytes(database)
        monkeypatch.setenv(MEMORY_VARIABLE, "4000")
        limit_memory(database)
        said = megabytes(database)

    assert 0 < usual <= 1300
    assert said == pytest.approx(4000, rel=0.02)


@pytest.mark.parametrize("said", ["99", "2GB", "-500"])
def test_a_variable_that_is_no_number_of_megabytes_is_refused(
    said: str, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.setenv(MEMORY_VARIABLE, said)

    with duckdb.connect() as database, pytest.raises(SetupError) as error:
        limit_memory(database)

    assert str(error.value) == snapshot


def _numbers(name: str) -> str:
    return f"(select seq4() as N from table(generator(rowcount => 10000000))) as {name}"
