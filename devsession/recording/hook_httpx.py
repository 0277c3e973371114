"""How we stand in httpx: where a transport sends one request.

The body of an answer is listened to on its way to the caller: it streams as without us. A request's
body is read whole before it is sent.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest import mock

import httpx

from devsession.http.retries import PLAYED
from devsession.recording.calls import Arrival, Call, Player, framed
from devsession.recording.exchange import Exchange, grouped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_TRANSPORTS: tuple[Any, ...] = (httpx.HTTPTransport, httpx.WSGITransport, httpx.MockTransport)
_ASYNC_TRANSPORTS: tuple[Any, ...] = (
    httpx.AsyncHTTPTransport,
    httpx.ASGITransport,
    httpx.MockTransport,
)


@contextlib.contextmanager
def hooked_httpx(player: Player) -> Iterator[None]:
    """Every request of httpx is decided by the player, until the block ends."""
    with contextlib.ExitStack() as stack:
        for transport in _TRANSPORTS:
            hook = _deciding(player, transport.handle_request)
            stack.enter_context(mock.patch.object(transport, "handle_request", hook))
        for transport in _ASYNC_TRANSPORTS:
            hook = _deciding_async(player, transport.handle_async_request)
            stack.enter_context(mock.patch.object(transport, "handle_async_request", hook))
        yield


def _deciding(player: Player, handle: Any) -> Any:
    def handle_request(transport: Any, request: httpx.Request) -> httpx.Response:
        sent = _sent(request, b"".join(request.stream))  # type: ignore[arg-type]
        with _unanswered(request):
            decision = player.answer(sent)
        if not isinstance(decision, Call):
            return _played(decision)
        with decision.sending():
            response = handle(transport, request)
            if not decision.heard:
                return response  # type: ignore[no-any-return]
            tap = _Tap(response.stream, _arrival(decision, sent, response))
            if tap.arrival.is_error:
                tap.fetch()
        return _with(response, tap)

    return handle_request


def _deciding_async(player: Player, handle: Any) -> Any:
    async def handle_async_request(transport: Any, request: httpx.Request) -> httpx.Response:
        sent = _sent(request, b"".join([part async for part in request.stream]))  # type: ignore[union-attr]
        with _unanswered(request):
            decision = player.answer(sent)
        if not isinstance(decision, Call):
            return _played(decision)
        async with decision.sending_async():
            response = await handle(transport, request)
            if not decision.heard:
                return response  # type: ignore[no-any-return]
            tap = _AsyncTap(response.stream, _arrival(decision, sent, response))
            if tap.arrival.is_error:
                await tap.fetch()
        return _with(response, tap)

    return handle_async_request


@contextlib.contextmanager
def _unanswered(request: httpx.Request) -> Iterator[None]:
    """Inside, what stands for no answer becomes httpx's own error."""
    try:
        yield
    except TimeoutError as error:
        raise httpx.ReadTimeout(str(error), request=request) from error
    except ConnectionRefusedError as error:
        raise httpx.ConnectError(str(error), request=request) from error
    except ConnectionError as error:
        raise httpx.ReadError(str(error), request=request) from error


def _sent(request: httpx.Request, body: bytes) -> Exchange:
    request.stream = httpx.ByteStream(body)
    return Exchange(
        method=request.method,
        url=str(request.url),
        request_headers=grouped(request.headers.raw),
        request_body=body,
    )


def _arrival(call: Call, sent: Exchange, response: httpx.Response) -> Arrival:
    return Arrival(
        call,
        replace(
            sent,
            status=response.status_code,
            reason=response.reason_phrase,
            response_headers=grouped(response.headers.raw),
        ),
    )


def _with(response: httpx.Response, tap: Any) -> httpx.Response:
    return httpx.Response(
        response.status_code,
        headers=response.headers,
        stream=tap,
        extensions=response.extensions,
    )


def _played(answer: Exchange) -> httpx.Response:
    answer = answer.as_sent()
    reason = {"reason_phrase": answer.reason.encode("ascii", "replace")} if answer.reason else {}
    return httpx.Response(
        answer.status or 0,
        headers=[(name.encode(), value.encode()) for name, value in framed(answer)],
        # With `content` instead, it would be read already, which a live answer is not.
        stream=httpx.ByteStream(answer.response_body),
        extensions={"http_version": b"HTTP/1.1", PLAYED: answer.from_tape, **reason},
    )


class _Tap(httpx.SyncByteStream):
    """An answer's body: the pieces that pass are told to its arrival."""

    def __init__(self, stream: Any, arrival: Arrival) -> None:
        self.arrival = arrival
        self._stream = stream
        self._pieces = iter(stream)
        self._ahead: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        yield from self._ahead
        while (piece := self._next()) is not None:
            yield piece

    def close(self) -> None:
        if self.arrival.worth_fetching():
            with contextlib.suppress(Exception):  # which is told already
                self.fetch()
        self.arrival.ended()
        self._stream.close()

    def fetch(self) -> None:
        """Read all that is to come before its caller asks for it."""
        while (piece := self._next()) is not None:
            self._ahead.append(piece)

    def _next(self) -> bytes | None:
        try:
            return self.arrival.heard(next(self._pieces, None))
        except BaseException as error:
            self.arrival.broken(error)
            self._stream.close()
            raise


class _AsyncTap(httpx.AsyncByteStream):
    """The same for an asynchronous answer."""

    def __init__(self, stream: Any, arrival: Arrival) -> None:
        self.arrival = arrival
        self._stream = stream
        self._pieces = aiter(stream)
        self._ahead: list[bytes] = []

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._ahead:
            yield piece
        while (piece := await self._next()) is not None:  # type: ignore[assignment]
            yield piece

    async def aclose(self) -> None:
        if self.arrival.worth_fetching():
            with contextlib.suppress(Exception):  # which is told already
                await self.fetch()
        self.arrival.ended()
        await self._stream.aclose()

    async def fetch(self) -> None:
        """Read all that is to come before its caller asks for it."""
        while (piece := await self._next()) is not None:
            self._ahead.append(piece)

    async def _next(self) -> bytes | None:
        try:
            return self.arrival.heard(await anext(self._pieces, None))
        except BaseException as error:
            self.arrival.broken(error)
            await self._stream.aclose()
            raise
