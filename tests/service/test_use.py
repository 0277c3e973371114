"""When a service ends by itself, and how it tells that it did."""

from __future__ import annotations

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psutil
import pytest

from devsession.errors import ServiceError
from devsession.service import use
from devsession.service.use import IDLE_VARIABLE, Usage, idle_minutes

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.service import Service


class Clock:
    """Stands for `time`: moves when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(use, "time", clock)
    return clock


def test_ends_by_itself_when_nobody_uses_it_and_is_started_by_the_next_use(
    greeter: Service, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(IDLE_VARIABLE, "0.001")
    first = greeter.ensure()
    psutil.wait_procs([*processes(first.pid)], timeout=60)

    ended = greeter.ending()
    monkeypatch.delenv(IDLE_VARIABLE)
    again = greeter.ensure()

    assert ended is not None
    assert (ended.pid, ended.how) == (first.pid, "idle")
    assert (folder / "ended-tidily").exists()
    assert again.port == first.port
    assert again.pid != first.pid


def processes(pid: int) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if process.pid == pid]


def test_whoever_looks_for_it_while_it_ends_gets_one_that_was_alive(
    greeter: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(IDLE_VARIABLE, "0.0001")

    with ThreadPoolExecutor(2) as lookers:
        found = list(lookers.map(lambda _: greeter.ensure().port, range(8)))

    assert len(found) == 8


def test_an_open_connection_keeps_it(clock: Clock) -> None:
    connections: set[str] = {"kernel"}
    usage = Usage(30)
    usage.connections = lambda: connections

    clock.seconds += 3600
    while_connected = usage.idle()
    connections.clear()
    clock.seconds += 1799
    soon_after = usage.idle()
    clock.seconds += 1
    long_after = usage.idle()

    assert (while_connected, soon_after, long_after) == (False, False, True)


def test_one_without_a_limit_is_never_idle(clock: Clock) -> None:
    usage = Usage(None)

    clock.seconds += 1e9

    assert not usage.idle()


def test_it_tells_who_is_connected(greeter: Service) -> None:
    address = greeter.ensure()

    with socket.create_connection((address.host, address.port)):
        told = greeter.use()

    assert told is not None
    assert (told.connections, told.ends_after) == (1, 30)


def test_one_that_does_not_run_tells_nothing(greeter: Service) -> None:
    assert greeter.use() is None
    assert greeter.ending() is None


@pytest.mark.parametrize(
    ("text", "minutes"), [("", 30), ("5", 5), ("0.5", 0.5), ("0", None), (" 7 ", 7)]
)
def test_the_environment_says_how_long(
    text: str, minutes: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(IDLE_VARIABLE, text)

    assert idle_minutes() == minutes


@pytest.mark.parametrize("text", ["soon", "-1", "nan", "inf"])
def test_what_is_no_number_of_minutes_stops_the_start(
    text: str, greeter: Service, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.setenv(IDLE_VARIABLE, text)

    with pytest.raises(ServiceError) as error:
        greeter.ensure()

    assert str(error.value) == snapshot


def test_three_processes_that_need_it_at_once_get_one(greeter: Service, folder: Path) -> None:
    start = (
        "import sys; from pathlib import Path; from devsession.service import Service;"
        "print(Service('greeter', Path(sys.argv[1]), 'tests.service.greeter').ensure().pid)"
    )
    command = [sys.executable, "-c", start, str(folder)]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]

    said = {starter.communicate(timeout=120)[0] for starter in starters}

    assert said == {f"{greeter.ensure().pid}\n"}
