"""A pool of threads that keeps no process from ending: one of them may hang for ever."""

from __future__ import annotations

import weakref
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Result = TypeVar("_Result")


class Workers:
    """At most `count` threads, begun as there is work; they end when it ends, or is forgotten.

    Python waits at its end for the threads of its own executors, a hung one too.
    """

    def __init__(self, count: int, name: str) -> None:
        self._count = count
        self._name = name
        self._begun = 0
        self._tasks: SimpleQueue[Any] = SimpleQueue()
        self._end = weakref.finalize(self, self._tasks.put, None)

    def submit(self, work: Callable[..., _Result], *args: Any) -> Future[_Result]:
        """Have it done by the next that is free; the future has what it returns, or raises."""
        future: Future[_Result] = Future()
        self._tasks.put((future, work, args))
        if self._begun < self._count:
            self._begun += 1
            name = f"{self._name}_{self._begun}"
            Thread(target=_work, args=(self._tasks,), name=name, daemon=True).start()
        return future

    def shutdown(self) -> None:
        """Let them end when all that was submitted is done, without waiting for it."""
        self._end()


def _work(tasks: SimpleQueue[Any]) -> None:
    while (task := tasks.get()) is not None:
        future, work, args = task
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(work(*args))
            except BaseException as error:  # noqa: BLE001 - whoever takes the result is told
                future.set_exception(error)
        del task, future, work, args  # what they hold is not kept until there is more to do
    tasks.put(None)  # for the others
