"""The app's rate limits, held where each library calls it: live requests wait, played ones do not."""

from __future__ import annotations

import asyncio
import threading
from contextlib import nullcontext
from itertools import pairwise
from typing import TYPE_CHECKING

import httpx
import pytest
import requests

from devsession.errors import LimitError
from devsession.http import (
    Deadline,
    DrivenClock,
    Limit,
    Matcher,
    Rate,
    RateLimiter,
    retrying_client,
    retrying_session,
    until,
)
from devsession.recording.limited import limited
from tests.recording.app import Answer, Raw
from tests.recording.libraries import LIBRARIES, Ask, by_aiohttp, by_requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from devsession.recording.recorder import Recorder
    from tests.recording.app import App, Seen
    from tests.recording.libraries import Got

ONE_A_MINUTE = Limit("contacts", (Matcher(frozenset({"GET"}), r":\d+/contacts"),), (Rate(1, 60),))

library = pytest.mark.parametrize("ask", LIBRARIES, ids=lambda ask: ask.__name__)


class Waits(DrivenClock):
    """A driven clock that notes when the app saw each request."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self.seen: list[float] = []
        app.answer = self._answer

    def _answer(self, _seen: Seen) -> Answer:
        self.seen.append(self.now())
        return Answer({"call": len(self.seen)})

    @property
    def apart(self) -> list[int]:
        """Whole seconds between the requests that the app saw."""
        return [int(later - earlier) for earlier, later in pairwise(self.seen)]


@pytest.fixture
def clock(app: App) -> Waits:
    return Waits(app)


@pytest.fixture
def limiter(clock: Waits) -> RateLimiter:
    return RateLimiter([ONE_A_MINUTE], clock=clock)


def nowhere(_host: str, _port: int) -> bool:
    return False


@library
def test_what_is_recorded_waits_for_its_turn(
    ask: Callable[[Ask], Got],
    recorder: Recorder,
    app: App,
    clock: Waits,
    limiter: RateLimiter,
) -> None:
    recorder.limit_by(limiter)

    ask(Ask(app.url + "/contacts"))
    ask(Ask(app.url + "/contacts"))

    assert len(clock.seen) >= 2
    assert set(clock.apart) == {60}


@library
def test_what_is_not_recorded_waits_as_well_and_is_answered_as_ever(
    ask: Callable[[Ask], Got], app: App, clock: Waits, limiter: RateLimiter
) -> None:
    with limited(limiter, is_warehouse=nowhere):
        first = ask(Ask(app.url + "/contacts", headers={"X-One": "1"}))
        ask(Ask(app.url + "/contacts"))

    assert (first.status, first.body[:8]) == (200, b'{"call":')
    assert set(clock.apart) == {60}


def test_the_warehouse_and_other_addresses_do_not_wait(
    app: App, clock: Waits, limiter: RateLimiter
) -> None:
    with limited(limiter, is_warehouse=lambda host, port: f"{host}:{port}" == app.address):
        by_requests(Ask(app.url + "/contacts"))
        by_requests(Ask(app.url + "/contacts"))
    with limited(limiter, is_warehouse=nowhere):
        by_requests(Ask(app.url + "/deals"))
        by_requests(Ask(app.url + "/deals"))

    assert clock.waits == []


@pytest.mark.parametrize("mode", ["reuse", "offline"])
def test_what_is_played_does_not_wait(
    recorder: Recorder, app: App, clock: Waits, limiter: RateLimiter, mode: str
) -> None:
    by_requests(Ask(app.url + "/contacts"))
    recorder.limit_by(limiter)
    recorder.mode = mode  # type: ignore[assignment]

    for _ in range(5):
        recorder.begin("cell:first")
        by_requests(Ask(app.url + "/contacts"))

    assert (clock.waits, len(clock.seen)) == ([], 1)


def asked_again_by_requests(url: str, clock: DrivenClock) -> int:
    with retrying_session(clock=clock) as session:
        return session.get(url, timeout=60).status_code


def asked_again_by_httpx(url: str, clock: DrivenClock) -> int:
    with retrying_client(clock=clock, timeout=60) as client:
        return client.get(url).status_code


@pytest.mark.parametrize("ask", [asked_again_by_requests, asked_again_by_httpx])
def test_every_try_is_recorded_and_nobody_waits_for_a_tape(
    ask: Callable[[str, DrivenClock], int], recorder: Recorder, app: App
) -> None:
    live, played = DrivenClock(), DrivenClock()
    answers = [Answer(status=503), Answer(status=429, headers={"Retry-After": "90"}), Answer()]
    app.answer = lambda _seen: answers.pop(0)

    assert ask(app.url, live) == 200
    recorder.mode = "offline"
    recorder.begin("cell:first")
    assert ask(app.url, played) == 200

    assert [each.status for each in recorder.exchanges_since()] == [503, 429, 200] * 2
    assert sum(live.waits) > 90
    assert sum(played.waits) == 0


def test_a_wait_is_no_part_of_the_time_that_an_exchange_took(
    recorder: Recorder, app: App, clock: Waits, limiter: RateLimiter
) -> None:
    went: list[str] = []
    limiter.on_wait = lambda _wait: went.append(f"waits after {len(clock.seen)}")
    recorder.limit_by(limiter)

    by_requests(Ask(app.url + "/contacts"))
    by_requests(Ask(app.url + "/contacts"))

    first, second = recorder.exchanges_since()
    assert went == ["waits after 1"]
    assert first.began is not None
    assert second.began is not None
    assert second.began >= first.began + first.seconds


@pytest.mark.parametrize("recorded", [True, False])
def test_a_request_that_may_not_go_is_not_sent(
    recorder: Recorder, app: App, clock: Waits, limiter: RateLimiter, recorded: bool
) -> None:
    recorder.limit_by(limiter)
    inside: AbstractContextManager[None] = (
        nullcontext() if recorded else limited(limiter, is_warehouse=nowhere)
    )

    with inside:
        by_requests(Ask(app.url + "/contacts"))
        with until(Deadline(30, clock=clock)), pytest.raises(LimitError, match="1 in 1 minute"):
            requests.get(app.url + "/contacts", timeout=60)

    assert len(clock.seen) == 1


def test_an_answer_that_streams_is_seen_when_it_begins(
    recorder: Recorder, app: App, clock: Waits, limiter: RateLimiter
) -> None:
    recorder.limit_by(limiter)

    with requests.get(app.url + "/contacts", stream=True, timeout=60) as first:
        by_requests(Ask(app.url + "/contacts"))
        assert first.json() == {"call": 1}

    assert clock.apart == [60]


def test_while_one_task_waits_others_go_on(app: App) -> None:
    told: list[str] = []

    class Held(DrivenClock):
        """Whoever waits waits until the other one was told."""

        async def wait_async(self, seconds: float) -> None:
            while not told:
                await asyncio.sleep(0.01)
            self.forward(seconds)

    async def asks(client: httpx.AsyncClient, path: str) -> None:
        await client.get(app.url + path)
        told.append(path)

    async def both() -> None:
        async with httpx.AsyncClient(timeout=60) as client:
            await client.get(app.url + "/contacts")
            await asyncio.gather(asks(client, "/contacts"), asks(client, "/deals"))

    with limited(RateLimiter([ONE_A_MINUTE], clock=Held()), is_warehouse=nowhere):
        asyncio.run(both())

    assert told == ["/deals", "/contacts"]


def test_a_connection_that_the_app_closed_meanwhile_is_opened_again(app: App) -> None:
    waits, handlers = threading.Event(), list[threading.Thread]()

    class Closing(DrivenClock):
        """While a request waits, the app lets go of its idle connection."""

        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            waits.set()
            handlers[0].join()

    def kept_open_until_then() -> Iterator[bytes]:
        handlers.append(threading.current_thread())
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        waits.wait()

    app.answer = lambda _seen: Answer() if waits.is_set() else Raw(kept_open_until_then())
    limiter = RateLimiter([ONE_A_MINUTE], clock=Closing())

    with limited(limiter, is_warehouse=nowhere), requests.Session() as session:
        session.get(app.url + "/contacts", timeout=60)

        assert session.get(app.url + "/contacts", timeout=60).ok


def test_by_aiohttp_a_deadline_ends_the_wait(app: App, clock: Waits, limiter: RateLimiter) -> None:
    with limited(limiter, is_warehouse=nowhere):
        by_aiohttp(Ask(app.url + "/contacts"))
        with until(Deadline(30, clock=clock)), pytest.raises(LimitError):
            by_aiohttp(Ask(app.url + "/contacts"))
