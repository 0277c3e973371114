"""What a receiver takes at most, and how often it tries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from devsession.errors import UsageError
from devsession.render import counted

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60
WEEK = timedelta(days=7)
"""A catalog repeats what was not taken for a day and more."""
FUTURE = timedelta(minutes=5)
"""So far may the clock of a sender be ahead."""
_GROWTH, _LONGEST = 4.0, 300.0


def plain_age(age: timedelta) -> str:
    """As people say it: `7 days`, `36 hours`, `90 seconds`."""
    seconds = age.total_seconds()
    for size, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= size and seconds % size == 0:
            return counted(int(seconds // size), name)
    return f"{seconds:g} seconds"


@dataclass(frozen=True)
class Limits:
    """max_bytes: of a body. max_age: of an event, and how long its id is remembered. at_once: events
    handled at the same time. attempts: of one event, before it counts as failed; first_wait: seconds
    before the second one. requests: at the same time. unfinished: events that wait or have failed;
    unfinished_bytes: their bodies together, which one may exceed.
    """

    max_bytes: int = 2_000_000
    max_age: timedelta = WEEK
    at_once: int = 4
    attempts: int = 6
    first_wait: float = 1.0
    requests: int = 64
    unfinished: int = 100_000
    unfinished_bytes: int = 1_000_000_000

    def __post_init__(self) -> None:
        names = "max_bytes", "at_once", "attempts", "requests", "unfinished", "unfinished_bytes"
        for name in names:
            if getattr(self, name) < 1:
                raise UsageError(
                    f"{name} of a receiver is {getattr(self, name)}",
                    next_step=f"{name}= of 1 at least",
                )
        if self.max_age <= FUTURE:
            raise UsageError(
                f"max_age of a receiver is {plain_age(self.max_age)}",
                tried="what a sender repeats has to be known until it gives up",
                next_step="max_age=timedelta(days=7)",
            )

    def wait(self, attempts: int) -> float:
        """Seconds until an event that has failed so often is handed over again: 1, 4, 16, 64, 256."""
        return float(min(self.first_wait * _GROWTH ** (attempts - 1), _LONGEST))
