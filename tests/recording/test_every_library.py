"""What each library gives its caller is the same whether the app answers or the tape does."""

from __future__ import annotations

import gzip
import json
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

import brotli
import pytest
import zstandard

from devsession.errors import MissError
from tests.recording.app import Answer, App, Raw, Seen
from tests.recording.libraries import (
    LIBRARIES,
    Ask,
    Got,
    by_async_httpx,
    by_botocore,
    by_httpx,
    by_httpx_stream,
    by_requests,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from devsession.recording.recorder import Recorder
    from tests.recording.proxy import Proxy

    Library = Callable[[Ask], Got]

PLAIN = json.dumps({"name": "Zoë", "id": 1}).encode()
BINARY = bytes(range(256)) * 3
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n"

DECOMPRESSING = [library for library in LIBRARIES if library is not by_botocore]

every_library = pytest.mark.parametrize("library", LIBRARIES, ids=lambda ask: ask.__name__)
decompressing = pytest.mark.parametrize("library", DECOMPRESSING, ids=lambda ask: ask.__name__)


@pytest.fixture
def twice(app: App, recorder: Recorder) -> Callable[[Library, Ask], tuple[Got, Got]]:
    """Asks live and then offline; the app hears nothing of the second."""

    def asked(library: Library, ask: Ask, *, of: App = app) -> tuple[Got, Got]:
        live = library(ask)
        calls = len(of.calls)
        recorder.mode = "offline"
        recorder.begin("cell:first")
        played = library(ask)
        assert len(of.calls) == calls > 0
        return live, played

    return asked


Twice = "Callable[..., tuple[Got, Got]]"


@every_library
@pytest.mark.parametrize(
    "answer",
    [
        Answer(PLAIN, status=201),
        Answer(b""),
        Answer(BINARY, headers={"Content-Type": "application/octet-stream"}),
        Answer(PLAIN, status=404),
        Answer(PLAIN, status=503),
        Answer(b"", status=304, headers={"ETag": '"a"'}),
        Answer(headers={"X-Name": "Zo\u00c3\u00ab", "X-Empty": ""}),
        Raw([HEAD, b"X-Two: a\r\nX-Two: b\r\nContent-Length: 2\r\n\r\n{}"]),
        Raw([b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\nContent-Length: 42\r\n\r\n"]),
        Raw([b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"]),
        Raw([b"HTTP/1.1 200 Sure Thing\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"]),
        Raw([b"HTTP/1.0 200 OK\r\n\r\n", PLAIN]),
        Raw([HEAD, b"Transfer-Encoding: chunked\r\n\r\n", b"2\r\n{}\r\n", b"0\r\n\r\n"]),
        Raw(
            [
                HEAD,
                b"Transfer-Encoding: chunked\r\n\r\n1;a=b\r\n{\r\n",
                b"1\r\n}\r\n0\r\nX: y\r\n\r\n",
            ]
        ),
        Raw([HEAD, b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]),
    ],
    ids=[
        "plain",
        "empty",
        "binary",
        "error",
        "busy",
        "304",
        "headers",
        "repeated header",
        "304 with a length",
        "204",
        "reason",
        "HTTP 1.0",
        "chunked",
        "trailers",
        "chunked, empty",
    ],
)
def test_an_answer(
    library: Library, answer: Answer | Raw, app: App, twice: Twice, recorder: Recorder
) -> None:
    app.answer = lambda _seen: answer

    live, played = twice(library, Ask(f"{app.url}/x"))

    assert played == live
    assert recorder.tape.exchanges[0].response_body == live.body


@decompressing
@pytest.mark.parametrize(
    ("coding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", brotli.compress),
    ],
    ids=["gzip", "deflate", "br"],
)
def test_a_compressed_answer(
    library: Library,
    coding: str,
    compress: Callable[[bytes], bytes],
    app: App,
    twice: Twice,
    recorder: Recorder,
) -> None:
    app.answer = lambda _seen: Answer(compress(PLAIN), headers={"Content-Encoding": coding})

    live, played = twice(library, Ask(f"{app.url}/x"))

    assert live.body == played.body == PLAIN
    assert recorder.tape.exchanges[0].response_body == PLAIN


def test_a_caller_that_decompresses_by_itself(app: App, twice: Twice) -> None:
    app.answer = lambda _seen: Answer(gzip.compress(PLAIN), headers={"Content-Encoding": "gzip"})

    live, played = twice(by_botocore, Ask(f"{app.url}/x"))

    assert gzip.decompress(live.body) == gzip.decompress(played.body) == PLAIN


@pytest.mark.parametrize("library", [by_httpx, by_httpx_stream, by_async_httpx])
def test_a_zstd_answer(library: Library, app: App, twice: Twice, recorder: Recorder) -> None:
    compressed = zstandard.compress(PLAIN)
    app.answer = lambda _seen: Answer(compressed, headers={"Content-Encoding": "zstd"})

    live, played = twice(library, Ask(f"{app.url}/x"))

    assert live.body == played.body == PLAIN
    assert recorder.tape.exchanges[0].response_body == PLAIN


@every_library
def test_head(library: Library, app: App, twice: Twice) -> None:
    app.answer = lambda _seen: Answer(PLAIN, headers={"Content-Encoding": "gzip"})

    live, played = twice(library, Ask(f"{app.url}/x", method="HEAD"))

    assert played == live
    assert ("content-length", str(len(PLAIN))) in played.headers
    assert played.body == b""


@every_library
def test_twenty_megabytes(library: Library, app: App, twice: Twice, recorder: Recorder) -> None:
    big = BINARY * (20 * 2**20 // len(BINARY))
    app.answer = lambda _seen: Answer(big)

    live, played = twice(library, Ask(f"{app.url}/x"))

    assert live.body == played.body == big
    assert recorder.exchanges_since(0)[0].response_body == big


@every_library
@pytest.mark.parametrize(
    "ask",
    [Ask("", "POST", body=PLAIN), Ask("", "PUT", chunks=(b"one", b"", b"two")), Ask("", "POST")],
    ids=["bytes", "generated", "none"],
)
def test_a_request_with_a_body(
    library: Library, ask: Ask, app: App, twice: Twice, recorder: Recorder
) -> None:
    ask.url = f"{app.url}/x"
    expected = b"".join(ask.chunks) or ask.body or b""

    live, played = twice(library, ask)

    assert played == live
    assert {seen.body for seen in app.seen} == {expected}
    assert recorder.tape.exchanges[0].request_body == expected


@every_library
def test_another_body_is_a_miss(library: Library, app: App, recorder: Recorder) -> None:
    library(Ask(f"{app.url}/x", "POST", body=b'{"id": 1}'))
    recorder.mode = "offline"
    recorder.begin("cell:first")

    with pytest.raises(MissError):
        library(Ask(f"{app.url}/x", "POST", body=b'{"id": 2}'))


@every_library
def test_redirects_and_cookies(library: Library, app: App, twice: Twice) -> None:
    def answer(seen: Seen) -> Raw | Answer:
        if seen.path == "/login":
            return Raw(
                [
                    b"HTTP/1.1 302 Found\r\nLocation: /home?a=%20b\r\nContent-Length: 0\r\nConnection: close\r\n",
                    b"Set-Cookie: one=1; Path=/\r\nSet-Cookie: two=2; Path=/\r\n\r\n",
                ]
            )
        return Answer({"path": seen.path})

    app.answer = answer

    live, played = twice(library, Ask(f"{app.url}/login"))

    assert played.body == live.body
    assert [name for name, _ in played.headers] == [name for name, _ in live.headers]


@every_library
def test_https(library: Library, secure_app: App, certificate: Path, twice: Twice) -> None:
    ask = Ask(f"{secure_app.url}/x", certificate=certificate)

    live, played = twice(library, ask, of=secure_app)

    assert played == live


@every_library
def test_through_a_proxy(library: Library, app: App, proxy: Proxy, twice: Twice) -> None:
    ask = Ask(f"{app.url}/x?a=1", proxy=proxy.url)

    live, played = twice(library, ask)

    assert played == live
    assert set(proxy.calls) == {f"GET {app.url}/x?a=1"}
    assert len(proxy.calls) == len(app.calls)


@every_library
def test_https_through_a_proxy(
    library: Library, secure_app: App, certificate: Path, proxy: Proxy, twice: Twice
) -> None:
    ask = Ask(f"{secure_app.url}/x", certificate=certificate, proxy=proxy.url)

    live, played = twice(library, ask, of=secure_app)

    assert played == live
    assert set(proxy.calls) == {f"CONNECT {secure_app.address}"}


@decompressing
def test_what_one_recorded_plays_in_another(library: Library, app: App, recorder: Recorder) -> None:
    app.answer = lambda _seen: Answer(gzip.compress(PLAIN), headers={"Content-Encoding": "gzip"})
    by_requests(Ask(f"{app.url}/x"))
    by_httpx(Ask(f"{app.url}/x"))
    recorder.mode = "offline"
    recorder.begin("cell:first")

    assert library(Ask(f"{app.url}/x")).body == PLAIN


@every_library
@pytest.mark.parametrize(
    "pieces",
    [
        [HEAD, b"Content-Length: 100\r\n\r\n", b'{"a": 1}'],
        [HEAD, b"Transfer-Encoding: chunked\r\n\r\n", b"8\r\n", b'{"a": 1}\r\n'],
        [HEAD, b"Transfer-Encoding: chunked\r\n\r\n", b"ff\r\n", b'{"a": 1}'],
        [b"HTTP/1.1 500 Oh\r\nContent-Length: 100\r\n\r\n", b'{"a": 1}'],
        [],
    ],
    ids=["length", "between chunks", "in a chunk", "error", "nothing"],
)
def test_an_answer_that_breaks_off_is_none(
    library: Library, pieces: list[bytes], app: App, recorder: Recorder
) -> None:
    app.answer = lambda _seen: Raw(pieces)

    with suppress(Exception):  # boto3 takes what has come
        library(Ask(f"{app.url}/x"))

    first = recorder.exchanges_since(0)[0]
    assert first.status is None
    assert first.problem.startswith("no answer: ")
    assert recorder.tape.exchanges == []


@every_library
def test_a_call_that_is_refused_is_no_answer(library: Library, recorder: Recorder) -> None:
    gone = App()
    gone.stop()

    with pytest.raises(Exception, match=r"\S"):
        library(Ask(f"{gone.url}/x"))

    assert recorder.exchanges_since(0)[0].problem.startswith("no answer: ")
    assert recorder.tape.exchanges == []


@every_library
def test_a_miss_is_never_wrapped(library: Library, app: App, recorder: Recorder) -> None:
    recorder.mode = "offline"

    with pytest.raises(MissError):
        library(Ask(f"{app.url}/never"))

    assert app.calls == []
