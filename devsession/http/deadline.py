"""Until when something may go on: a run that has a time limit, or that somebody stops."""

from __future__ import annotations

import math
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from devsession.errors import DeadlineError
from devsession.http.clock import SystemClock
from devsession.http.limits import lasting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.http.clock import Clock

# Whoever waits looks this often whether it was cancelled meanwhile.
_LOOK_SECONDS = 0.25
# A run's time limit, unless another is said. Source: sync contract, `time_limit_mins`.
TIME_LIMIT_MINS = 240
# Of a time limit, what has begun may take so much more, and no more than that.
_PATIENCE_SHARE, _MOST_PATIENCE = 0.1, 30.0


class Deadline:
    """The end of a time limit, and the switch that ends it at once, from any thread.

    seconds: from now on; None: it only ends when it is cancelled.
    """

    def __init__(self, seconds: float | None = None, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._limit = seconds
        self._ends = math.inf if seconds is None else self._clock.now() + seconds
        self._cancelled = threading.Event()

    @property
    def limit(self) -> str:
        """The time limit, for people."""
        return "none" if self._limit is None else lasting(self._limit)

    def left(self) -> float:
        """Seconds until it passes, 0 when it has passed, infinity without a limit."""
        if self._cancelled.is_set():
            return 0.0
        return max(self._ends - self._clock.now(), 0.0)

    @property
    def passed(self) -> bool:
        """Whether nothing more is to be begun."""
        return self.left() == 0

    @property
    def over(self) -> bool:
        """Whether its time has passed by itself: nobody ended it."""
        return self.passed and not self.cancelled

    def patience(self) -> float:
        """Seconds until what has begun is given up, 0 from then on.

        A tenth of the time limit longer than `left`, 30 s at most. Infinity without a limit, and when
        it was cancelled: whoever does that sees what is still going on, and can end it.
        """
        if self._limit is None or self._cancelled.is_set():
            return math.inf
        more = min(self._limit * _PATIENCE_SHARE, _MOST_PATIENCE)
        return max(self._ends + more - self._clock.now(), 0.0)

    @property
    def cancelled(self) -> bool:
        """Whether somebody ended it."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Let it pass now: whoever waits under it stops waiting."""
        self._cancelled.set()

    def check(self) -> None:
        """Raises: DeadlineError when it has passed, or was cancelled."""
        if self._cancelled.is_set():
            raise DeadlineError("This was cancelled", next_step="run it again to go on")
        if self.passed:
            raise DeadlineError(
                f"The time limit of {self.limit} has passed",
                next_step="run it again to go on, or give it more time",
                limit_seconds=self._limit,
            )

    def wait(self, seconds: float, clock: Clock) -> None:
        """Wait on a clock. Raises: DeadlineError as soon as it passes."""
        for part in _parts(seconds):
            self.check()
            clock.wait(part)
        self.check()

    async def wait_async(self, seconds: float, clock: Clock) -> None:
        """The same, while the event loop goes on."""
        for part in _parts(seconds):
            self.check()
            await clock.wait_async(part)
        self.check()


_current: ContextVar[Deadline | None] = ContextVar("devsession_deadline", default=None)


def current_deadline(otherwise: Deadline | None = None) -> Deadline:
    """The deadline that holds here; when none was set this one, or one without an end."""
    return _current.get() or otherwise or Deadline()


@contextmanager
def until(deadline: Deadline) -> Iterator[Deadline]:
    """Inside it is the current deadline: of this context, and of threads that it is carried to."""
    token = _current.set(deadline)
    try:
        yield deadline
    finally:
        _current.reset(token)


def look_again(patience: float) -> float | None:
    """So many seconds to wait for others before a look at the clock: the machine may have slept.

    Some when no patience is left as well: for what came meanwhile.
    """
    return None if patience == math.inf else _LOOK_SECONDS


def _parts(seconds: float) -> Iterator[float]:
    while seconds > _LOOK_SECONDS:
        yield _LOOK_SECONDS
        seconds -= _LOOK_SECONDS
    yield max(seconds, 0.0)
