"""The embedded warehouse when something goes wrong: idle, crashed, full, damaged, abandoned."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pandas as pd
import psutil
import pytest

from devsession.errors import ServiceError, WarehouseError
from devsession.secrets.secret_file import FileSecrets
from devsession.service.use import IDLE_VARIABLE
from devsession.warehouse import embedded_service, guard, open_embedded
from devsession.warehouse.opening import check_journal
from devsession.warehouse.tables import load_table
from tests.warehouse.test_server import ask, in_process, logged_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.applications import Starlette
    from syrupy.assertion import SnapshotAssertion

    from devsession.service import Service
    from devsession.warehouse import Account

__all__ = ["in_process"]

_UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def shown(error: Exception, workspace: Path) -> str:
    """The text of an error without what is different every time."""
    text = str(error).replace(str(workspace), "WORKSPACE").replace(sys.executable, "PYTHON")
    text = re.sub(r"(/\S*)?/python\S*", "PYTHON", text)
    return re.sub(r"(process |PID )\d+", r"\1PID", text)


def gone(pid: int) -> bool:
    psutil.wait_procs([process for process in psutil.process_iter() if process.pid == pid], 60)
    return not psutil.pid_exists(pid)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert gone(pid)


@pytest.fixture
def account(workspace: Path) -> Iterator[Account]:
    account = open_embedded(workspace)
    yield account
    account.close()


class Disk:
    """The disk as the warehouse's process finds it: no file of it grows beyond a limit."""

    def __init__(self, workspace: Path, pid: int) -> None:
        self._data = workspace / ".devsession" / "warehouse"
        self._pid = pid

    def is_full(self) -> None:
        largest = max(file.stat().st_size for file in self._data.rglob("*") if file.is_file())
        limit = (largest + 100, resource.RLIM_INFINITY)
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, limit)

    def has_room(self) -> None:
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, _UNLIMITED)


@pytest.fixture
def disk(account: Account, workspace: Path) -> Disk:
    account.execute("create table KEPT as select 1 as A")
    return Disk(workspace, embedded_service(workspace).ensure().pid)


