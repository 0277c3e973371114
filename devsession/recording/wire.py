"""Answers as http.client reads them: live ones, whose bytes are listened to, and played ones."""

from __future__ import annotations

import contextlib
from http.client import IncompleteRead
from io import BytesIO
from typing import TYPE_CHECKING, Any

from devsession.recording.calls import framed, one_line

if TYPE_CHECKING:
    from devsession.recording.calls import Arrival
    from devsession.recording.exchange import Exchange

_PIECE = 1 << 16
_LINE_END = b"\r\n"


class Tap:
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


class PlayedWire:
    """An answer as the bytes that http.client reads."""

    def __init__(self, answer: Exchange, method: str) -> None:
        answer = answer.as_sent()
        headers = list(framed(answer))
        body = answer.response_body
        if ("transfer-encoding", "chunked") in [(k.lower(), v.lower()) for k, v in headers]:
            body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
        lines = [
            f"HTTP/1.1 {answer.status} {one_line(answer.reason)}",
            *(f"{k}: {v}" for k, v in headers),
        ]
        head = _LINE_END.join(line.encode() for line in lines) + _LINE_END * 2
        self._bytes = head if method == "HEAD" else head + body

    def makefile(self, _mode: str) -> BytesIO:
        return BytesIO(self._bytes)
