"""A service: started on demand, detached, found by its port file, stopped by name."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import psutil
import pytest

from devsession.errors import ServiceError
from devsession.service import Address, Service, client
from devsession.service.port_file import publish
from devsession.service.process import listen
from devsession.service.proof import proven_use

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


def greeting_of(address: Address) -> str:
    request = urllib.request.Request(
        f"http://{address.host}:{address.port}/",
        headers={"Authorization": f"Bearer {address.token}"},
    )
    with urllib.request.urlopen(request) as answer:
        return str(answer.read().decode())


def gone(pid: int) -> bool:
    psutil.wait_procs([process for process in psutil.process_iter() if process.pid == pid], 60)
    return not psutil.pid_exists(pid)


def test_is_started_on_demand_and_then_found(greeter: Service) -> None:
    assert greeter.address() is None

    started = greeter.ensure()

    assert greeting_of(started) == "hello"
    assert greeter.ensure() == started
    assert greeter.address() == started


def test_two_starters_at_once_end_with_one_process(greeter: Service) -> None:
    with ThreadPoolExecutor(2) as starters:
        first, second = starters.map(lambda _: greeter.ensure(), range(2))

    assert first == second


def test_the_port_file_is_for_its_owner_only(greeter: Service, folder: Path) -> None:
    greeter.ensure()

    assert (folder / "greeter.json").stat().st_mode & 0o777 == 0o600
    assert (folder / "greeter.log").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_token_is_in_no_repr(greeter: Service) -> None:
    address = greeter.ensure()

    assert address.token not in repr(address)


def test_outlives_the_process_that_started_it(greeter: Service, folder: Path) -> None:
    start = (
        "import os, sys; from pathlib import Path; from devsession.service import Service;"
        "Service('greeter', Path(sys.argv[1]), 'tests.service.greeter').ensure();"
        "os.kill(os.getpid(), 9)"
    )
    kernel = subprocess.run([sys.executable, "-c", start, folder], check=False)

    address = greeter.address()

    assert kernel.returncode == -signal.SIGKILL
    assert address is not None
    assert greeting_of(address) == "hello"
    assert os.getsid(address.pid) == address.pid


def test_after_kill_9_the_next_one_takes_the_same_port(greeter: Service) -> None:
    killed = greeter.ensure()
    os.kill(killed.pid, signal.SIGKILL)
    assert gone(killed.pid)
    assert greeter.address() is None

    again = greeter.ensure()

    assert greeting_of(again) == "hello"
    assert again.port == killed.port
    assert again.token != killed.token


def test_stop_ends_the_process_and_lets_it_tidy_up(greeter: Service, folder: Path) -> None:
    address = greeter.ensure()

    stopped = greeter.stop()

    assert stopped
    assert gone(address.pid)
    assert (folder / "ended-tidily").exists()
    assert greeter.stop() is False


def test_ends_when_its_folder_is_deleted(greeter: Service, folder: Path) -> None:
    address = greeter.ensure()

    shutil.rmtree(folder)

    assert gone(address.pid)


def test_a_port_that_somebody_took_is_left_to_them(
    greeter: Service, folder: Path, someone_else: socket.socket
) -> None:
    taken = someone_else.getsockname()[1]
    folder.mkdir()
    publish(folder / "greeter.json", Address("127.0.0.1", taken, 2**22, "old"))

    address = greeter.ensure()

    assert address.port != taken
    assert greeting_of(address) == "hello"


def test_a_foreign_process_in_the_port_file_is_neither_used_nor_stopped(
    greeter: Service, folder: Path, someone_else: socket.socket
) -> None:
    folder.mkdir()
    port = someone_else.getsockname()[1]
    publish(folder / "greeter.json", Address("127.0.0.1", port, os.getpid(), "old"))

    assert greeter.address() is None
    assert greeter.stop() is False
    assert greeting_of(greeter.ensure()) == "hello"


@pytest.mark.parametrize("content", ["", "[]", '{"pid": "x"}', '{"host": "127.0.0.1"}'])
def test_a_port_file_that_is_none_of_ours_counts_as_none(
    greeter: Service, folder: Path, content: str
) -> None:
    folder.mkdir()
    (folder / "greeter.json").write_text(content)

    assert greeter.address() is None


def test_a_process_that_does_not_answer_is_named(
    greeter: Service, folder: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.setattr(client, "_ANSWER_SECONDS", 0.2)
    address = greeter.ensure()
    os.kill(address.pid, signal.SIGSTOP)

    with pytest.raises(ServiceError) as error:
        greeter.ensure()

    os.kill(address.pid, signal.SIGCONT)
    text = str(error.value).replace(str(folder), "FOLDER").replace(str(address.pid), "PID")
    assert text.replace(str(address.port), "PORT") == snapshot


def test_a_process_that_does_not_know_the_token_proves_nothing(greeter: Service) -> None:
    address = greeter.ensure()

    assert proven_use(address, timeout=10)
    assert not proven_use(replace(address, token="another token"), timeout=10)


def test_the_proof_does_not_send_the_token(someone_else: socket.socket) -> None:
    address = Address("127.0.0.1", someone_else.getsockname()[1], os.getpid(), "the-token")

    with ThreadPoolExecutor(1) as asking:
        answer = asking.submit(proven_use, address, timeout=1)
        connection, _ = someone_else.accept()
        question = connection.recv(4096)
        connection.close()

    assert answer.result() is None
    assert b"the-token" not in question


def test_a_start_that_fails_shows_the_end_of_the_log(
    folder: Path, snapshot: SnapshotAssertion
) -> None:
    broken = Service("greeter", folder, "tests.service.broken")

    with pytest.raises(ServiceError) as error:
        broken.ensure()

    shown = str(error.value).replace(str(folder), "FOLDER").splitlines()
    assert [line for line in shown if "File " not in line] == snapshot


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    (tmp_path / "file").touch()
    service = Service("greeter", tmp_path / "file" / ".devsession", "tests.service.greeter")

    with pytest.raises(ServiceError) as error:
        service.ensure()

    assert str(error.value).replace(str(tmp_path), "FOLDER") == snapshot


def test_the_socket_says_that_it_is_tcp_so_that_answers_are_not_held_back(folder: Path) -> None:
    with listen(folder / "greeter.json") as listening:
        assert listening.proto == socket.IPPROTO_TCP
        assert listening.getsockname()[0] == "127.0.0.1"


def test_the_port_file_is_plain_json(greeter: Service, folder: Path) -> None:
    address = greeter.ensure()

    assert json.loads((folder / "greeter.json").read_bytes()) == vars(address)
