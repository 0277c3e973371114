"""A player that gives no answer: the caller gets what its HTTP library raises then."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx
import pytest
import requests
import urllib3

from devsession.recording.hooks import hooked

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.recording.exchange import Exchange

URL = "http://app.test/contacts"


class Silent:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def answer(self, request: Exchange) -> Exchange:
        raise self.error


async def _with_aiohttp() -> None:
    async with aiohttp.ClientSession() as session:
        await session.post(URL)


async def _with_async_httpx() -> None:
    async with httpx.AsyncClient() as client:
        await client.post(URL)


CALLS: dict[str, Callable[[], Any]] = {
    "requests": lambda: requests.post(URL, timeout=5),
    "urllib3": lambda: urllib3.PoolManager().request("POST", URL, retries=False),
    "httpx": lambda: httpx.post(URL),
    "async httpx": lambda: asyncio.run(_with_async_httpx()),
    "aiohttp": lambda: asyncio.run(_with_aiohttp()),
}


@pytest.mark.parametrize(
    ("library", "expected"),
    [
        ("requests", requests.ReadTimeout),
        ("urllib3", urllib3.exceptions.ReadTimeoutError),
        ("httpx", httpx.ReadTimeout),
        ("async httpx", httpx.ReadTimeout),
        ("aiohttp", aiohttp.ServerTimeoutError),
    ],
)
def test_in_time(library: str, expected: type[Exception]) -> None:
    with hooked(Silent(TimeoutError("no answer"))), pytest.raises(expected, match="no answer"):
        CALLS[library]()


@pytest.mark.parametrize(
    ("library", "expected"),
    [
        ("requests", requests.ConnectionError),
        ("urllib3", urllib3.exceptions.ProtocolError),
        ("httpx", httpx.ReadError),
        ("async httpx", httpx.ReadError),
        ("aiohttp", aiohttp.ClientOSError),
    ],
)
def test_for_the_connection_broke(library: str, expected: type[Exception]) -> None:
    with hooked(Silent(ConnectionResetError("it broke"))), pytest.raises(expected, match="broke"):
        CALLS[library]()


def test_for_there_is_no_app() -> None:
    with hooked(Silent(ConnectionRefusedError("nobody there"))), pytest.raises(httpx.ConnectError):
        CALLS["httpx"]()
