"""How we stand in urllib3, and so in requests and boto3: where a pool sends one request.

The caller gets urllib3's own answer, whose body is listened to on its way: it streams as without us.
Played answers are read from bytes by http.client, as live ones are read from a socket. A request's
body is read whole before it is sent.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from http.client import HTTPResponse as WireResponse
from http.client import IncompleteRead
from io import BytesIO
from typing import TYPE_CHECKING, Any
from unittest import mock

from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import SKIP_HEADER

from devsession.recording.calls import Arrival, Call, Player, framed
from devsession.recording.exchange import Exchange, grouped

if TYPE_CHECKING:
    from collections.abc import Iterator

_PORTS = {"http": 80, "https": 443}
_PIECE = 1 << 16
_LINE_END = b"\r\n"


@contextlib.contextmanager
def hooked_urllib3(player: Player) -> Iterator[None]:
    """Every request of urllib3 is decided by the player, until the block ends."""
    make_request = HTTPConnectionPool._make_request
    prepare_proxy = HTTPSConnectionPool._prepare_proxy

    def decided(pool: Any, conn: Any, method: str, url: str, **options: Any) -> Any:
        options["body"], sent = _read(options.get("body"))
        headers = options.get("headers") or pool.headers
        request = Exchange(
            method=method,
            url=_absolute(pool, url),
            request_headers=grouped(
                (name, value) for name, value in headers.items() if value != SKIP_HEADER
            ),
            request_body=sent,
        )
        preload = options.pop("preload_content", True)
        decision = player.answer(request)
        if isinstance(decision, Call):
            try:
                response = make_request(pool, conn, method, url, preload_content=False, **options)
            except BaseException as error:
                decision.failed(error)
                raise
            _listen(response, decision, request)
        else:
            response = _played(decision, pool, method, url, options)
        if preload:
            response.read(decode_content=options.get("decode_content", True), cache_content=True)
        return response

    def prepared(pool: Any, conn: Any) -> None:
        # urllib3 opens the tunnel before the request is known. It is opened when it is needed.
        with mock.patch.object(conn, "connect"):
            prepare_proxy(pool, conn)

    with (
        mock.patch.object(HTTPConnectionPool, "_make_request", decided),
        mock.patch.object(HTTPSConnectionPool, "_prepare_proxy", prepared),
    ):
        yield


def _read(body: Any) -> tuple[Any, bytes]:
    """A request's body, to be sent as urllib3 would have sent it, and its bytes."""
    if body is None:
        return None, b""
    if isinstance(body, str):
        return body, body.encode()
    if hasattr(body, "read"):
        chunks = [body.read()]
    else:
        try:
            return body, bytes(memoryview(body))
        except TypeError:
            chunks = list(body)
    chunks = [chunk.encode() if isinstance(chunk, str) else bytes(chunk) for chunk in chunks]
    return iter(chunks), b"".join(chunks)


def _absolute(pool: Any, url: str) -> str:
    if not url.startswith("/"):
        return url  # which goes to a proxy
    host = f"[{pool.host}]" if ":" in pool.host else pool.host
    port = "" if pool.port in (None, _PORTS.get(pool.scheme)) else f":{pool.port}"
    return f"{pool.scheme}://{host}{port}{url}"


def _listen(response: Any, call: Call, request: Exchange) -> None:
    arrival = Arrival(
        call,
        replace(
            request,
            status=response.status,
            reason=response.reason or "",
            response_headers=grouped(response.headers.items()),
        ),
    )
    wire = response._original_response
    if wire.fp is None or wire.length == 0:
        arrival.ended()
        return
    wire.fp = _Tap(wire, arrival)
    if arrival.is_error:
        wire.fp = wire.fp.fetched()


