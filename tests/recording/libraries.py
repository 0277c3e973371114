"""The HTTP libraries that are recorded, each asked in the same words."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp
import httpx
import requests
import urllib3
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from pathlib import Path

TIMEOUT = 60
# Made once, as httpx makes its own for each client, slowly.
TRUSTED = ssl.create_default_context()


@dataclass
class Ask:
    """A request: `chunks` is a body that a generator makes while it is sent."""

    url: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    chunks: tuple[bytes, ...] = ()
    proxy: str | None = None
    certificate: Path | None = None

    @property
    def sent(self) -> bytes | Iterable[bytes] | None:
        return iter(self.chunks) if self.chunks else self.body

    @property
    def sent_later(self) -> bytes | AsyncIterator[bytes] | None:
        async def generated() -> AsyncIterator[bytes]:
            for chunk in self.chunks:
                yield chunk

        return generated() if self.chunks else self.body

    @property
    def proxies(self) -> dict[str, str]:
        return {"http": self.proxy, "https": self.proxy} if self.proxy else {}

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.certificate) if self.certificate else TRUSTED


@dataclass
class Got:
    """An answer as its caller sees it, redirects followed."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes


def got(status: int, reason: str, headers: Iterable[tuple[str, str]], body: bytes) -> Got:
    return Got(status, reason, sorted((name.lower(), value) for name, value in headers), body)


def by_requests(ask: Ask, session: requests.Session | None = None) -> Got:
    response = (session or requests).request(
        ask.method,
        ask.url,
        headers=ask.headers,
        data=ask.sent,
        proxies=ask.proxies,
        verify=ask.certificate or True,
        timeout=TIMEOUT,
        allow_redirects=True,
    )
    raw = response.raw.headers.items()
    return got(response.status_code, response.reason, raw, response.content)


def by_session(ask: Ask) -> Got:
    with requests.Session() as session:
        by_requests(ask, session)
        return by_requests(ask, session)


def by_requests_stream(ask: Ask) -> Got:
    with requests.Session() as session:
        session.proxies = ask.proxies
        response = session.request(
            ask.method,
            ask.url,
            headers=ask.headers,
            data=ask.sent,
            verify=ask.certificate or True,
            timeout=TIMEOUT,
            allow_redirects=True,
            stream=True,
        )
        body = b"".join(response.iter_content(1000))
    return got(response.status_code, response.reason, response.raw.headers.items(), body)


def by_urllib3(ask: Ask) -> Got:
    trust = {"ca_certs": str(ask.certificate)} if ask.certificate else {}
    pool = urllib3.ProxyManager(ask.proxy, **trust) if ask.proxy else urllib3.PoolManager(**trust)
    with pool:
        response = pool.request(
            ask.method, ask.url, headers=ask.headers, body=ask.sent, timeout=TIMEOUT
        )
    return got(response.status, response.reason, response.headers.items(), response.data)


def by_botocore(ask: Ask) -> Got:
    session = URLLib3Session(
        verify=str(ask.certificate) if ask.certificate else True,
        proxies=ask.proxies,
        timeout=TIMEOUT,
    )
    request = AWSRequest(ask.method, ask.url, headers=ask.headers, data=ask.sent)
    response = session.send(request.prepare())
    return got(
        response.status_code, response.raw.reason, response.raw.headers.items(), response.content
    )


def by_httpx(ask: Ask) -> Got:
    with httpx.Client(proxy=ask.proxy, verify=ask.context, follow_redirects=True) as client:
        response = client.request(
            ask.method, ask.url, headers=ask.headers, content=ask.sent, timeout=TIMEOUT
        )
    headers = response.headers.multi_items()
    return got(response.status_code, response.reason_phrase, headers, response.content)


def by_httpx_stream(ask: Ask) -> Got:
    with (
        httpx.Client(proxy=ask.proxy, verify=ask.context, follow_redirects=True) as client,
        client.stream(
            ask.method, ask.url, headers=ask.headers, content=ask.sent, timeout=TIMEOUT
        ) as response,
    ):
        body = b"".join(response.iter_bytes(1000))
    headers = response.headers.multi_items()
    return got(response.status_code, response.reason_phrase, headers, body)


def by_async_httpx(ask: Ask) -> Got:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient(
            proxy=ask.proxy, verify=ask.context, follow_redirects=True
        ) as client:
            return await client.request(
                ask.method, ask.url, headers=ask.headers, content=ask.sent_later, timeout=TIMEOUT
            )

    response = asyncio.run(send())
    headers = response.headers.multi_items()
    return got(response.status_code, response.reason_phrase, headers, response.content)


def by_aiohttp(ask: Ask) -> Got:
    async def send() -> Got:
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                ask.method,
                ask.url,
                headers=ask.headers,
                data=ask.sent_later,
                proxy=ask.proxy,
                ssl=ask.context,
                allow_redirects=True,
                timeout=aiohttp.ClientTimeout(TIMEOUT),
            ) as response,
        ):
            body = await response.read()
            return got(response.status, response.reason or "", response.headers.items(), body)

    return asyncio.run(send())


LIBRARIES: list[Callable[[Ask], Got]] = [
    by_requests,
    by_session,
    by_requests_stream,
    by_urllib3,
    by_botocore,
    by_httpx,
    by_httpx_stream,
    by_async_httpx,
    by_aiohttp,
]
