"""Clients that send again what failed: one suite over requests and httpx, sync and async."""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest
import requests

from devsession.errors import DeadlineError, UsageError
from devsession.http import (
    Deadline,
    DrivenClock,
    Limit,
    Matcher,
    Rate,
    RateLimiter,
    retrying_async_client,
    retrying_client,
    retrying_session,
    until,
)
from tests.recording.app import Answer, App, Raw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.recording.app import Seen

CUT = Raw([b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"])
NO_ANSWER = Raw([])


class Got(NamedTuple):
    status: int
    text: str


class Client(NamedTuple):
    """A kind of client: asks once, as its caller does."""

    ask: Callable[..., Got]
    unanswered: type[Exception]


def by_requests(method: str, url: str, *, body: Any = None, **options: Any) -> Got:
    with retrying_session(**options) as session:
        response = session.request(method, url, data=body, timeout=60)
        return Got(response.status_code, response.text)


def by_httpx(method: str, url: str, *, body: Any = None, **options: Any) -> Got:
    with retrying_client(**options, timeout=60) as client:
        response = client.request(method, url, content=body)
        return Got(response.status_code, response.text)


def by_async_httpx(method: str, url: str, *, body: Any = None, **options: Any) -> Got:
    async def ask() -> Got:
        async with retrying_async_client(**options, timeout=60) as client:
            response = await client.request(method, url, content=body)
            return Got(response.status_code, response.text)

    return asyncio.run(ask())


CLIENTS = {
    "requests": Client(by_requests, requests.ConnectionError),
    "httpx": Client(by_httpx, httpx.TransportError),
    "async httpx": Client(by_async_httpx, httpx.TransportError),
}


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> Client:
    return CLIENTS[request.param]


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def app() -> Iterator[App]:
    app = App()
    yield app
    app.stop()


def answering(app: App, *answers: Answer | Raw) -> None:
    """These, one after the other, then 200."""
    left = list(answers)

    def answer(seen: Seen) -> Answer | Raw:
        return left.pop(0) if left else Answer({"got": seen.body.decode()})

    app.answer = answer


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_failed_for_a_moment_is_sent_again(
    client: Client, app: App, clock: DrivenClock, status: int
) -> None:
    answering(app, Answer(status=status), Answer(status=status))

    got = client.ask("PUT", app.url + "/contact", body=b"one", clock=clock)

    assert got == (200, '{"got": "one"}')
    assert [seen.body for seen in app.seen] == [b"one"] * 3


@pytest.mark.parametrize("failure", [NO_ANSWER, CUT], ids=["no answer", "cut off"])
def test_what_had_no_whole_answer_is_sent_again(
    client: Client, app: App, clock: DrivenClock, failure: Raw
) -> None:
    answering(app, failure)

    assert client.ask("GET", app.url, clock=clock).status == 200
    assert len(app.seen) == 2


@pytest.mark.parametrize("status", [200, 400, 401, 404, 409, 501])
def test_any_other_answer_is_the_answer(
    client: Client, app: App, clock: DrivenClock, status: int
) -> None:
    answering(app, Answer(status=status))

    assert client.ask("GET", app.url, clock=clock).status == status
    assert len(app.seen) == 1


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    "failure", [Answer(status=503), Answer(status=429, headers={"Retry-After": "1"})]
)
def test_what_may_be_carried_out_once_only_is_sent_once_unless_it_is_declared(
    client: Client, app: App, clock: DrivenClock, method: str, failure: Answer
) -> None:
    answering(app, failure)
    assert client.ask(method, app.url, clock=clock).status == failure.status

    answering(app, failure)
    assert client.ask(method, app.url, clock=clock, retry_methods=[method]).status == 200


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_it_waits_as_long_as_the_app_says(
    client: Client, app: App, clock: DrivenClock, form: str
) -> None:
    said = {"seconds": "90", "date": formatdate(clock.now() + 90, usegmt=True)}[form]
    answering(app, Answer(status=429, headers={"Retry-After": said}))

    client.ask("GET", app.url, clock=clock)

    assert sum(clock.waits) == 90


def test_waits_double_and_are_spread(client: Client, app: App, clock: DrivenClock) -> None:
    began = clock.now()
    times: list[float] = []

    def answer(_seen: Seen) -> Answer:
        times.append(clock.now() - began)
        return Answer(status=503)

    app.answer = answer
    client.ask("GET", app.url, clock=clock, tries=5)

    waits = [later - earlier for earlier, later in pairwise(times)]
    shortest, longest = [0.25, 0.5, 1, 2], [0.5, 1, 2, 4]
    assert all(
        low <= wait <= high for low, wait, high in zip(shortest, waits, longest, strict=True)
    )


def test_a_retry_after_that_says_nothing_leaves_the_usual_wait(
    client: Client, app: App, clock: DrivenClock
) -> None:
    answering(app, *(Answer(status=503, headers={"Retry-After": said}) for said in ("soon", "-1")))

    assert client.ask("GET", app.url, clock=clock).status == 200


def test_when_tries_are_used_up_the_last_answer_comes_back(
    client: Client, app: App, clock: DrivenClock
) -> None:
    answering(app, *(Answer({"try": number}, 503) for number in range(9)))

    assert client.ask("GET", app.url, clock=clock, tries=3) == (503, '{"try": 2}')


def test_when_tries_are_used_up_the_last_error_is_raised(
    client: Client, app: App, clock: DrivenClock
) -> None:
    answering(app, *[NO_ANSWER] * 9)

    with pytest.raises(client.unanswered):
        client.ask("GET", app.url, clock=clock, tries=3)

    assert len(app.seen) == 3


@pytest.mark.parametrize("left", [60, 1000], ids=["before the next try", "an hour is no hiccup"])
def test_it_gives_up_before_the_deadline_with_the_last_answer(
    client: Client, app: App, clock: DrivenClock, left: float
) -> None:
    answering(app, Answer(status=503), Answer(status=429, headers={"Retry-After": "950"}))

    with until(Deadline(left, clock=clock)):
        got = client.ask("GET", app.url, clock=clock)

    assert (got.status, len(app.seen)) == (429, 2)
    assert sum(clock.waits) < 1


def test_cancelling_ends_a_wait(client: Client, app: App) -> None:
    deadline = Deadline()

    class Cancelling(DrivenClock):
        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            deadline.cancel()

    answering(app, Answer(status=429, headers={"Retry-After": "600"}))

    with until(deadline), pytest.raises(DeadlineError, match="cancelled"):
        client.ask("GET", app.url, clock=Cancelling())

    assert len(app.seen) == 1


def test_every_try_waits_for_the_limit(client: Client, app: App, clock: DrivenClock) -> None:
    limit = Limit("all", (Matcher(frozenset({"GET"}), "/slow"),), (Rate(1, 30),))
    limiter = RateLimiter([limit], clock=clock)
    answering(app, Answer(status=503), NO_ANSWER)

    client.ask("GET", app.url + "/slow", clock=clock, limiter=limiter)

    assert len(app.seen) == 3
    assert sum(clock.waits) == pytest.approx(60, abs=1)


def test_a_redirect_waits_for_the_limit_of_where_it_leads(
    client: Client, app: App, clock: DrivenClock
) -> None:
    limit = Limit("new", (Matcher(frozenset({"GET"}), "/new"),), (Rate(1, 30),))
    limiter = RateLimiter([limit], clock=clock)
    answering(app, Answer(status=302, headers={"Location": "/new"}))

    with limiter.request("GET", app.url + "/new"):
        pass
    options = {} if client is CLIENTS["requests"] else {"follow_redirects": True}
    client.ask("GET", app.url + "/old", clock=clock, limiter=limiter, **options)

    assert app.calls == ["GET /old", "GET /new"]
    assert sum(clock.waits) == pytest.approx(30, abs=1)


def test_a_body_that_streams_is_sent_once(app: App, clock: DrivenClock) -> None:
    answering(app, Answer(status=503), Answer(status=503))

    by_requests("PUT", app.url, body=iter([b"a", b"b"]), clock=clock)
    by_httpx("PUT", app.url, body=iter([b"a", b"b"]), clock=clock)

    assert [seen.body for seen in app.seen] == [b"ab", b"ab"]


def test_a_body_that_is_streamed_is_left_to_its_reader(app: App, clock: DrivenClock) -> None:
    answering(app, Answer(status=503), CUT, Answer(status=503), CUT)

    with retrying_session(clock=clock) as session:
        streamed = session.get(app.url, stream=True, timeout=60)
        assert streamed.raw.read(4) == b"half"
        streamed.close()
    with retrying_client(clock=clock) as client, client.stream("GET", app.url) as response:
        assert next(response.iter_raw()) == b"half"

    assert len(app.seen) == 4


@pytest.mark.parametrize("wrong", [{"retry_methods": "POST"}, {"tries": 0}])
def test_arguments_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        retrying_session(**wrong)


def test_a_session_may_say_which_answers_are_tried_again(app: App, clock: DrivenClock) -> None:
    answering(app, Answer(status=500), Answer(status=508))
    options = {"retry_statuses": {508}, "clock": clock}

    first = by_requests("GET", app.url, **options)
    second = by_requests("GET", app.url, **options)

    assert (first.status, second.status) == (500, 200)
    assert len(app.seen) == 3
