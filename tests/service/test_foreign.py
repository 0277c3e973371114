"""Somebody else's process at our port, or with our pid: neither believed, used nor stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from devsession.service import Address
from devsession.service.port_file import publish
from devsession.service.proof import proven_use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from devsession.service import Service


def closes(connection: socket.socket) -> None:
    connection.close()


def answers_anything(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")
    connection.close()


def answers_json(connection: socket.socket) -> None:
    connection.recv(4096)
    body = b'{"proof": "%s", "use": {"quiet_seconds": 1, "connections": 0, "ends_after": 30}}'
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body % (b"0" * 64))
    connection.close()


def never_ends(connection: socket.socket) -> None:
    """Sends something all the time, so that no single read ever waits long."""
    try:
        while True:
            connection.sendall(b"x")
            threading.Event().wait(0.05)
    except OSError:
        connection.close()


@pytest.fixture(params=[closes, answers_anything, answers_json, never_ends])
def foreign_port(request: pytest.FixtureRequest) -> Iterator[int]:
    """A port at which somebody else does something."""
    does: Callable[[socket.socket], None] = request.param
    listening: AbstractContextManager[socket.socket] = socket.create_server(("127.0.0.1", 0))

    def accept(server: socket.socket) -> None:
        try:
            while True:
                does(server.accept()[0])
        except OSError:
            return  # the test is over

    with listening as server:
        accepting = threading.Thread(target=accept, args=[server])
        accepting.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        accepting.join()


@pytest.fixture
def somebody() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with us."""
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        yield process
        process.kill()


def test_whoever_does_not_know_the_token_proves_nothing(foreign_port: int) -> None:
    address = Address("127.0.0.1", foreign_port, os.getpid(), "the-token")

    assert proven_use(address, timeout=1) is None


def test_a_pid_that_somebody_else_has_by_now_is_left_alone(
    greeter: Service, folder: Path, foreign_port: int, somebody: subprocess.Popen[bytes]
) -> None:
    folder.mkdir()
    publish(folder / "greeter.json", Address("127.0.0.1", foreign_port, somebody.pid, "old"))

    stopped = greeter.stop()
    found = greeter.address()
    started = greeter.ensure()

    assert (stopped, found) == (False, None)
    assert started.port != foreign_port
    assert somebody.poll() is None


@pytest.mark.parametrize("port", [-1, 0, 70_000])
def test_a_port_that_is_none_is_not_tried(greeter: Service, folder: Path, port: int) -> None:
    folder.mkdir()
    publish(folder / "greeter.json", Address("127.0.0.1", port, 2**22, "old"))

    assert greeter.ensure().port not in {-1, 0, 70_000}
