"""No limit is exceeded in any window, as the app sees it, whatever arrives and however long it takes."""

from __future__ import annotations

import asyncio
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st

from devsession.http import Limit, Matcher, Rate, RateLimiter
from tests.http.driven_loop import DrivenLoop, LoopClock, run_driven

URL = "https://app.example/{}"
OBJECTS = ("contacts", "deals", "both/contacts/deals")
# What arithmetic with seconds since the epoch is exact to.
EXACT = 1e-6


class Asked(NamedTuple):
    """A request: when it comes, after which time the app sees it, after which it has answered."""

    path: str
    comes: float
    outward: float
    back: float
    program: int


seconds = st.floats(0, 3, allow_nan=False)
rates = st.builds(Rate, st.integers(1, 6), st.sampled_from([0.1, 0.5, 1, 2.5, 7]))
asked = st.builds(
    Asked, st.sampled_from(OBJECTS), seconds, seconds, seconds, program=st.integers(0, 1)
)


def limit(category: str, rates: list[Rate]) -> Limit:
    return Limit(category, (Matcher(frozenset({"GET"}), category),), tuple(rates))


def seen_by_the_app(
    limits: list[Limit], requests: list[Asked], ledger: Path | None = None
) -> list[tuple[str, float]]:
    """Path and time of every request, when two programs have the same ledger."""
    loop = DrivenLoop()
    clock = LoopClock(loop)
    first = RateLimiter(limits, ledger=ledger, clock=clock)
    second = RateLimiter(limits, ledger=ledger, clock=clock) if ledger else first
    seen = []

    async def ask(request: Asked) -> None:
        await asyncio.sleep(request.comes)
        limiter = (first, second)[request.program]
        slot = await limiter.take_async("GET", URL.format(request.path))
        await asyncio.sleep(request.outward)
        seen.append((request.path, clock.now()))
        await asyncio.sleep(request.back)
        slot.seen()

    async def all_of_them() -> None:
        await asyncio.gather(*map(ask, requests))

    run_driven(loop, all_of_them())
    first.close()
    second.close()
    return seen


def narrowest(limit: Limit, rate: Rate, seen: list[tuple[str, float]]) -> float:
    """The shortest time in which one request more than the rate allows was seen."""
    times = sorted(time for path, time in seen if limit.matches("GET", URL.format(path)))
    spans = zip(times, times[rate.requests :], strict=False)
    return min((last - first for first, last in spans), default=float("inf"))


@settings(deadline=None, max_examples=150)
@given(
    st.lists(rates, min_size=1, max_size=3),
    st.lists(rates, min_size=1, max_size=2),
    st.lists(asked, max_size=25),
)
@example([Rate(1, 1)], [Rate(1, 1)], [Asked("contacts", 0, 3, 0, 0), Asked("deals", 0, 0, 0, 0)])
@example([Rate(2, 1)], [Rate(1, 7)], [Asked(path, 0, 0.5, 0.5, 0) for path in OBJECTS * 3])
def test_no_limit_is_exceeded_in_any_window(
    of_contacts: list[Rate], of_deals: list[Rate], requests: list[Asked]
) -> None:
    limits = [limit("contacts", of_contacts), limit("deals", of_deals)]

    seen = seen_by_the_app(limits, requests)

    assert len(seen) == len(requests)
    assert [
        (each.category, rate)
        for each in limits
        for rate in each.rates
        if narrowest(each, rate, seen) <= rate.seconds - EXACT
    ] == []


@settings(deadline=None, max_examples=30)
@given(st.lists(rates, min_size=1, max_size=2), st.lists(asked, min_size=1, max_size=15))
def test_programs_that_share_a_ledger_keep_a_limit_together(
    of_contacts: list[Rate], requests: list[Asked]
) -> None:
    contacts = limit("contacts", of_contacts)
    with tempfile.TemporaryDirectory() as folder:
        seen = seen_by_the_app([contacts], requests, Path(folder) / "limits.db")

    assert len(seen) == len(requests)
    assert [
        rate for rate in contacts.rates if narrowest(contacts, rate, seen) <= rate.seconds - EXACT
    ] == []


def test_no_more_is_waited_than_the_limit_asks_for() -> None:
    requests = [Asked("contacts", 0, 0, 0, 0)] * 20

    seen = seen_by_the_app([limit("contacts", [Rate(5, 10)])], requests)

    first = seen[0][1]
    assert [round(time - first) for _, time in seen] == [0] * 5 + [10] * 5 + [20] * 5 + [30] * 5


def test_first_come_is_first_served() -> None:
    arrivals = [Asked("contacts", n / 100, 0.2, 0.3, 0) for n in range(30)]
    order: list[float] = []

    loop = DrivenLoop()
    limiter = RateLimiter([limit("contacts", [Rate(3, 1)])], clock=LoopClock(loop))

    async def ask(request: Asked) -> None:
        await asyncio.sleep(request.comes)
        slot = await limiter.take_async("GET", URL.format(request.path))
        order.append(request.comes)
        await asyncio.sleep(request.outward)
        slot.seen()

    async def all_of_them() -> None:
        await asyncio.gather(*map(ask, arrivals))

    run_driven(loop, all_of_them())

    assert all(earlier < later for earlier, later in pairwise(order))