def test_ends_by_itself_when_idle_and_the_next_call_has_the_data(
    workspace: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(IDLE_VARIABLE, "0.1")
    account = open_embedded(workspace)
    account.execute("create table KEPT as select 1 as A")
    running, use = service.ensure(), service.use()
    account.close()

    ended = gone(running.pid)
    monkeypatch.delenv(IDLE_VARIABLE)

    assert use is not None
    assert use.connections == 1  # that of the account, which keeps the warehouse
    assert ended
    assert service.address() is None
    assert account.rows("select A from KEPT") == [(1,)]
    account.close()


def test_a_statement_that_met_the_idle_end_is_run_on_the_next_one(
    account: Account, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.execute("create table KEPT as select 1 as A")
    link = account._link
    stopped = service.ensure()
    service.stop()
    port_file = service.folder / "warehouse.json"
    port_file.write_text(port_file.read_text().replace('"stopped"', '"idle"'))
    lost = iter([False])
    monkeypatch.setattr(link, "lost", lambda: next(lost, True))

    rows = account.rows("select A from KEPT")

    assert rows == [(1,)]
    assert service.ensure().pid != stopped.pid


def test_a_crash_is_named_with_the_end_of_its_log_and_undoes_the_transaction(
    account: Account, workspace: Path, service: Service, snapshot: SnapshotAssertion
) -> None:
    account.execute("create table KEPT as select 1 as A")
    FileSecrets(service.folder / "secrets").set("ACME_KEY", "hunter22-hunter22")
    (service.folder / "warehouse.log").write_text("FATAL Error: key hunter22-hunter22\n")
    left = service.folder / "warehouse" / "scratch" / "duckdb_temp.tmp"

    def two_halves() -> None:
        with account.transaction():
            account.execute("insert into KEPT select 2")
            kill(service.ensure().pid)
            left.write_bytes(b"what a killed process leaves")
            account.execute("insert into KEPT select 3")

    with pytest.raises(WarehouseError) as error:
        two_halves()

    assert shown(error.value, workspace) == snapshot
    assert account.rows("select A from KEPT") == [(1,)]
    assert account.snowpark.table("KEPT").count() == 1
    assert not left.exists()


@pytest.mark.parametrize(
    "message",
    [
        "FATAL Error: Failed: value 'hunter22' is gone",
        "Failed: database has been invalidated because of a previous fatal error: 'hunter22'",
    ],
)
def test_a_database_that_takes_no_statement_any_more_ends_its_process(
    in_process: Starlette,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    message: str,
) -> None:
    async def broken(_request: Any) -> None:
        raise RuntimeError(message)

    ended_with: list[int] = []
    monkeypatch.setattr(guard._fakesnow, "query_request", broken)
    monkeypatch.setattr(os, "_exit", ended_with.append)

    ask(
        in_process,
        "POST",
        "/queries/v1/query-request",
        headers=logged_in(in_process),
        json={"sqlText": "select ?", "bindings": {"1": {"type": "TEXT", "value": "hunter22"}}},
    )

    assert ended_with == [70]
    assert (
        capfd.readouterr().err
        == message.replace("'hunter22'", "'?'").replace("hunter22", "?") + "\n"
    )


def test_a_statement_on_a_full_disk_says_so_and_nothing_of_it_happened(
    account: Account, disk: Disk, workspace: Path, service: Service, snapshot: SnapshotAssertion
) -> None:
    before = service.ensure()
    disk.is_full()

    with pytest.raises(WarehouseError) as error:
        account.execute("insert into KEPT select seq4() from table(generator(rowcount => 1000000))")

    assert re.sub(r"LOCAL\.db\S*\"", 'LOCAL.db"', shown(error.value, workspace)) == snapshot
    assert account.rows("select A from KEPT") == [(1,)]
    disk.has_room()
    account.execute("insert into KEPT select 2")
    assert account.rows("select A from KEPT order by A") == [(1,), (2,)]
    assert service.ensure() == before


def test_a_transaction_on_a_full_disk_happens_not_at_all(
    account: Account, disk: Disk, service: Service
) -> None:
    def two_halves() -> None:
        with account.transaction():
            account.execute("insert into KEPT select 2")
            account.execute("insert into KEPT select 3")

    disk.is_full()

    with pytest.raises(WarehouseError, match="has no room on its disk"):
        two_halves()

    kill(service.ensure().pid)
    assert account.rows("select A from KEPT") == [(1,)]


def test_a_load_on_a_full_disk_leaves_the_old_table(account: Account, disk: Disk) -> None:
    load_table(account, "CONTACTS", pd.DataFrame({"id": [1]}))
    many = pd.DataFrame({"id": range(300_000)})
    disk.is_full()

    with pytest.raises(WarehouseError, match="has no room on its disk"):
        load_table(account, "CONTACTS", many, replace=True)

    assert account.rows("select ID from CONTACTS") == [(1,)]
    disk.has_room()
    assert load_table(account, "CONTACTS", many, replace=True).rows == 300_000


def test_a_damaged_database_is_named_and_kept_aside_as_the_error_says(
    workspace: Path, service: Service, snapshot: SnapshotAssertion
) -> None:
    damaged = service.folder / "warehouse" / "LOCAL.db"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"this is no database " * 1000)

    with pytest.raises(ServiceError) as error:
        service.ensure()
    left = damaged.read_bytes()
    [keep_aside] = re.findall(r"mv '.*?' '.*?'", error.value.next_step)
    subprocess.run(keep_aside, shell=True, check=True)

    assert shown(error.value, workspace) == snapshot
    assert left == b"this is no database " * 1000
    assert service.ensure() == service.address()
    assert (service.folder / "warehouse.damaged" / "LOCAL.db").read_bytes() == left


@pytest.mark.parametrize("damage", [b"this is no journal", b"\0\0\0\0"])
def test_a_journal_that_is_none_is_named_instead_of_dropped(
    tmp_path: Path, damage: bytes, snapshot: SnapshotAssertion
) -> None:
    (tmp_path / "LOCAL.db.wal").write_bytes(damage)

    with pytest.raises(WarehouseError) as error:
        check_journal(tmp_path / "LOCAL.db")

    assert shown(error.value, tmp_path) == snapshot
    assert (tmp_path / "LOCAL.db.wal").read_bytes() == damage


def test_a_journal_with_a_wrong_byte_is_named_and_kept_aside_as_the_error_says(
    account: Account, workspace: Path, service: Service, snapshot: SnapshotAssertion
) -> None:
    account.execute("create table KEPT as select 1 as A")
    kill(service.ensure().pid)
    journal = service.folder / "warehouse" / "LOCAL.db.wal"
    content = bytearray(journal.read_bytes())
    content[60] ^= 0xFF
    journal.write_bytes(content)

    with pytest.raises(ServiceError) as error:
        service.ensure()
    left = journal.read_bytes()
    [keep_aside] = re.findall(r"mv '.*?' '.*?'", error.value.next_step)
    subprocess.run(keep_aside, shell=True, check=True)

    text = shown(error.value, workspace)
    assert re.sub(r"(checksum|position) \d+", r"\1 ..", text) == snapshot
    assert left == content
    assert account.rows("select 1 as A") == [(1,)]


def test_another_program_with_the_file_open_is_named(
    account: Account, workspace: Path, service: Service, snapshot: SnapshotAssertion
) -> None:
    account.execute("create table KEPT as select 1 as A")
    service.stop()
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
    file = workspace / ".devsession" / "warehouse" / "LOCAL.db"
    with subprocess.Popen(
        [sys.executable, "-c", code, file],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()

        with pytest.raises(ServiceError) as error:
            open_embedded(workspace)

        other.kill()

    assert shown(error.value, workspace) == snapshot
    assert account.rows("select A from KEPT") == [(1,)]


def test_the_transaction_of_a_killed_kernel_is_undone(account: Account, workspace: Path) -> None:
    account.execute("create table KEPT as select 1 as A")
    code = """
import os, sys
from pathlib import Path
from devsession.warehouse import open_embedded
account = open_embedded(Path(sys.argv[1]))
with account.transaction():
    account.execute("update KEPT set A = 2")
    os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", code, workspace], check=False)

    account.execute("update KEPT set A = 3")

    assert account.rows("select A from KEPT") == [(3,)]