class _Tap:
    """What http.client reads an answer's body from: the bytes that pass are told to its arrival."""

    def __init__(self, wire: Any, arrival: Arrival) -> None:
        self._file = wire.fp
        self._body = _Chunked() if wire.chunked else _Plain(wire.length)
        self._arrival = arrival

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, size: int | None = -1) -> bytes:
        return self._heard(self._file.read, -1 if size is None else size, exact=True)

    def read1(self, size: int = -1) -> bytes:
        return self._heard(self._file.read1, size)

    def readline(self, size: int = -1) -> bytes:
        return self._heard(self._file.readline, size)

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """The body is read, or its caller has enough of it."""
        if self._arrival.worth_fetching():
            self._fetch()
        self._arrival.ended()
        self._file.close()

    def fetched(self) -> BytesIO:
        """All that is to come, in its place."""
        raw = self._fetch()
        self.close()
        return BytesIO(raw)

    def _fetch(self) -> bytes:
        pieces = []
        # What stops it is told already. Who reads on finds the body too short.
        with contextlib.suppress(OSError, ValueError):
            while not self._arrival.told:
                pieces.append(self.read1(_PIECE))
        return b"".join(pieces)

    def _heard(self, read: Any, size: int, *, exact: bool = False) -> bytes:
        try:
            data: bytes = read(size)
            self._arrival.add(self._body.feed(data))
        except BaseException as error:
            self._arrival.broken(error)
            raise
        over = not data or (exact and not 0 <= size <= len(data))
        if self._body.whole or (over and size and self._body.ends_when_closed):
            self._arrival.ended()
        elif over and size:
            self._arrival.broken(IncompleteRead(data))
        return data


class _Plain:
    """A body of a length, or one that ends when the app closes the connection."""

    def __init__(self, length: int | None) -> None:
        self._left = length
        self.ends_when_closed = length is None

    @property
    def whole(self) -> bool:
        return self._left == 0

    def feed(self, data: bytes) -> bytes:
        if self._left is not None:
            self._left = max(0, self._left - len(data))
        return data


class _Chunked:
    """A body in chunks, each after its size. Source: RFC 9112, section 7.1."""

    ends_when_closed = False

    def __init__(self) -> None:
        self._rest = b""
        self._left = 0  # of this chunk and the line end after it
        self.whole = False

    def feed(self, data: bytes) -> bytes:
        rest, body = self._rest + data, []
        while rest and not self.whole:
            if self._left:
                piece, rest = rest[: self._left], rest[self._left :]
                body.append(piece[: max(0, self._left - len(_LINE_END))])
                self._left -= len(piece)
                continue
            line, end, after = rest.partition(b"\n")
            if not end:
                break
            size = int(line.partition(b";")[0], 16)
            self.whole = size == 0
            self._left, rest = size + len(_LINE_END), after
        self._rest = b"" if self.whole else rest
        return b"".join(body)


def _played(answer: Exchange, pool: Any, method: str, url: str, options: dict[str, Any]) -> Any:
    wire = WireResponse(_Wire(answer, method), method=method)  # type: ignore[arg-type]
    wire.begin()
    response: Any = HTTPResponse(
        body=wire,
        headers=HTTPHeaderDict(wire.msg.items()),
        status=wire.status,
        version=wire.version,
        reason=wire.reason,
        preload_content=False,
        decode_content=options.get("decode_content", True),
        original_response=wire,
        request_method=method,
        request_url=url,
    )
    response.version_string = "HTTP/1.1"
    response.retries = options.get("retries")
    response._connection = options.get("response_conn")
    response._pool = pool
    return response


class _Wire:
    """An answer as the bytes that http.client reads."""

    def __init__(self, answer: Exchange, method: str) -> None:
        headers = list(framed(answer))
        body = answer.response_body
        if any(name.lower() == "transfer-encoding" for name, _ in headers):
            body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
        reason = " ".join(answer.reason.splitlines())
        lines = [f"HTTP/1.1 {answer.status} {reason}", *(f"{k}: {v}" for k, v in headers)]
        head = _LINE_END.join(line.encode() for line in lines) + _LINE_END * 2
        self._bytes = head if method == "HEAD" else head + body

    def makefile(self, _mode: str) -> BytesIO:
        return BytesIO(self._bytes)
