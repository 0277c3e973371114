"""An answer that is read bit by bit reaches its caller as it comes, and is recorded when it has ended."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import aiohttp
import httpx
import pytest
import requests
import urllib3

from tests.recording.app import Answer, App, Raw

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from devsession.recording.recorder import Recorder

    Stream = Callable[[str], Iterator[bytes]]

HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
TIMEOUT = 60


def by_requests(url: str) -> Iterator[bytes]:
    with requests.get(url, stream=True, timeout=TIMEOUT) as response:
        yield from response.iter_content(None)


def by_lines(url: str) -> Iterator[bytes]:
    with requests.get(url, stream=True, timeout=TIMEOUT) as response:
        for line in response.iter_lines():
            yield line + b"\n"


def by_urllib3(url: str) -> Iterator[bytes]:
    with urllib3.PoolManager() as pool:
        response = pool.request("GET", url, preload_content=False, timeout=TIMEOUT)
        yield from response.stream()
        response.release_conn()


def by_httpx(url: str) -> Iterator[bytes]:
    with httpx.stream("GET", url, timeout=TIMEOUT) as response:
        yield from response.iter_raw()


def stepwise(pieces: AsyncIterator[bytes]) -> Iterator[bytes]:
    with asyncio.Runner() as runner:
        try:
            while piece := runner.run(_next(pieces)):
                yield piece
        finally:
            runner.run(pieces.aclose())


async def _next(pieces: AsyncIterator[bytes]) -> bytes:
    return await anext(pieces, b"")


def by_async_httpx(url: str) -> Iterator[bytes]:
    async def pieces() -> AsyncIterator[bytes]:
        async with (
            httpx.AsyncClient() as client,
            client.stream("GET", url, timeout=TIMEOUT) as response,
        ):
            async for piece in response.aiter_raw():
                yield piece

    return stepwise(pieces())


def by_aiohttp(url: str) -> Iterator[bytes]:
    async def pieces() -> AsyncIterator[bytes]:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            async for piece in response.content.iter_any():
                yield piece

    return stepwise(pieces())


def by_aiohttp_lines(url: str) -> Iterator[bytes]:
    async def pieces() -> AsyncIterator[bytes]:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            async for line in response.content:
                yield line

    return stepwise(pieces())


STREAMS = [
    by_requests,
    by_urllib3,
    by_httpx,
    by_async_httpx,
    by_aiohttp,
    by_aiohttp_lines,
]
every_stream = pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.__name__)


@pytest.fixture
def go() -> Iterator[threading.Event]:
    """The app sends the second half of its answer when this is set."""
    go = threading.Event()
    yield go
    go.set()


def halves(first: bytes, go: threading.Event, second: bytes = b"") -> Raw:
    def pieces() -> Iterator[bytes]:
        yield first
        go.wait(TIMEOUT)
        yield second

    return Raw(pieces())


@every_stream
def test_what_has_come_is_given_at_once(
    stream: Stream, go: threading.Event, app: App, recorder: Recorder
) -> None:
    app.answer = lambda _seen: halves(CHUNKED + b"4\r\none\n\r\n", go, b"4\r\ntwo\n\r\n0\r\n\r\n")
    coming = stream(f"{app.url}/x")

    assert next(coming) == b"one\n"
    assert recorder.exchanges_since(0)[0].status is None
    go.set()
    assert b"".join(coming) == b"two\n"
    assert recorder.tape.exchanges[0].response_body == b"one\ntwo\n"


# urllib3, and so requests, waits for the end of an answer that has no length.
@pytest.mark.parametrize("stream", [by_httpx, by_async_httpx, by_aiohttp])
def test_an_answer_that_ends_when_it_is_closed(
    stream: Stream, go: threading.Event, app: App, recorder: Recorder
) -> None:
    app.answer = lambda _seen: halves(HEAD + b"\r\none\n", go, b"two\n")
    coming = stream(f"{app.url}/x")

    assert next(coming) == b"one\n"
    go.set()
    assert b"".join(coming) == b"two\n"
    assert recorder.tape.exchanges[0].response_body == b"one\ntwo\n"


@every_stream
def test_a_stream_is_played(stream: Stream, app: App, recorder: Recorder) -> None:
    app.answer = lambda _seen: Raw([CHUNKED, b"4\r\none\n\r\n", b"4\r\ntwo\n\r\n0\r\n\r\n"])
    live = b"".join(stream(f"{app.url}/x"))
    recorder.mode = "offline"
    recorder.begin("cell:first")

    assert b"".join(stream(f"{app.url}/x")) == live == b"one\ntwo\n"
    assert len(app.calls) == 1


def test_lines_are_played(app: App, recorder: Recorder) -> None:
    app.answer = lambda _seen: Raw([CHUNKED, b"4\r\none\n\r\n", b"4\r\ntwo\n\r\n0\r\n\r\n"])
    live = list(by_lines(f"{app.url}/x"))
    recorder.mode = "offline"
    recorder.begin("cell:first")

    assert list(by_lines(f"{app.url}/x")) == live == [b"one\n", b"two\n"]


@every_stream
def test_a_caller_that_has_enough_of_an_endless_answer(
    stream: Stream, go: threading.Event, app: App, recorder: Recorder
) -> None:
    app.answer = lambda _seen: halves(CHUNKED + b"4\r\none\n\r\n", go)
    live = stream(f"{app.url}/x")
    first = next(live)
    live.close()
    recorder.mode = "offline"
    recorder.begin("cell:first")

    assert next(stream(f"{app.url}/x")) == first == b"one\n"
    assert recorder.tape.exchanges[0].response_body == b"one\n"


def look_by_requests(url: str) -> int:
    with requests.get(url, stream=True, timeout=TIMEOUT) as response:
        return response.status_code


def look_by_httpx(url: str) -> int:
    with httpx.stream("GET", url, timeout=TIMEOUT) as response:
        return response.status_code


def look_by_async_httpx(url: str) -> int:
    async def look() -> int:
        async with httpx.AsyncClient() as client, client.stream("GET", url) as response:
            return response.status_code

    return asyncio.run(look())


def look_by_aiohttp(url: str) -> int:
    async def look() -> int:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return response.status

    return asyncio.run(look())


LOOKS = [look_by_requests, look_by_httpx, look_by_async_httpx, look_by_aiohttp]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.__name__)
@pytest.mark.parametrize(
    "answer",
    [
        Answer({"id": 1}),
        Answer({"id": 1}, status=422),
        Raw([b"HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\n", b'{"id": 1}']),
    ],
    ids=["short", "error", "error without a length"],
)
def test_an_answer_that_nobody_reads_is_recorded_whole(
    look: Callable[[str], int], answer: Answer | Raw, app: App, recorder: Recorder
) -> None:
    app.answer = lambda _seen: answer

    status = look(f"{app.url}/x")

    kept = recorder.tape.exchanges[0]
    assert (kept.status, kept.response_body) == (status, b'{"id": 1}')


def test_an_answer_that_is_dropped_unread_is_recorded(app: App, recorder: Recorder) -> None:
    status = requests.get(f"{app.url}/x", stream=True, timeout=TIMEOUT).status_code

    assert status == recorder.tape.exchanges[0].status == 200


def test_long_lines_are_played_by_aiohttp(app: App, recorder: Recorder) -> None:
    app.answer = lambda _seen: Answer(b"a" * 100_000 + b"\nb")
    recorded = requests.get(f"{app.url}/x", timeout=TIMEOUT).content
    recorder.mode = "offline"
    recorder.begin("cell:first")

    assert b"".join(by_aiohttp_lines(f"{app.url}/x")) == recorded


@pytest.fixture
def half(app: App, go: threading.Event) -> threading.Event:
    """The app answers with half a body, sets this, and waits."""
    sent = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield HEAD + b"Content-Length: 8\r\n\r\none\n"
        sent.set()
        go.wait(TIMEOUT)

    app.answer = lambda seen: Raw(pieces()) if seen.path == "/half" else Answer({"path": seen.path})
    return sent


async def get_by_httpx(url: str) -> bytes:
    async with httpx.AsyncClient() as client:
        return (await client.get(url, timeout=TIMEOUT)).content


async def get_by_aiohttp(url: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.read()


@pytest.mark.parametrize("get", [get_by_httpx, get_by_aiohttp])
def test_a_cancelled_task_has_no_answer(
    get: Callable[[str], object], half: threading.Event, app: App, recorder: Recorder
) -> None:
    async def cancel() -> bytes:
        task = asyncio.create_task(get(f"{app.url}/half"))
        await asyncio.to_thread(half.wait, TIMEOUT)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        return await get(f"{app.url}/other")

    after = asyncio.run(cancel())

    assert after == b'{"path": "/other"}'
    first, other = recorder.exchanges_since(0)
    assert (first.status, first.problem) == (None, "no answer: CancelledError")
    assert other.status == 200
    assert [kept.url for kept in recorder.tape.exchanges] == [f"{app.url}/other"]


@pytest.mark.parametrize("get", [get_by_httpx, get_by_aiohttp])
def test_an_answer_that_does_not_come_in_time_is_none(
    get: Callable[[str], object], half: threading.Event, app: App, recorder: Recorder
) -> None:
    async def wait() -> None:
        async with asyncio.timeout(0.2):
            await get(f"{app.url}/half")

    with pytest.raises(TimeoutError):
        asyncio.run(wait())

    assert recorder.exchanges_since(0)[0].status is None
    assert recorder.tape.exchanges == []


@pytest.mark.parametrize(
    "get",
    [
        lambda url: requests.get(url, timeout=0.2),
        lambda url: httpx.get(url, timeout=0.2),
        lambda url: urllib3.request("GET", url, timeout=0.2, retries=False),
    ],
    ids=["requests", "httpx", "urllib3"],
)
def test_a_timeout_of_the_library_is_no_answer(
    get: Callable[[str], object], half: threading.Event, app: App, recorder: Recorder
) -> None:
    with pytest.raises(
        (requests.ConnectionError, httpx.TimeoutException, urllib3.exceptions.HTTPError)
    ):
        get(f"{app.url}/half")

    assert "timed out" in recorder.exchanges_since(0)[0].problem
    assert recorder.tape.exchanges == []
