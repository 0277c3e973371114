"""Where a request goes, and whether that is among the addresses that a plugin declares."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from devsession.recording.matching import DEFAULT_PORTS

if TYPE_CHECKING:
    from collections.abc import Iterable


def undeclared(urls: Iterable[str], declared: Iterable[str]) -> list[str]:
    """What was called and is not declared, each `host` or `host:port` once, in order.

    A host without a port stands for the usual one; `*.acme.com` for each host of the domain.
    """
    known = {_without_usual_port(each.lower()) for each in declared}
    called = dict.fromkeys(map(_place, urls))
    return [place for place in called if not any(fnmatchcase(place, pattern) for pattern in known)]


def _place(url: str) -> str:
    address = urlsplit(url)
    host = address.hostname or ""
    host = f"[{host}]" if ":" in host else host
    usual = address.port in (None, DEFAULT_PORTS.get(address.scheme))
    return host if usual else f"{host}:{address.port}"


def _without_usual_port(declared: str) -> str:
    host, _, port = declared.rpartition(":")
    return host if port in {str(usual) for usual in DEFAULT_PORTS.values()} else declared
