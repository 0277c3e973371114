"""Batches on their way, a few at a time, in threads; whoever gives them takes them back when done."""

from __future__ import annotations

import threading
from contextvars import copy_context
from queue import SimpleQueue
from typing import TYPE_CHECKING

from devsession.http import Deadline, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.openmetadata.rest.pieces import Batch


class Deliveries:
    """store: what a thread does with a batch. concurrency: how many at the same time.

    The threads end with the process, whatever they wait for: nothing hangs on them.
    """

    def __init__(self, store: Callable[[Batch], None], concurrency: int) -> None:
        self._store = store
        self._concurrency = concurrency
        self._todo: SimpleQueue[Batch | None] = SimpleQueue()
        self._under_way: list[Batch] = []
        self._changed = threading.Condition()
        self._deadline = Deadline()
        self._threads: list[threading.Thread] = []

    def give(self, batch: Batch) -> None:
        """Have a batch stored; ask for `room` for it before."""
        self._under_way.append(batch)
        if len(self._threads) < min(self._concurrency, len(self._under_way)):
            run = copy_context().run
            thread = threading.Thread(target=run, args=(self._work,), daemon=True)
            self._threads.append(thread)
            thread.start()
        self._todo.put(batch)

    def done(self, batch: Batch) -> None:
        """A batch that came back is counted."""
        self._under_way.remove(batch)

    def back(self) -> list[Batch]:
        """Those that are done; each has to be told `done`."""
        return [batch for batch in self._under_way if batch.done]

    def under_way(self) -> list[Batch]:
        """All that were given, and are not counted."""
        return list(self._under_way)

    def room(self, rank: int) -> None:
        """Wait until a batch of this rank can be given: what it hangs under is stored."""

        def is_room() -> bool:
            ranks = [batch.rank for batch in self._under_way if not batch.done]
            return len(ranks) < self._concurrency and min(ranks, default=rank) >= rank

        self._wait(is_room)

    def settle(self, seconds: float | None = None) -> None:
        """Wait until all are done, or so long."""
        self._wait(lambda: all(batch.done for batch in self._under_way), seconds)

    def cancel(self) -> None:
        """No try after the one that is just made; what has not begun does not begin."""
        self._deadline.cancel()

    def close(self) -> None:
        """The threads end when they are done."""
        for _ in self._threads:
            self._todo.put(None)
        self._threads = []

    def _wait(self, until_: Callable[[], bool], seconds: float | None = None) -> None:
        with self._changed:
            self._changed.wait_for(until_, seconds)

    def _work(self) -> None:
        with until(self._deadline):
            while (batch := self._todo.get()) is not None:
                try:
                    self._deadline.check()
                    self._store(batch)
                except Exception as error:  # noqa: BLE001 - told by whoever counts the batch
                    batch.broken = error
                with self._changed:
                    batch.done = True
                    self._changed.notify_all()
