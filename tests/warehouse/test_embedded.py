"""The life of the embedded warehouse: started, shared, stopped, killed, and what clients see."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import psutil
import pytest

from devsession.errors import ServiceError, WarehouseError
from devsession.warehouse import embedded, embedded_service, open_embedded

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.service import Service
    from devsession.warehouse import Account

WAREHOUSE_HAS_A_PROCESS = True

# Long enough to be interrupted on any machine.
LONG_QUERY = (
    "select count(distinct hash(seq4())) from table(generator(rowcount => 100000000)) -- long"
)


def run_python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def shown(error: WarehouseError, workspace: Path) -> str:
    """The text of an error without what is different every time."""
    return re.sub(r"process \d+", "process PID", str(error).replace(str(workspace), "WORKSPACE"))


def kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.send_signal(signal.SIGKILL)
    psutil.wait_procs([process], timeout=30)


def test_opens_on_demand_and_two_sessions_share_what_is_there(workspace: Path) -> None:
    first, second = open_embedded(workspace), open_embedded(workspace)

    first.execute("create table SHARED as select 1 as A")

    assert second.rows("select A from SHARED") == [(1,)]
    first.close()
    second.close()


def test_there_is_a_schema_for_tables_and_one_for_us(account: Account) -> None:
    schemas = account.rows("select SCHEMA_NAME from INFORMATION_SCHEMA.SCHEMATA")

    assert {("PUBLIC",), ("DEVSESSION",)} <= set(schemas)


def test_opening_shows_nothing_and_needs_no_snowpark(workspace: Path) -> None:
    code = """
import sys
from pathlib import Path
from devsession.warehouse import open_embedded
account = open_embedded(Path(sys.argv[1]))
account.rows("select 1 as A")
assert "snowflake.snowpark" not in sys.modules
account.snowpark.sql("select 1 as A").collect()
"""

    opened = run_python(code, workspace)

    assert (opened.stdout, opened.stderr, opened.returncode) == ("", "", 0)


def test_importing_the_room_costs_nothing() -> None:
    heavy = "{'snowflake.connector', 'pandas', 'pyarrow', 'fakesnow', 'duckdb'}"

    imported = run_python(f"import sys, devsession.warehouse; print({heavy} & set(sys.modules))")

    assert (imported.stdout, imported.stderr) == ("set()\n", "")


def test_opening_talks_to_this_machine_only(running: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[object] = []
    connect = socket.socket.connect

    def noted(self: socket.socket, address: object) -> None:
        called.append(address)
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", noted)

    account = open_embedded(running)
    account.snowpark.sql("select 1 as A").collect()
    account.close()

    assert {address[0] for address in called} == {"127.0.0.1"}  # type: ignore[index]


def test_a_proxy_in_the_environment_is_not_used(
    running: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    monkeypatch.setenv("no_proxy", "intranet.example")

    account = open_embedded(running)

    assert account.rows("select 1 as A") == [(1,)]
    assert os.environ["no_proxy"] == "intranet.example,127.0.0.1"
    account.close()


def test_the_client_sends_no_telemetry(account: Account) -> None:
    assert account.snowpark.connection.telemetry_enabled is False


def test_the_network_timeout_does_not_cut_a_long_statement(
    running: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_NETWORK_SECONDS", 1)
    account = open_embedded(running)

    counted = account.rows(
        "select count(distinct hash(seq4())) from table(generator(rowcount => 12000000))"
    )

    assert account.snowpark.connection.network_timeout == 1
    assert counted == [(12_000_000,)]
    account.close()


def test_an_open_account_goes_on_after_a_stop(workspace: Path, service: Service) -> None:
    account = open_embedded(workspace)
    account.execute("create table KEPT as select 1 as A")
    before = account.snowpark

    service.stop()

    assert account.rows("select A from KEPT") == [(1,)]
    assert account.snowpark is not before
    assert account.snowpark.table("KEPT").count() == 1
    account.close()


def test_what_was_written_survives_kill_9(workspace: Path, service: Service) -> None:
    account = open_embedded(workspace)
    account.execute("create table KEPT as select 1 as A")
    account.execute("insert into KEPT select 2")

    kill(service.ensure().pid)

    assert account.rows("select A from KEPT order by A") == [(1,), (2,)]
    account.close()


def test_a_transaction_that_kill_9_cut_off_never_happened(
    workspace: Path, service: Service
) -> None:
    account = open_embedded(workspace)
    account.execute("create table KEPT as select 1 as A")
    account.execute("begin")
    account.execute("delete from KEPT")

    kill(service.ensure().pid)

    assert account.rows("select A from KEPT") == [(1,)]
    account.close()


def test_a_restart_within_a_transaction_undoes_all_of_it(
    workspace: Path, service: Service, snapshot: SnapshotAssertion
) -> None:
    account = open_embedded(workspace)
    account.execute("create table KEPT as select 1 as A")

    def two_halves() -> None:
        with account.transaction():
            account.execute("insert into KEPT select 2")
            service.stop()
            account.execute("insert into KEPT select 3")

    with pytest.raises(WarehouseError) as error:
        two_halves()

    assert str(error.value) == snapshot
    assert account.rows("select A from KEPT") == [(1,)]
    account.close()


def test_a_statement_during_which_it_dies_says_so_and_the_next_one_works(
    workspace: Path, service: Service, snapshot: SnapshotAssertion
) -> None:
    account = open_embedded(workspace)
    killing = threading.Timer(1, kill, [service.ensure().pid])
    killing.start()

    with pytest.raises(WarehouseError) as error:
        account.rows(LONG_QUERY)

    killing.join()
    assert shown(error.value, workspace) == snapshot
    assert error.value.fields["crashed"] is True
    assert account.rows("select 1 as A") == [(1,)]
    account.close()


def test_survives_the_kernel_and_is_found_by_the_next(workspace: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from devsession.warehouse import open_embedded
open_embedded(Path(sys.argv[1])).execute("create table KEPT as select 1 as A")
os.kill(os.getpid(), 9)
"""
    kernel = run_python(code, workspace)

    account = open_embedded(workspace)

    assert kernel.returncode == -signal.SIGKILL
    assert account.rows("select A from KEPT") == [(1,)]
    account.close()


