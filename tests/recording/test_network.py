"""A shut network stops a call where it is made, whoever makes it."""

from __future__ import annotations

import asyncio
import http.client
import smtplib
import socket
import ssl
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from socket import create_connection, getaddrinfo
from typing import TYPE_CHECKING

import aiohttp
import httpx
import pytest
import requests

from devsession.errors import NetworkShutError
from devsession.recording.network import NetworkShut
from tests.recording.app import App

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


def unconnected(kind: int = socket.SOCK_STREAM) -> socket.socket:
    return socket.socket(type=kind)


def without_waiting(address: tuple[str, int]) -> int:
    waiting = unconnected()
    waiting.setblocking(False)
    return waiting.connect_ex(address)


def over_tls() -> None:
    ssl.create_default_context().wrap_socket(unconnected(), server_hostname="x").connect(PLACE)


async def open_stream() -> None:
    await asyncio.open_connection("127.0.0.1", 9)


async def open_datagrams() -> None:
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=PLACE)


async def look_up() -> None:
    await asyncio.get_running_loop().getaddrinfo("app.example", 443)


async def look_up_by_aiohttp() -> None:
    await aiohttp.ThreadedResolver().resolve("app.example", 443)


async def look_up_a_name() -> None:
    await asyncio.get_running_loop().getnameinfo(PLACE)


PLACE = ("127.0.0.1", 9)
NAMED = ("app.example", 443)
CALLS: dict[str, Callable[[], object]] = {
    "connect": lambda: unconnected().connect(PLACE),
    "connect_ex": lambda: unconnected().connect_ex(PLACE),
    "connect_ex that does not wait": lambda: without_waiting(PLACE),
    "connect, by name": lambda: unconnected().connect(NAMED),
    "connect_ex, by name": lambda: unconnected().connect_ex(NAMED),
    "connect to no host": lambda: unconnected().connect(("", 9)),
    "bytes": lambda: unconnected().connect((b"127.0.0.1", 9)),
    "ipv6": lambda: socket.socket(socket.AF_INET6).connect(("::1", 9)),
    "bound earlier": lambda: create_connection(PLACE),
    "tls": over_tls,
    "sendto": lambda: unconnected(socket.SOCK_DGRAM).sendto(b"", ("127.0.0.1", 53)),
    "sendto, with flags": lambda: unconnected(socket.SOCK_DGRAM).sendto(b"", 0, NAMED),
    "sendmsg": lambda: unconnected(socket.SOCK_DGRAM).sendmsg([b""], [], 0, NAMED),
    "lookup": lambda: getaddrinfo("app.example", 443),
    "lookup without a port": lambda: getaddrinfo("app.example", None),
    "lookup of bytes": lambda: getaddrinfo(b"\xff.example", "https"),
    "old lookup": lambda: socket.gethostbyname("app.example"),
    "old lookup, all": lambda: socket.gethostbyname_ex("app.example"),
    "lookup of an address": lambda: socket.gethostbyaddr("127.0.0.1"),
    "lookup of a name": lambda: socket.getnameinfo(PLACE, 0),
    "asyncio": lambda: asyncio.run(open_stream()),
    "asyncio, datagrams": lambda: asyncio.run(open_datagrams()),
    "asyncio, lookup": lambda: asyncio.run(look_up()),
    "asyncio, lookup of a name": lambda: asyncio.run(look_up_a_name()),
    "aiohttp, lookup": lambda: asyncio.run(look_up_by_aiohttp()),
    "http.client": lambda: http.client.HTTPConnection(*PLACE).request("GET", "/"),
    "urllib.request": lambda: urllib.request.urlopen("http://127.0.0.1:9/"),
    "smtplib": lambda: smtplib.SMTP(*PLACE),
    "requests": lambda: requests.get("http://127.0.0.1:9/x", timeout=1),
    "httpx": lambda: httpx.get("http://127.0.0.1:9/x", timeout=1),
}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_is_an_error(call: Callable[[], object]) -> None:
    with NetworkShut() as shut, pytest.raises(NetworkShutError):
        call()

    assert len(shut.refused) == 1


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_is_an_error_in_any_thread(call: Callable[[], object]) -> None:
    with NetworkShut(), ThreadPoolExecutor(1) as pool:
        error = pool.submit(call).exception()

    assert isinstance(error, NetworkShutError)


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


def test_sockets_are_as_they_were(app: App) -> None:
    before = socket.socket.connect
    outer, inner = NetworkShut(), NetworkShut()

    outer.__enter__()
    inner.__enter__()
    outer.__exit__(None, None, None)
    with pytest.raises(NetworkShutError):
        create_connection(PLACE)
    inner.__exit__(None, None, None)

    assert socket.socket.connect is before


def test_a_datagram_of_an_open_socket_goes_on() -> None:
    with unconnected(socket.SOCK_DGRAM) as server, unconnected(socket.SOCK_DGRAM) as client:
        server.bind(("127.0.0.1", 0))
        client.connect(server.getsockname())
        with NetworkShut():
            client.sendmsg([b"hello"])

        assert server.recv(5) == b"hello"


def test_a_server_can_be_started(app: App) -> None:
    async def serve() -> None:
        server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
        server.close()

    with NetworkShut() as shut:
        asyncio.run(serve())

    assert shut.refused == []
