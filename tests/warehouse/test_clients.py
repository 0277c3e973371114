"""A client's process that is killed: what it began is undone, whatever it was doing."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from devsession.warehouse.clients import Clients

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Far longer than any test; it tells that it runs: an interruption before that would be none.
LONG = """
select sum(a.range * b.range * c.runs)
from range(10000000) a, range(10000000) b, (select tell(1) as runs) c
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Any]:
    database = duckdb.connect(str(tmp_path / "LOCAL.db"))
    database.execute("create table PEOPLE (ID int, NAME varchar)")
    database.execute("insert into PEOPLE values (1, 'Ada')")
    yield database
    database.close()


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_a_statement_that_runs_is_ended_with_its_transaction(
    database: Any, process: subprocess.Popen[bytes]
) -> None:
    theirs, begun = database.cursor(), Event()
    sessions: dict[str, Any] = {"theirs": SimpleNamespace(_duck_conn=theirs)}
    clients = Clients(sessions)
    clients.log_in("theirs", process.pid)

    def tell(number: int) -> int:
        begun.set()
        return number

    theirs.create_function("tell", tell, ["BIGINT"], "BIGINT", side_effects=True)

    def work() -> None:
        theirs.execute("begin")
        theirs.execute("update PEOPLE set NAME = 'Grace'")
        theirs.execute(LONG)

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        assert begun.wait(60)
        clients.end_dead()
        assert sessions
        process.kill()
        process.wait()
        clients.end_dead()
        assert isinstance(working.exception(60), duckdb.Error)

    assert sessions == {}
    ours = database.cursor()
    ours.execute("update PEOPLE set NAME = NAME || ' L.'")
    assert ours.execute("select NAME from PEOPLE").fetchall() == [("Ada L.",)]
