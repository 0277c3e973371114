"""A shut network: every connection and every name lookup of this process is an error at the call."""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import ExitStack
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar
from unittest import mock

from devsession.errors import NetworkShutError

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_CALLS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_NAMING = ("connect", "connect_ex", "sendto", "sendmsg")
_INTERNET = {socket.AF_INET, socket.AF_INET6}
_RECORD = "run it live once, without DEVSESSION_OFFLINE, to record what it needs"


class NetworkShut:
    """While entered, only what `is_open(host, port)` names can be connected to: no other loopback.

    Python itself announces each call before it is made (an audit event), from any thread and any
    library, one that bound socket's functions earlier too. Open connections go on, Unix sockets
    are no network. Not announced is what another process does, and a library in C with sockets of
    its own (grpc, libcurl). `refused` lists the `host:port` of every refused call, also of those
    whose error the caller swallowed. next_step: what its errors advise.
    """

    _entered: ClassVar[list[NetworkShut]] = []
    _lock: ClassVar[threading.Lock] = threading.Lock()
    _listening: ClassVar[bool] = False
    _patches: ClassVar[ExitStack] = ExitStack()

    def __init__(
        self,
        is_open: Callable[[str, int], bool] = lambda _host, _port: False,
        *,
        next_step: str = _RECORD,
    ) -> None:
        self._is_open = is_open
        self._next_step = next_step
        self.refused: list[str] = []

    def __enter__(self) -> NetworkShut:
        with self._lock:
            if not self._entered:
                for name in _NAMING:
                    checked = _checked(getattr(socket.socket, name))
                    self._patches.enter_context(mock.patch.object(socket.socket, name, checked))
            self._entered.append(self)
            if not NetworkShut._listening:
                # A hook cannot be taken out again: it does nothing while no shut is entered.
                sys.addaudithook(_check)
                NetworkShut._listening = True
        return self

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._entered.remove(self)
            if not self._entered:
                self._patches.close()

    def refuse(self, host: str, port: int) -> None:
        """Raises: NetworkShutError unless the place is open."""
        if self._is_open(host, port):
            return
        place = f"{host}:{port}" if port else host
        self.refused.append(place)
        raise NetworkShutError(
            f"A call to {place} was stopped: the network is shut",
            tried="reaching an app although only recordings may answer "
            "(requests, urllib3, httpx, aiohttp and boto3 are recorded)",
            where=place,
            next_step=self._next_step,
            host=host,
            port=port,
        )


def _checked(method: Any) -> Any:
    """A method of a socket that gets a host. Python announces it after it has looked up its name."""

    @wraps(method)
    def checked(own: socket.socket, *details: Any) -> Any:
        _check("socket.connect", (own, details[-1] if details else None))
        return method(own, *details)

    return checked


def _check(event: str, details: tuple[Any, ...]) -> None:
    if not NetworkShut._entered or not event.startswith("socket."):
        return
    if event in _LOOKUPS:
        host, port = details[0], details[1] if event == "socket.getaddrinfo" else 0
        if not host:
            return  # a server that asks for its own addresses
    elif event == "socket.getnameinfo":
        host, port = details[0][:2]
    elif event in _CALLS and details[0].family in _INTERNET and _is_address(details[1]):
        host, port = details[1][:2]
    else:
        return
    for shut in tuple(NetworkShut._entered):
        # No host is this one, as the system sees it.
        shut.refuse(_text(host) or "localhost", _number(port))


def _is_address(detail: Any) -> bool:
    return (
        isinstance(detail, tuple)
        and bool(detail)
        and isinstance(detail[0], str | bytes | bytearray)
    )


def _text(host: str | bytes | bytearray) -> str:
    return host if isinstance(host, str) else bytes(host).decode("ascii", "backslashreplace")


def _number(port: Any) -> int:
    text = str(port)
    return int(text) if text.isascii() and text.isdecimal() else 0
