"""Whose turn it is: of one entity one event after the other, those of others meanwhile."""

from __future__ import annotations

import time
from collections import deque
from heapq import heapify, heappop, heappush
from threading import Condition
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Lanes:
    """A lane is an entity's events, by their places in the inbox: the smallest is handed over first.

    A lane is ready, or in somebody's hands, or asleep until its first event is tried again; one that
    has to come before that wakes it. It is used by several threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: dict[str, list[int]] = {}
        self._known: set[int] = set()
        self._ready: deque[str] = deque()
        self._asleep: list[tuple[float, str]] = []
        self._changed = Condition()
        self._ended = False

    def add(self, events: Iterable[tuple[str, int]]) -> None:
        """Let events wait, each a lane and a place; one that is known already waits once."""
        earlier = set()
        with self._changed:
            for lane, place in events:
                if place in self._known:
                    continue
                self._known.add(place)
                if lane not in self._waiting:
                    self._waiting[lane] = []
                    self._ready.append(lane)
                elif self._waiting[lane] and place < self._waiting[lane][0]:
                    earlier.add(lane)
                heappush(self._waiting[lane], place)
            if earlier:
                self._wake(earlier)
            self._changed.notify_all()

    def take(self, patience: float | None = None) -> tuple[str, int] | None:
        """The next event; its lane stands still until `done` or `later`. None: it has ended, or
        nothing came in so many seconds.
        """
        until = None if patience is None else self._clock() + patience
        with self._changed:
            while not self._ended:
                now = self._clock()
                while self._asleep and self._asleep[0][0] <= now:
                    self._ready.append(heappop(self._asleep)[1])
                if self._ready:
                    lane = self._ready.popleft()
                    return lane, heappop(self._waiting[lane])
                if until is not None and now >= until:
                    return None
                ends = [
                    *([until] if until is not None else []),
                    *(at for at, _ in self._asleep[:1]),
                ]
                self._changed.wait(min(ends) - now if ends else None)
        return None

    def done(self, lane: str, place: int) -> None:
        """An event is finished: the next one of its lane is ready."""
        with self._changed:
            self._known.discard(place)
            if self._waiting[lane]:
                self._ready.append(lane)
            else:
                del self._waiting[lane]
            self._changed.notify_all()

    def later(self, lane: str, place: int, seconds: float) -> None:
        """An event is tried again after so long; what comes after it waits."""
        with self._changed:
            heappush(self._waiting[lane], place)
            if self._waiting[lane][0] < place:  # it came meanwhile
                self._ready.append(lane)
            else:
                heappush(self._asleep, (self._clock() + seconds, lane))
            self._changed.notify_all()

    def end(self) -> None:
        """Nobody gets an event any more."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _wake(self, lanes: set[str]) -> None:
        """Those of them that sleep are ready; the others are already, or in somebody's hands."""
        self._ready.extend(lane for _, lane in self._asleep if lane in lanes)
        self._asleep = [each for each in self._asleep if each[1] not in lanes]
        heapify(self._asleep)
