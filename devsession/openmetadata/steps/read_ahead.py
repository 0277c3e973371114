"""Several things read at once, told in the order of one after the other."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from queue import Full, Queue
from threading import Event
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Held for each that is read ahead, so that memory stays flat.
_HELD = 200
_SECONDS = 0.1
_END = object()


def read_ahead(
    things: Iterator[Any], read: Callable[[Any], Iterator[Any]], at_once: int
) -> Iterator[tuple[Any, Iterator[Any]]]:
    """Each thing with what `read` gives for it, which threads read meanwhile, `at_once` of them.

    Each iterator is to be taken to its end before the next thing. What `read` raises is raised by
    the iterator.
    """
    waiting: deque[tuple[Any, Queue[Any]]] = deque()
    stop = Event()
    with ThreadPoolExecutor(at_once, thread_name_prefix="read-ahead") as pool:
        try:
            for thing in things:
                queue: Queue[Any] = Queue(maxsize=_HELD)
                waiting.append((thing, queue))
                pool.submit(_fill, queue, read, thing, stop)
                if len(waiting) >= at_once:
                    yield _next(waiting)
            while waiting:
                yield _next(waiting)
        finally:
            # Also when whoever takes them stops: nobody fills a queue that nobody empties.
            stop.set()


def _fill(queue: Queue[Any], read: Callable[[Any], Iterator[Any]], thing: Any, stop: Event) -> None:
    last: Any = _END
    try:
        for given in read(thing):
            if not _put(queue, (given,), stop):
                return
    except BaseException as error:  # noqa: BLE001 - raised again by who reads
        last = error
    _put(queue, last, stop)


def _put(queue: Queue[Any], given: Any, stop: Event) -> bool:
    while not stop.is_set():
        try:
            queue.put(given, timeout=_SECONDS)
        except Full:
            continue
        return True
    return False


def _next(waiting: deque[tuple[Any, Queue[Any]]]) -> tuple[Any, Iterator[Any]]:
    thing, queue = waiting.popleft()
    return thing, _emptied(queue)


def _emptied(queue: Queue[Any]) -> Iterator[Any]:
    while (found := queue.get()) is not _END:
        if isinstance(found, BaseException):
            raise found
        yield found[0]
