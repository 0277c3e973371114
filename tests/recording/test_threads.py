"""Threads and tasks lose nothing, and get nobody else's answer."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import aiohttp
import httpx
import pytest
import requests
import urllib3

from devsession.errors import MissError
from devsession.recording.replay import Replay
from tests.recording.app import Answer, App, Raw

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from devsession.recording.recorder import Recorder

    Fetch = Callable[[str], list[int]]

REQUESTS = 400
WORKERS = 8
TIMEOUT = 120


def in_threads(ask: Callable[[int], int]) -> list[int]:
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(ask, range(REQUESTS)))


async def in_tasks(ask: Callable[[int], Awaitable[int]], numbers: range) -> list[int]:
    free = asyncio.Semaphore(WORKERS)

    async def one(number: int) -> int:
        async with free:
            return await ask(number)

    return list(await asyncio.gather(*map(one, numbers)))


def in_loops(fetch: Callable[[range], Awaitable[list[int]]]) -> list[int]:
    """Each thread has a loop of its own, with an eighth of the requests."""

    def share(first: int) -> list[int]:
        return asyncio.run(fetch(range(first, REQUESTS, WORKERS)))

    with ThreadPoolExecutor(WORKERS) as pool:
        return sorted(number for numbers in pool.map(share, range(WORKERS)) for number in numbers)


def by_get(url: str) -> list[int]:
    return in_threads(lambda id_: requests.get(f"{url}{id_}", timeout=TIMEOUT).json()["id"])


def by_session(url: str) -> list[int]:
    with requests.Session() as session:
        return in_threads(lambda id_: session.get(f"{url}{id_}", timeout=TIMEOUT).json()["id"])


def by_urllib3(url: str) -> list[int]:
    with urllib3.PoolManager() as pool:
        return in_threads(lambda id_: pool.request("GET", f"{url}{id_}").json()["id"])


def by_httpx(url: str) -> list[int]:
    with httpx.Client(timeout=TIMEOUT) as client:
        return in_threads(lambda id_: client.get(f"{url}{id_}").json()["id"])


async def httpx_tasks(url: str, numbers: range) -> list[int]:
    async with httpx.AsyncClient(timeout=TIMEOUT) as client:

        async def ask(number: int) -> int:
            return (await client.get(f"{url}{number}")).json()["id"]

        return await in_tasks(ask, numbers)


async def aiohttp_tasks(url: str, numbers: range) -> list[int]:
    async with aiohttp.ClientSession() as session:

        async def ask(number: int) -> int:
            async with session.get(f"{url}{number}") as response:
                return (await response.json())["id"]

        return await in_tasks(ask, numbers)


def by_httpx_tasks(url: str) -> list[int]:
    return asyncio.run(httpx_tasks(url, range(REQUESTS)))


def by_aiohttp_tasks(url: str) -> list[int]:
    return asyncio.run(aiohttp_tasks(url, range(REQUESTS)))


def by_httpx_loops(url: str) -> list[int]:
    return in_loops(lambda numbers: httpx_tasks(url, numbers))


def by_aiohttp_loops(url: str) -> list[int]:
    return in_loops(lambda numbers: aiohttp_tasks(url, numbers))


FETCHES = [
    by_get,
    by_session,
    by_urllib3,
    by_httpx,
    by_httpx_tasks,
    by_httpx_loops,
    by_aiohttp_tasks,
    by_aiohttp_loops,
]


@pytest.mark.parametrize("fetch", FETCHES, ids=lambda fetch: fetch.__name__)
@pytest.mark.parametrize(
    "run", [0, *(pytest.param(run, marks=pytest.mark.long) for run in range(1, 20))]
)
def test_all_are_recorded_and_all_are_played(
    fetch: Fetch, run: int, app: App, new_recorder: Callable[[], Recorder]
) -> None:
    app.answer = lambda seen: Answer({"id": int(seen.path.rpartition("=")[2])})
    url = f"{app.url}/items?id="
    recorded = new_recorder()
    live = fetch(url)
    restarted = new_recorder()
    restarted.mode = "offline"
    played = fetch(url)
    restarted.stop()
    with Replay(restarted.tape.exchanges, where="cassette.yaml") as replay:
        replayed = fetch(url)

    assert live == played == replayed == list(range(REQUESTS))
    assert len(recorded.tape) == len(restarted.tape) == replay.played == REQUESTS
    assert replay.not_sent == replay.misses == replay.refused_calls == []
    assert len(app.calls) == REQUESTS


def test_equal_requests_of_threads_get_each_answer_once(app: App, recorder: Recorder) -> None:
    def ask(_number: int) -> int:
        return int(requests.post(f"{app.url}/next", timeout=TIMEOUT).json()["call"])

    with ThreadPoolExecutor(WORKERS) as pool:
        live = sorted(pool.map(ask, range(40)))
        recorder.mode = "offline"
        recorder.begin("cell:first")
        played = sorted(pool.map(ask, range(40)))

    assert live == played == list(range(1, 41))


def test_no_thread_waits_for_the_answer_of_another(app: App, recorder: Recorder) -> None:
    together = threading.Barrier(WORKERS)

    def answer(path: str) -> Iterator[bytes]:
        together.wait(TIMEOUT)  # passed only when all requests are in the app
        body = path.encode()
        yield b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        together.wait(TIMEOUT)  # and when all answers are on their way
        yield body

    app.answer = lambda seen: Raw(answer(seen.path))

    with ThreadPoolExecutor(WORKERS) as pool:
        texts = pool.map(lambda n: requests.get(f"{app.url}/{n}", timeout=TIMEOUT).text, range(8))

    assert list(texts) == [f"/{number}" for number in range(8)]
    assert len(recorder.tape) == WORKERS


def test_a_thread_that_fails_disturbs_no_other(app: App, recorder: Recorder) -> None:
    def answer(path: str) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\n"
        yield path.encode().ljust(100 if path.endswith("0") else 99)

    def ask(number: int) -> str:
        try:
            return requests.get(f"{app.url}/{number}", timeout=TIMEOUT).text.strip()
        except requests.RequestException as error:
            return type(error).__name__

    app.answer = lambda seen: Raw(answer(seen.path))
    expected = [f"/{n}" if n % 10 == 0 else "ChunkedEncodingError" for n in range(40)]

    with ThreadPoolExecutor(WORKERS) as pool:
        got = list(pool.map(ask, range(40)))

    assert got == expected
    assert len(recorder.exchanges_since(0)) == 40
    assert {kept.response_body.decode().strip() for kept in recorder.tape.exchanges} == {
        "/0",
        "/10",
        "/20",
        "/30",
    }


def test_a_miss_reaches_the_thread_that_asked(app: App, recorder: Recorder) -> None:
    recorder.mode = "offline"

    def ask(number: int) -> str:
        with pytest.raises(MissError) as error:
            requests.get(f"{app.url}/{number}", timeout=TIMEOUT)
        return str(error.value)

    with ThreadPoolExecutor(WORKERS) as pool:
        errors = list(pool.map(ask, range(40)))

    assert [f"/{number}\n" in error for number, error in enumerate(errors)] == [True] * 40
    assert app.calls == []
