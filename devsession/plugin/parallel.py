"""Work done side by side: a pool of threads, few items in flight, each result as it comes."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from contextvars import copy_context
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from devsession.http.deadline import current_deadline
from devsession.plugin.run_length import RUN_SECONDS, Pace, RunLength

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

# Items that are taken for each worker, so that none waits for whoever takes the results.
_AHEAD = 2


# A run that takes so long waits for something: others begin beside it.
_PATIENCE_SECONDS = 5 * RUN_SECONDS


class _Run(NamedTuple, Generic[_Result]):
    """What one worker did at once: results, and what was raised."""

    results: list[_Result]
    error: BaseException | None
    pace: Pace


class Parallel(Generic[_Item, _Result]):
    """The results of `work` on each item, an iterator in the order in which they come.

    concurrency: workers. Items are taken as results are asked for, two a worker ahead; where work
    is short and waits for nothing one worker takes a run of them. Context variables are those of
    the place where it was made, a copy for each item.

    Nothing more begins when the current deadline has passed, when `stop` is called, on Ctrl-C, and
    when the work raises. What has begun is done then, and its results still come; an error, of the
    items too, is raised after them. Ctrl-C again does not wait.
    """

    def __init__(
        self,
        work: Callable[[_Item], _Result],
        items: Iterator[_Item],
        *,
        concurrency: int,
        name: str = "devsession",
    ) -> None:
        self._work = work
        self._items = items
        self._left: deque[_Item] = deque()
        self._concurrency = concurrency
        self._length = RunLength(concurrency)
        self._context = copy_context()
        self._deadline = current_deadline()
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix=name)
        # Each with the items that its worker has not begun.
        self._in_flight: dict[Future[_Run[_Result]], deque[_Item]] = {}
        self._ready: deque[_Result] = deque()
        self._stopped = self._rest_only = False
        self._error: BaseException | None = None

    def __iter__(self) -> Iterator[_Result]:
        return self

    def __next__(self) -> _Result:
        while not self._ready:
            try:
                self._begin_more()
                if not self._in_flight:
                    break
                patience = _PATIENCE_SECONDS if self._length.alone else None
                wait(self._in_flight, patience, return_when=FIRST_COMPLETED)
                self._take()
                if not self._ready and self._length.alone:
                    self._side_by_side()
                # Before anyone looks at what has come: workers go on beside that.
                self._begin_more()
            except KeyboardInterrupt as error:
                if self._rest_only or isinstance(self._error, KeyboardInterrupt):
                    self._let_go()
                    raise
                self.stop(error)
        if self._ready:
            return self._ready.popleft()
        self._pool.shutdown(wait=False)
        raised, self._error = self._error, None
        raise raised or StopIteration

    def taken(self) -> list[_Result]:
        """The results that are there already: nothing is waited for, begun or raised."""
        self._take()
        results = list(self._ready)
        self._ready.clear()
        return results

    def stop(self, error: BaseException | None = None) -> None:
        """Begin nothing more; the error, if any, is raised when all that has begun has come."""
        self._stopped = True
        if not self._rest_only:
            self._error = self._error or error
        for future in list(self._in_flight):
            if future.cancel():
                del self._in_flight[future]

    def rest(self) -> Iterator[_Result]:
        """What has begun and not come yet. Nothing more begins, and no error is raised at the end."""
        self.stop()
        self._rest_only, self._error = True, None
        return self

    def _let_go(self) -> None:
        """Wait for nothing any more, not even for what has begun."""
        self.rest()
        self._in_flight.clear()

    def _take(self) -> None:
        """Take the results that are there."""
        for future in [each for each in self._in_flight if each.done()]:
            self._left.extend(self._in_flight.pop(future))
            run = future.result()
            self._ready.extend(run.results)
            self._length.look_at(run.pace)
            if run.error is not None:
                self.stop(run.error)

    def _side_by_side(self) -> None:
        """Take back what the worker that was alone has not begun."""
        self._length.beside()
        for items in self._in_flight.values():
            with suppress(IndexError):
                while True:
                    self._left.append(items.popleft())

    def _begin_more(self) -> None:
        while len(self._in_flight) < (1 if self._length.alone else self._concurrency * _AHEAD):
            items = self._next_items(self._length.items)
            if not items:
                return
            self._in_flight[self._pool.submit(self._run, items)] = items

    def _next_items(self, most: int) -> deque[_Item]:
        items: deque[_Item] = deque()
        try:
            while len(items) < most and not self._over():
                items.append(self._left.popleft() if self._left else next(self._items))
        except StopIteration:
            pass
        except KeyboardInterrupt:
            self._left.extend(items)
            raise
        except BaseException as error:  # noqa: BLE001 - raised when all that was taken is done
            self._items, self._error = iter(()), self._error or error
        return items

    def _run(self, items: deque[_Item]) -> _Run[_Result]:
        """Work on one item after the other, in a worker, until that took long enough."""
        results: list[_Result] = []
        error: BaseException | None = None
        alone, begun, busy = len(items) > 1, perf_counter(), thread_time()
        while not self._over() and (not results or perf_counter() - begun < RUN_SECONDS):
            try:
                item = items.popleft()
            except IndexError:
                break
            try:
                results.append(self._context.copy().run(self._work, item))
            except BaseException as raised:  # noqa: BLE001 - raised when the others are done
                error = raised
                break
        pace = Pace(alone, len(results), perf_counter() - begun, thread_time() - busy)
        return _Run(results, error, pace)

    def _over(self) -> bool:
        return self._stopped or self._deadline.passed