def test_a_process_ends_at_once_although_the_warehouse_is_gone(workspace: Path) -> None:
    code = """
import sys
from pathlib import Path
from devsession.warehouse import embedded_service, open_embedded
account = open_embedded(Path(sys.argv[1]))
account.snowpark.sql("select 1 as A").collect()
embedded_service(Path(sys.argv[1])).stop()
"""

    ended = run_python(code, workspace)

    assert (ended.stdout, ended.stderr, ended.returncode) == ("", "", 0)


def test_kernels_forked_from_a_loaded_parent_open_sessions(running: Path) -> None:
    code = """
import os, sys
from pathlib import Path
import pandas, pyarrow, snowflake.snowpark
from devsession.warehouse import open_embedded

def kernel():
    account = open_embedded(Path(sys.argv[1]))
    return account.frame("select 7 as A")["A"][0] == 7 and account.snowpark.table("T") is not None

for _ in range(4):
    if os.fork() == 0:
        os._exit(0 if kernel() else 1)
print([os.wait()[1] for _ in range(4)])
"""

    forked = run_python(code, running)

    assert (forked.stdout, forked.stderr) == ("[0, 0, 0, 0]\n", "")


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ServiceError) as error:
        open_embedded(tmp_path / "file")

    assert str(error.value).replace(str(tmp_path), "FOLDER") == snapshot


def test_a_warehouse_whose_token_is_refused_says_so(
    running: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    address = embedded_service(running).ensure()
    strange = type(address)(address.host, address.port, address.pid, "another token")
    monkeypatch.setattr("devsession.service.Service.ensure", lambda _: strange)

    with pytest.raises(ServiceError) as error:
        open_embedded(running)

    text = str(error.value).replace(str(running), "WORKSPACE")
    assert text.replace(str(address.port), "PORT") == snapshot


def test_its_files_are_for_their_owner_only(running: Path) -> None:
    folder = running / ".devsession"

    assert (folder / "warehouse").stat().st_mode & 0o777 == 0o700
    assert (folder / "warehouse.json").stat().st_mode & 0o777 == 0o600
