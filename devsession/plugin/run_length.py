"""How many items a worker takes at once: one, or many where a change of threads costs more than they."""

from __future__ import annotations

from typing import NamedTuple

# What is shorter may be dominated by threads that wait for each other's turn at the interpreter.
_SHORT_SECONDS = 0.005
# As long as a worker goes on alone; what has come is handed over after that.
RUN_SECONDS = 0.02
_LONGEST_RUN = 256
_LONGEST_UNTIL_TRY = 4_096


class Pace(NamedTuple):
    """What a run took. alone: no other worker was beside it. busy: seconds on a processor."""

    alone: bool
    items: int
    seconds: float
    busy: float


class RunLength:
    """Looks at what was done, and says how the next is handed out.

    Workers side by side gain where the work waits: for an app, for a disk. Where it only computes
    they hinder each other, the more the shorter it is: one of them takes a run of items then, and
    the others rest. What work is like shows only while one worker is alone; so that is tried when
    items are short, and again from time to time, less and less often.
    """

    def __init__(self, workers: int) -> None:
        self.items = 1
        # Beside others each may have to wait for all of them.
        self._short_beside = _SHORT_SECONDS * workers
        self._short, self._until_try = 0, 8

    @property
    def alone(self) -> bool:
        """Whether one worker takes a run, and no other works beside it."""
        return self.items > 1

    def look_at(self, pace: Pace) -> None:
        """What came of a run."""
        if pace.alone != self.alone or not pace.items:
            return
        each = pace.seconds / pace.items
        if not self.alone:
            self._short = self._short + 1 if each < self._short_beside else 0
            if self._short >= self._until_try:
                self.items = 2
        elif each >= _SHORT_SECONDS or pace.busy < pace.seconds / 2:
            self.beside()
        else:
            self.items = max(2, min(int(RUN_SECONDS / each), self.items * 4, _LONGEST_RUN))

    def beside(self) -> None:
        """One item each from here on: the work waits for something."""
        self.items, self._short = 1, 0
        self._until_try = min(self._until_try * 2, _LONGEST_UNTIL_TRY)
