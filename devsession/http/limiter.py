"""Keeps rates: a request waits until the app cannot count one too many, whenever it sees it."""

from __future__ import annotations

import math
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from devsession.errors import LedgerError, LimitError
from devsession.http.clock import SystemClock
from devsession.http.deadline import current_deadline
from devsession.http.ledger import Ledger
from devsession.http.limits import Wait, lasting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from devsession.http.clock import Clock
    from devsession.http.deadline import Deadline
    from devsession.http.ledger import Book
    from devsession.http.limits import Limit, Rate

# A window is this much longer than the rate says: clocks tell time in steps.
_SLACK = 0.001
_BURY_SECONDS = 1.0


class RateLimiter:
    """Lets requests go so that no limit is exceeded in any window, as the app sees it.

    First come, first served, in each category. What waits for one category holds up another only
    by the one request that it will be. A request whose URL no limit matches does not wait.

    ledger: a file that threads, processes and runs share; without, it counts for this object.
    on_wait: is told when a request begins to wait, from its own thread.
    deadline: ends the waits of threads that have no deadline of their own.
    """

    def __init__(
        self,
        limits: Sequence[Limit],
        *,
        ledger: Path | None = None,
        clock: Clock | None = None,
        on_wait: Callable[[Wait], None] | None = None,
    ) -> None:
        self.limits = tuple(limits)
        self.on_wait = on_wait
        self.deadline: Deadline | None = None
        self._clock = clock or SystemClock()
        self._ledger = Ledger(ledger)
        self._dropped: deque[int] = deque()
        self._buried = -math.inf

    def take(self, method: str, url: str, *, deadline: Deadline | None = None) -> Slot:
        """Wait until this request may be sent; `seen()` of the slot says that its answer begins.

        deadline: by default the current one.

        Raises:
            LimitError: it would have to wait until after the deadline.
            DeadlineError: that has passed, or was cancelled meanwhile.
            LedgerError: what was asked before cannot be read; nothing may be sent.
        """
        slot, deadline = self._slot(method, url), self._until(deadline)
        with slot.left_on_error():
            while slot.rates and (wait := self._next_try(slot, deadline)) is not None:
                deadline.wait(wait.seconds, self._clock)
        return slot

    async def take_async(self, method: str, url: str, *, deadline: Deadline | None = None) -> Slot:
        """The same, while the event loop goes on."""
        slot, deadline = self._slot(method, url), self._until(deadline)
        with slot.left_on_error():
            while slot.rates and (wait := self._next_try(slot, deadline)) is not None:
                await deadline.wait_async(wait.seconds, self._clock)
        return slot

    @contextmanager
    def request(self, method: str, url: str) -> Iterator[None]:
        """Inside the request is sent; it ends when its answer has begun. Raises: as `take`."""
        slot = self.take(method, url)
        try:
            yield
        finally:
            slot.seen()

    def close(self) -> None:
        """Let go of the ledger's file; the next request opens it again."""
        self._ledger.close()

    def _until(self, deadline: Deadline | None) -> Deadline:
        """The deadline that holds. Raises: DeadlineError: its patience is over."""
        deadline = deadline or current_deadline(self.deadline)
        if not deadline.patience():
            deadline.check()
        return deadline

    def _slot(self, method: str, url: str) -> Slot:
        rates: dict[str, list[Rate]] = {}
        for limit in self.limits:
            if limit.matches(method, url):
                rates.setdefault(limit.category, []).extend(limit.rates)
        return Slot(self, rates)

    def _next_try(self, slot: Slot, deadline: Deadline) -> Wait | None:
        """Let it go, or say how long it waits at least."""
        deadline.check()
        with self._ledger.alone() as book:
            now = self._clock.now()
            self._tidy(book, slot, now)
            if slot.ticket is None:
                slot.ticket = book.ticket(slot.rates)
            wait = _wait(book, slot, now)
            if wait is not None and self._bury(book, now):
                wait = _wait(book, slot, now)
            if wait is None:
                book.fly(slot.ticket)
                return None
        if wait.seconds > (left := deadline.left()):
            raise LimitError(
                f"{wait.category}: the app allows {wait.rate}, and this request would wait at least "
                f"{lasting(wait.seconds)}",
                tried=f"waiting; the time limit leaves {lasting(left)}",
                next_step="run it again later to go on, or give it more time",
                category=wait.category,
                rate=str(wait.rate),
                seconds=wait.seconds,
            )
        if not slot.told and self.on_wait is not None:
            self.on_wait(wait)
        slot.told = True
        return wait

    def _tidy(self, book: Book, slot: Slot, now: float) -> None:
        while self._dropped:
            ticket = self._dropped.popleft()
            book.leave(ticket)
            book.land(ticket, now)
        if self._buried == -math.inf:
            self._bury(book, now)
        if slot.ticket is None:
            book.keep(
                (category, max(rate.seconds for rate in rates) + 2 * _SLACK)
                for category, rates in slot.rates.items()
            )
        for category in slot.rates:
            book.tidy(category, now)

    def _bury(self, book: Book, now: float) -> bool:
        """Look for processes that died, now and then."""
        if 0 <= now - self._buried < _BURY_SECONDS:
            return False
        self._buried = now
        book.bury(now)
        return True

    def _land(self, ticket: int) -> None:
        try:
            with self._ledger.alone() as book:
                book.leave(ticket)
                book.land(ticket, self._clock.now())
        except LedgerError:
            # An answer is not lost for that: until it can be written, the request is on its way.
            self._dropped.append(ticket)


class Slot:
    """One request's place in the windows of its categories."""

    def __init__(self, limiter: RateLimiter, rates: dict[str, list[Rate]]) -> None:
        self.rates = rates
        self.ticket: int | None = None
        self.told = False
        self._limiter = limiter

    def seen(self) -> None:
        """The app has seen the request: its answer begins, or there is none. Once is enough."""
        if self.ticket is not None:
            self._limiter._land(self.ticket)
            self.ticket = None

    @contextmanager
    def left_on_error(self) -> Iterator[None]:
        """What ends the waiting, Ctrl-C too, ends the place in the queue."""
        try:
            yield
        except BaseException:
            self.seen()
            raise

    def __del__(self) -> None:
        # Its request was given up by whoever sent it. No lock may be taken here.
        if self.ticket is not None:
            self._limiter._dropped.append(self.ticket)


def _wait(book: Book, slot: Slot, now: float) -> Wait | None:
    """The longest wait of all its rates, each at its least; None: there is room in all."""
    assert slot.ticket is not None  # noqa: S101 - for the type checker
    waits = [
        Wait(category, rate, seconds)
        for category, rates in slot.rates.items()
        for rate in rates
        if (seconds := _seconds(book, category, rate, slot.ticket, now)) > 0
    ]
    return max(waits, key=lambda wait: wait.seconds, default=None)


def _seconds(book: Book, category: str, rate: Rate, ticket: int, now: float) -> float:
    window = rate.seconds + _SLACK
    first, seen = book.seen_since(category, now - window)
    ahead = book.ahead(category, ticket)
    # Those ahead have their places kept: whoever came later never takes them.
    leaving = seen + book.flying(category) + ahead + 1 - rate.requests
    if leaving <= 0:
        return 0
    # What is on its way leaves a window after it was seen, which is not yet.
    leaves = book.seen_at(category, first + leaving - 1) if leaving <= seen else now
    return max(leaves + window - now, window * (ahead // rate.requests)) + _SLACK / 10
