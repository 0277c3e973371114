"""When a request is sent again, and how long after.

Ours, not a library's: what repeats calls in general does so for exceptions, and gives up with one
where we give back the app's last answer; urllib3's Retry serves requests only. Neither has a clock
that tests drive, nor a deadline that can be cancelled.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from devsession.errors import UsageError
from devsession.http.clock import Clock, SystemClock
from devsession.http.deadline import Deadline, current_deadline

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

# Repeating them does no more than sending them once. Source: RFC 9110 section 9.2.2.
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
RETRIED = frozenset({429, 500, 502, 503, 504})
# What marks an answer that a recording gave: nobody has to wait for a tape.
PLAYED = "devsession_played"

_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 60.0
# An app that wants more has said that this is no hiccup.
_LONGEST_SAID = 15 * 60.0


@dataclass(frozen=True)
class Retries:
    """Which requests are sent again, how often, and by whose clock.

    methods: those that may be carried out twice. tries: at most, the first one included.
    statuses: answers that are tried again. timeouts: whether an answer that did not come in time is.
    """

    methods: frozenset[str] = IDEMPOTENT
    tries: int = 8
    clock: Clock = field(default_factory=SystemClock)
    statuses: frozenset[int] = RETRIED
    timeouts: bool = True

    @classmethod
    def of(cls, methods: Collection[str], tries: int, clock: Clock | None) -> Retries:
        """As an author asks for them: with further methods. Raises: UsageError."""
        if isinstance(methods, str) or not all(isinstance(name, str) for name in methods):
            raise UsageError(
                "retry_methods takes a list of methods, such as POST",
                next_step='retry_methods=["POST"]',
            )
        if type(tries) is not int or tries < 1:
            raise UsageError("tries is a number of 1 or more", next_step="tries=8")
        return cls(IDEMPOTENT | {name.upper() for name in methods}, tries, clock or SystemClock())


class Tries:
    """One request's tries. Each that did not help is told; what comes back is what to do."""

    def __init__(self, retries: Retries, method: str, *, repeatable: bool) -> None:
        self._retries = retries
        self._deadline: Deadline = current_deadline()
        allowed = repeatable and method.upper() in retries.methods
        self._left = retries.tries - 1 if allowed else 0
        self._backoff = _FIRST_SECONDS

    def after(
        self, status: int, headers: Mapping[str, str], *, played: bool = False
    ) -> float | None:
        """Seconds to wait before the next one; None: this answer is what there is."""
        if status not in self._retries.statuses:
            return None
        if played:
            return None if self._next(0) is None else 0.0
        said = retry_after(headers.get("Retry-After", ""), self._retries.clock.now())
        return self._next(said) if said <= _LONGEST_SAID else None

    def after_error(self) -> float | None:
        """The same when the app did not answer."""
        return self._next(0)

    def wait(self, seconds: float) -> None:
        """Raises: DeadlineError when it is cancelled meanwhile."""
        self._deadline.wait(seconds, self._retries.clock)

    async def wait_async(self, seconds: float) -> None:
        """The same, while the event loop goes on."""
        await self._deadline.wait_async(seconds, self._retries.clock)

    def _next(self, at_least: float) -> float | None:
        jittered = self._backoff * random.uniform(0.5, 1)  # noqa: S311 - to spread tries, not to guard
        seconds = max(jittered, at_least)
        if self._left == 0 or seconds >= self._deadline.left():
            return None
        self._left -= 1
        self._backoff = min(2 * self._backoff, _LONGEST_SECONDS)
        return seconds


def retry_after(text: str, now: float) -> float:
    """The seconds that a Retry-After asks for, 0 for none. Source: RFC 9110 section 10.2.3."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(date.replace(tzinfo=date.tzinfo or UTC).timestamp() - now, 0.0)
