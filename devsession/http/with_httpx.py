"""Clients of httpx that send again what failed; each try is httpx's own, redirects and all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from devsession.http.retries import PLAYED, Tries

if TYPE_CHECKING:
    from devsession.http.limiter import RateLimiter
    from devsession.http.retries import Retries

_SLOT = "devsession.slot"
_OURS_TO_MEND = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


class RetryingClient(httpx.Client):
    """See `retrying_client`."""

    def __init__(self, retries: Retries, limiter: RateLimiter | None, **options: Any) -> None:
        super().__init__(**options)
        self._retries = retries
        if limiter is not None:

            def take(request: httpx.Request) -> None:
                request.extensions[_SLOT] = limiter.take(request.method, str(request.url))

            _hold(self, take, lambda response: _seen(response.request))

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """As httpx does, several times when that helps."""
        tries = _tries(self._retries, request)
        while True:
            try:
                response = super().send(request, **options)
            except httpx.TransportError as error:
                seconds = _after_error(tries, error)
                if seconds is None:
                    raise
            else:
                seconds = _after(tries, response)
                if seconds is None:
                    return response
                response.close()
            tries.wait(seconds)


class RetryingAsyncClient(httpx.AsyncClient):
    """See `retrying_async_client`."""

    def __init__(self, retries: Retries, limiter: RateLimiter | None, **options: Any) -> None:
        super().__init__(**options)
        self._retries = retries
        if limiter is not None:

            async def take(request: httpx.Request) -> None:
                slot = await limiter.take_async(request.method, str(request.url))
                request.extensions[_SLOT] = slot

            async def seen(response: httpx.Response) -> None:
                _seen(response.request)

            _hold(self, take, seen)

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """As httpx does, several times when that helps."""
        tries = _tries(self._retries, request)
        while True:
            try:
                response = await super().send(request, **options)
            except httpx.TransportError as error:
                seconds = _after_error(tries, error)
                if seconds is None:
                    raise
            else:
                seconds = _after(tries, response)
                if seconds is None:
                    return response
                await response.aclose()
            await tries.wait_async(seconds)


def _tries(retries: Retries, request: httpx.Request) -> Tries:
    # What a body that streams has given once it does not give again.
    whole = isinstance(request.stream, httpx.ByteStream)
    return Tries(retries, request.method, repeatable=whole)


def _after(tries: Tries, response: httpx.Response) -> float | None:
    played = bool(response.extensions.get(PLAYED))
    return tries.after(response.status_code, response.headers, played=played)


def _after_error(tries: Tries, error: httpx.TransportError) -> float | None:
    _seen(error.request)
    return None if isinstance(error, _OURS_TO_MEND) else tries.after_error()


def _hold(client: httpx.Client | httpx.AsyncClient, take: Any, seen: Any) -> None:
    """Each request that the client sends waits, those that redirects make too."""
    hooks = client.event_hooks
    client.event_hooks = {
        "request": [*hooks["request"], take],
        "response": [seen, *hooks["response"]],
    }


def _seen(request: httpx.Request) -> None:
    slot = request.extensions.pop(_SLOT, None)
    if slot is not None:
        slot.seen()
