"""Calls an app in this process, without a socket, and holds each answer against its description."""

from __future__ import annotations

import asyncio
from functools import partialmethod
from typing import TYPE_CHECKING, Any

import httpx

from tests.sandbox.described import check_exchange

if TYPE_CHECKING:
    from starlette.types import ASGIApp


class Client:
    """Sends these headers with each request."""

    def __init__(self, app: ASGIApp, headers: dict[str, str], *, raises: bool = True) -> None:
        self.headers = headers
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=raises)

    def request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        async def call() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport, base_url="http://sandbox.test"
            ) as client:
                sent = self.headers | (headers or {})
                return await client.request(method, path, headers=sent, **options)

        response = asyncio.run(call())
        check_exchange(response)
        return response

    get = partialmethod(request, "GET")
    head = partialmethod(request, "HEAD")
    post = partialmethod(request, "POST")
    put = partialmethod(request, "PUT")
    patch = partialmethod(request, "PATCH")
    delete = partialmethod(request, "DELETE")
