"""So many requests a window, and no more: 429 with Retry-After."""

from __future__ import annotations

import re
from datetime import timedelta
from email.utils import format_datetime
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from devsession.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_UNITS = {"second": 1, "minute": 60, "hour": 3_600}
_RATE = re.compile(rf"([1-9]\d{{0,8}})/({'|'.join(_UNITS)})")
SECONDS, DATE = "seconds", "date"


class Rate(NamedTuple):
    """So many requests in so many seconds."""

    requests: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Raises: ValueError for anything else than 5/second, 100/minute or 1000/hour."""
        found = _RATE.fullmatch(text)
        if found is None:
            raise ValueError("a rate is written 5/second, 100/minute or 1000/hour")
        return cls(int(found[1]), _UNITS[found[2]])


class RateLimit:
    """Counts the requests of a window, which begins with its first one."""

    def __init__(self, rate: Rate, form: str, clock: Callable[[], datetime]) -> None:
        self._rate = rate
        self._form = form
        self._clock = clock
        self._count = 0
        self._ends: datetime | None = None

    def check(self) -> None:
        """Raises: RefusedError for a request too many, with Retry-After in the form chosen."""
        now = self._clock()
        if self._ends is None or now >= self._ends:
            self._count, self._ends = 0, now + timedelta(seconds=self._rate.seconds)
        self._count += 1
        if self._count > self._rate.requests:
            raise too_many((self._ends - now).total_seconds(), self._form, now)


def too_many(seconds: float, form: str, now: datetime) -> RefusedError:
    """The refusal of a request too many.

    Args:
        form: of Retry-After: a number of "seconds", or the "date" of the next try.

    Source: RFC 9110 section 10.2.3.
    """
    wait = max(1, ceil(seconds))
    # A date has whole seconds: the one after, so that nobody comes too early.
    date = format_datetime(now.replace(microsecond=0) + timedelta(seconds=wait + 1), usegmt=True)
    return RefusedError(
        "rate_limited",
        "Too many requests: wait as long as Retry-After says.",
        headers={"Retry-After": date if form == DATE else str(wait)},
    )
