"""How we stand in aiohttp: as the last of a session's middlewares, where one request is sent.

The body of an answer is listened to on its way to the caller: it streams as without us, but for
errors and short bodies of a known length, which callers often leave unread. They are read at once. A
request's body is read whole before it is sent. WebSockets are not recorded.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

from aiohttp import (
    ClientOSError,
    ClientResponse,
    ClientSession,
    HttpVersion11,
    ServerTimeoutError,
    StreamReader,
)
from aiohttp import __version__ as aiohttp_version
from aiohttp.payload import Payload
from multidict import CIMultiDict, CIMultiDictProxy

from devsession.errors import UsageError
from devsession.recording.calls import Arrival, Call, Player, framed
from devsession.recording.exchange import Exchange, grouped, header_text, without

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUFFER = 1 << 16
# What aiohttp has decompressed when a body leaves its parser.
_DECOMPRESSED = {"gzip", "deflate", "br", "zstd"}
_NEWER = {
    name: value
    for name, value in {"stream_writer": SimpleNamespace(output_size=0)}.items()
    if name in inspect.signature(ClientResponse.__init__).parameters
}


@contextlib.contextmanager
def hooked_aiohttp(player: Player) -> Iterator[None]:
    """Every request of aiohttp is decided by the player, until the block ends."""
    request = ClientSession._request

    async def requesting(session: Any, method: str, url: Any, **options: Any) -> Any:
        if not hasattr(session, "_middlewares"):
            raise UsageError(
                f"aiohttp {aiohttp_version} cannot be recorded",
                tried=f"{method} {url}",
                next_step="pip install 'aiohttp>=3.12'",
            )
        own = options.pop("middlewares", None)
        decompresses = options.get("auto_decompress")
        deciding = _Deciding(
            player, session.auto_decompress if decompresses is None else decompresses
        )
        options["middlewares"] = (*(session._middlewares if own is None else own), deciding)
        return await request(session, method, url, **options)

    with mock.patch.object(ClientSession, "_request", requesting):
        yield


class _Deciding:
    """The middleware: a redirect or another middleware's second try is a request of its own."""

    def __init__(self, player: Player, decompresses: bool) -> None:
        self._player = player
        self._decompresses = decompresses

    async def __call__(self, request: Any, send: Any) -> ClientResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await send(request)  # type: ignore[no-any-return]
        body = request.body
        sent = Exchange(
            method=request.method,
            url=str(request.url),
            request_headers=grouped(request.headers.items()),
            request_body=await body.as_bytes() if isinstance(body, Payload) else bytes(body),
        )
        try:
            decision = self._player.answer(sent)
        except TimeoutError as error:
            raise ServerTimeoutError(str(error)) from error
        except ConnectionError as error:
            raise ClientOSError(*error.args) from error
        if not isinstance(decision, Call):
            answer = decision.plain()
            unpacks = self._decompresses and answer.compressed in _DECOMPRESSED
            return _played(answer, request, unpacks=unpacks)
        async with decision.sending_async():
            response = await send(request)
        if not decision.heard:
            return response  # type: ignore[no-any-return]
        answered = replace(
            sent,
            status=response.status,
            reason=header_text(response.reason or ""),
            response_headers=grouped(response.raw_headers),
        )
        arrival = Arrival(decision, answered)
        if response.content.at_eof():
            arrival.ended()
            return response  # type: ignore[no-any-return]
        coding = response.headers.get("Content-Encoding", "")
        if self._decompresses and coding in _DECOMPRESSED:
            plain = without(answered.response_headers, "content-encoding")
            answered = replace(answered, response_headers=plain, compressed=coding)
            arrival = Arrival(decision, answered)
        chunked = "chunked" in response.headers.get("Transfer-Encoding", "")
        response.content = tap = _Tap(response.content, arrival, chunked=chunked)
        if arrival.is_error or arrival.worth_fetching():
            try:
                await tap.fetch()
            except BaseException:
                response.close()
                raise
        return response  # type: ignore[no-any-return]


class _Connected:
    """The connection that a StreamReader wants; a tap reads from another one instead."""

    _reading_paused = False
    connected = True

    def pause_reading(self) -> None:
        pass

    def resume_reading(self, resume_parser: bool = True) -> None:
        pass


class _Tap(StreamReader):
    """An answer's body: the pieces that pass are told to its arrival."""

    __slots__ = ("_arrival", "_source")

    def __init__(self, source: StreamReader, arrival: Arrival, *, chunked: bool) -> None:
        lines, _ = source.get_read_buffer_limits()
        super().__init__(_Connected(), lines, loop=asyncio.get_running_loop())  # type: ignore[arg-type]
        self._source = source
        self._arrival = arrival
        if chunked:
            self.begin_http_chunk_receiving()

    async def fetch(self) -> None:
        """Read all that is to come before its caller asks for it, who then gets what stopped it."""
        try:
            while not self._eof:
                await self._wait("fetch")
        except Exception as error:  # noqa: BLE001  # whoever reads gets it
            super().set_exception(error)

    async def wait_eof(self) -> None:
        while not self._eof:
            await self._wait("wait_eof")

    def set_exception(self, exc: BaseException, *cause: Any) -> None:
        """The caller has closed the answer."""
        with contextlib.suppress(Exception):
            self._arrival.add(self._source.read_nowait())
        self._arrival.ended()
        super().set_exception(exc, *cause)

    async def _wait(self, _function: str) -> None:
        try:
            piece, ends_chunk = await self._source.readchunk()
        except BaseException as error:
            self._arrival.broken(error)
            raise
        if piece:
            self._arrival.add(piece)
            self.feed_data(piece)
        if ends_chunk:
            self.end_http_chunk_receiving()
        elif not piece:
            self._arrival.ended()
            self.feed_eof()


def _played(answer: Exchange, request: Any, *, unpacks: bool) -> ClientResponse:
    sent = answer.as_sent()
    body = answer.response_body if unpacks else sent.response_body
    headers = CIMultiDict(framed(sent))
    response: Any = request.response_class(
        request.method,
        request.original_url,
        writer=None,
        continue100=None,
        timer=request._timer,
        request_info=request.request_info,
        traces=request._traces,
        loop=request.loop,
        session=request._session,
        **_NEWER,
    )
    response.version = HttpVersion11
    response.status = answer.status
    response.reason = answer.reason
    response._headers = CIMultiDictProxy(headers)
    response._raw_headers = tuple(
        (name.encode(), value.encode()) for name, value in headers.items()
    )
    response._raw_cookie_headers = tuple(headers.getall("Set-Cookie", ())) or None
    response.content = StreamReader(
        _Connected(),  # type: ignore[arg-type]
        max(_BUFFER, len(body)),
        loop=request.loop,
    )
    response.content.feed_data(body)
    response.content.feed_eof()
    return response  # type: ignore[no-any-return]
