"""How often an app may be called, as plain data. Source: sync contract, rate limits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

SECONDS = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}


@dataclass(frozen=True)
class Rate:
    """At most so many requests in any so many seconds."""

    requests: int
    seconds: float

    def __str__(self) -> str:
        for name, unit in SECONDS.items():
            if self.seconds % unit == 0:
                count = int(self.seconds // unit)
                return f"{self.requests:,} in {count} {name}{'' if count == 1 else 's'}"
        return f"{self.requests:,} in {self.seconds:g} s"


@dataclass(frozen=True)
class Matcher:
    """Which requests: by method, and by a pattern that is searched for in the whole URL."""

    methods: frozenset[str]
    pattern: str

    def matches(self, method: str, url: str) -> bool:
        """Whether this request is one of them."""
        return method.upper() in self.methods and self._compiled.search(url) is not None

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)


@dataclass(frozen=True)
class Limit:
    """The rates of one category of requests; all of them hold."""

    category: str
    matchers: tuple[Matcher, ...]
    rates: tuple[Rate, ...]

    def matches(self, method: str, url: str) -> bool:
        """Whether a request belongs to the category."""
        return any(matcher.matches(method, url) for matcher in self.matchers)


@dataclass(frozen=True)
class Wait:
    """A request waits, at least so many seconds, for a rate of a category to leave room."""

    category: str
    rate: Rate
    seconds: float

    def __str__(self) -> str:
        return f"waiting {lasting(self.seconds)}: {self.category}, {self.rate}"


def lasting(seconds: float) -> str:
    """`0.4 s`, `12 s`, `1:05:00`."""
    if seconds < 10:  # noqa: PLR2004 - where tenths begin to tell nothing
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 2 * 60 else str(timedelta(seconds=whole))
