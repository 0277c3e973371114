"""A service that ends without being asked to, and one that has no room on its disk."""

from __future__ import annotations

import os
import resource
import signal
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING

import psutil
import pytest

from devsession.errors import ServiceError
from devsession.service import Address
from devsession.service.port_file import publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.service import Service


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process grows beyond some bytes, which its writer is told as on a full disk.

    Not for longer than it has to be: the file that the tests' own output goes to is one as well.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.send_signal(signal.SIGKILL)
    psutil.wait_procs([process], timeout=60)


def test_a_crash_is_told_from_a_stop(greeter: Service) -> None:
    stopped = greeter.ensure()
    greeter.stop()
    how_it_stopped = greeter.ending(stopped)
    crashed = greeter.ensure()
    kill(crashed.pid)
    how_it_crashed = greeter.ending(crashed)

    assert how_it_stopped is not None
    assert how_it_stopped.how == "stopped"
    assert how_it_crashed is not None
    assert (how_it_crashed.how, how_it_crashed.pid) == ("crashed", crashed.pid)


def test_a_crash_is_still_known_when_somebody_started_it_again(greeter: Service) -> None:
    crashed = greeter.ensure()
    kill(crashed.pid)
    greeter.ensure()

    ending = greeter.ending(crashed)

    assert ending is not None
    assert (ending.how, ending.pid) == ("crashed", crashed.pid)


def test_a_crash_shows_its_cause_and_no_token(greeter: Service, folder: Path) -> None:
    address = greeter.ensure()
    with pytest.raises((RemoteDisconnected, ConnectionResetError, urllib.error.URLError)):
        urllib.request.urlopen(f"http://{address.host}:{address.port}/crash")

    before = greeter.ending(address)
    greeter.ensure()
    after = greeter.ending(address)

    assert before is not None
    assert after is not None
    assert "Fatal Python error: Aborted" in before.log
    assert after.log == before.log
    assert (after.log_file, before.log_file) == (
        folder / "greeter.crash.log",
        folder / "greeter.log",
    )
    assert address.token not in "".join(before.log)
    assert (folder / "greeter.crash.log").stat().st_mode & 0o777 == 0o600


def test_one_that_runs_has_not_ended(greeter: Service) -> None:
    greeter.ensure()

    assert greeter.ending() is None


def test_a_start_on_a_full_disk_says_so(
    greeter: Service, folder: Path, snapshot: SnapshotAssertion
) -> None:
    with full_disk(), pytest.raises(ServiceError) as error:
        greeter.ensure()

    assert str(error.value).replace(str(folder), "FOLDER") == snapshot


def test_a_port_file_that_does_not_fit_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    port_file = tmp_path / "greeter.json"
    port_file.write_text("old")

    with full_disk(), pytest.raises(OSError, match="File too large"):
        publish(port_file, Address("127.0.0.1", 1, os.getpid(), "token"))

    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [
        ("greeter.json", "old")
    ]
