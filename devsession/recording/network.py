"""A shut network: every connection and every name lookup of this process is an error at the call."""

from __future__ import annotations

import socket
import sys
import threading
from typing import TYPE_CHECKING, Any, ClassVar

from devsession.errors import NetworkShutError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_CALLS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_INTERNET = {socket.AF_INET, socket.AF_INET6}


class NetworkShut:
    """While entered, only what `is_open(host, port)` names can be connected to: no other loopback.

    Python itself announces each call before it is made (an audit event), from any thread and any
    library, one that bound socket's functions earlier too. Open connections go on, Unix sockets
    are no network. `refused` lists the `host:port` of every refused call, also of those whose
    error the caller swallowed.
    """

    _entered: ClassVar[list[NetworkShut]] = []
    _lock: ClassVar[threading.Lock] = threading.Lock()
    _listening: ClassVar[bool] = False

    def __init__(self, is_open: Callable[[str, int], bool] = lambda _host, _port: False) -> None:
        self._is_open = is_open
        self.refused: list[str] = []

    def __enter__(self) -> NetworkShut:
        with self._lock:
            self._entered.append(self)
            if not NetworkShut._listening:
                # A hook cannot be taken out again: it does nothing while no shut is entered.
                sys.addaudithook(_check)
                NetworkShut._listening = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._entered.remove(self)

    def refuse(self, host: str, port: int) -> None:
        """Raises: NetworkShutError unless the place is open."""
        if self._is_open(host, port):
            return
        place = f"{host}:{port}" if port else host
        self.refused.append(place)
        raise NetworkShutError(
            f"a call to {place} was stopped: the network is shut",
            tried="reaching an app although only recordings may answer "
            "(requests, urllib3, httpx, aiohttp and boto3 are recorded)",
            where=place,
            next_step="run it live once, without DEVSESSION_OFFLINE, to record what it needs",
            host=host,
            port=port,
        )


def _check(event: str, details: tuple[Any, ...]) -> None:
    if not NetworkShut._entered or not event.startswith("socket."):
        return
    if event in _LOOKUPS:
        host, port = details[0], details[1] if event == "socket.getaddrinfo" else 0
    elif event in _CALLS and details[0].family in _INTERNET and isinstance(details[1], tuple):
        host, port = details[1][:2]
    else:
        return
    if not host:
        return  # a server that asks for its own addresses
    for shut in tuple(NetworkShut._entered):
        shut.refuse(_text(host), _number(port))


def _text(host: str | bytes) -> str:
    return host.decode("idna") if isinstance(host, bytes) else host


def _number(port: Any) -> int:
    return int(port) if str(port).isdigit() else 0
