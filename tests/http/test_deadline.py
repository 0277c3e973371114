"""Deadlines: how much time is left, and who learns that none is."""

from __future__ import annotations

import contextvars
import math
import threading

import pytest

from devsession.errors import DeadlineError
from devsession.http import Deadline, DrivenClock, SystemClock, current_deadline, until


def test_time_passes_until_the_deadline_has_passed() -> None:
    clock = DrivenClock()
    deadline = Deadline(60, clock=clock)

    clock.forward(45)
    assert (deadline.left(), deadline.passed) == (15, False)

    clock.forward(20)
    assert (deadline.left(), deadline.passed) == (0, True)
    with pytest.raises(DeadlineError, match="The time limit of 60 s has passed"):
        deadline.check()


def test_what_has_begun_may_take_a_little_longer() -> None:
    clock = DrivenClock()
    short, long, cancelled = (Deadline(limit, clock=clock) for limit in (60, 7200, 60))
    cancelled.cancel()

    assert (short.patience(), long.patience()) == (66, 7230)
    assert cancelled.patience() == Deadline().patience() == math.inf

    clock.forward(66)
    assert (short.over, short.patience()) == (True, 0)
    assert (cancelled.passed, cancelled.over) == (True, False)


def test_without_a_limit_it_passes_when_it_is_cancelled() -> None:
    deadline = Deadline()
    assert deadline.left() == math.inf
    deadline.check()

    deadline.cancel()

    assert (deadline.left(), deadline.passed, deadline.cancelled) == (0, True, True)
    with pytest.raises(DeadlineError, match="cancelled"):
        deadline.check()


def test_a_wait_ends_with_the_deadline() -> None:
    clock = DrivenClock()

    with pytest.raises(DeadlineError):
        Deadline(10, clock=clock).wait(3600, clock)

    assert sum(clock.waits) == 10


def test_another_thread_ends_a_wait() -> None:
    deadline, began = Deadline(), threading.Event()

    class Telling(SystemClock):
        def wait(self, seconds: float) -> None:
            began.set()
            super().wait(seconds)

    threading.Thread(target=lambda: began.wait() and deadline.cancel()).start()

    with pytest.raises(DeadlineError, match="cancelled"):
        deadline.wait(3600, Telling())


def test_the_current_deadline_is_that_of_the_innermost_block() -> None:
    outer, inner = Deadline(60), Deadline(5)

    with until(outer):
        with until(inner):
            assert current_deadline() is inner
        assert current_deadline() is outer
        carried = contextvars.copy_context()

    assert current_deadline().left() == math.inf
    assert carried.run(current_deadline) is outer
