"""A shut network stops a call where it is made, whoever makes it."""

from __future__ import annotations

import asyncio
import socket
import threading
from socket import create_connection, getaddrinfo
from typing import TYPE_CHECKING

import pytest
import requests

from devsession.errors import NetworkShutError
from devsession.recording.network import NetworkShut
from tests.recording.app import App

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


async def open_stream() -> None:
    await asyncio.open_connection("127.0.0.1", 9)


CALLS: dict[str, Callable[[], object]] = {
    "connect": lambda: socket.socket().connect(("127.0.0.1", 9)),
    "connect_ex": lambda: socket.socket().connect_ex(("127.0.0.1", 9)),
    "ipv6": lambda: socket.socket(socket.AF_INET6).connect(("::1", 9)),
    "bound earlier": lambda: create_connection(("127.0.0.1", 9)),
    "lookup": lambda: getaddrinfo("app.example", 443),
    "old lookup": lambda: socket.gethostbyname("app.example"),
    "udp": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"", ("127.0.0.1", 53)),
    "asyncio": lambda: asyncio.run(open_stream()),
    "requests": lambda: requests.get("http://127.0.0.1:9/x", timeout=1),
}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_is_an_error(call: Callable[[], object]) -> None:
    with NetworkShut(), pytest.raises(NetworkShutError):
        call()


def test_a_call_of_another_thread_is_an_error_there(snapshot: SnapshotAssertion) -> None:
    errors: list[NetworkShutError] = []

    def call() -> None:
        with pytest.raises(NetworkShutError) as error:
            create_connection(("api.example", 443))
        errors.append(error.value)

    thread = threading.Thread(target=call)
    with NetworkShut() as shut:
        thread.start()
        thread.join()

    assert shut.refused == ["api.example:443"]
    assert str(errors[0]) == snapshot


def test_only_the_exact_host_and_port_is_open(app: App) -> None:
    host, port = app.address.split(":")
    other = App()

    with NetworkShut(lambda asked, number: (asked, number) == (host, int(port))):
        assert requests.get(app.url, timeout=30).json() == {"call": 1}
        with pytest.raises(NetworkShutError):
            requests.get(other.url, timeout=30)

    other.stop()


def test_an_open_socket_stays_open(app: App) -> None:
    host, port = app.address.split(":")
    with create_connection((host, int(port))) as connection, NetworkShut():
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")

        assert connection.recv(15) == b"HTTP/1.1 200 OK"


def test_unix_sockets_are_no_network(tmp_path: Path) -> None:
    place = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(place)
        server.listen()
        with NetworkShut():
            client.connect(place)

        assert client.getpeername() == place


def test_the_network_opens_again(app: App) -> None:
    with NetworkShut(), NetworkShut():
        pass

    assert requests.get(app.url, timeout=30).json() == {"call": 1}
