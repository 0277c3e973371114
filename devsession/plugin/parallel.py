"""Work done side by side: a pool of threads, few items in flight, each result as it comes."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import suppress
from contextvars import copy_context
from itertools import islice
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Generic, TypeVar

from devsession.http.deadline import current_deadline, look_again
from devsession.plugin.run_length import RUN_SECONDS, Pace, RunLength
from devsession.plugin.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

# Items that are taken for each worker, so that none waits for whoever takes the results.
_AHEAD = 2
# A run that takes so long waits for something: others begin beside it.
_PATIENCE_SECONDS = 5 * RUN_SECONDS


class _Run(Generic[_Item, _Result]):
    """What one worker does at once, while others look at it.

    items: not begun, to be taken by whoever comes first. begun: the others, with a result each in
    the same order, but for one that is worked on or has raised. taken: results that were handed on.
    """

    def __init__(self, items: deque[_Item]) -> None:
        self.items = items
        self.alone = len(items) > 1
        self.begun: list[_Item] = []
        self.results: list[_Result] = []
        self.error: BaseException | None = None
        self.taken = 0


class Parallel(Generic[_Item, _Result]):
    """The results of `work` on each item, an iterator in the order in which they come.

    concurrency: workers. Items are taken as results are asked for, two a worker ahead; where work
    is short and waits for nothing one worker takes a run of them. Context variables are those of
    the place where it was made, a copy for each item.

    Nothing more begins when the current deadline has passed, when `stop` is called, on Ctrl-C, and
    when the work raises. What has begun is done then, and its results still come; an error, of the
    items too, is raised after them. Ctrl-C again does not wait. Nor is waited for ever for what
    hangs: when the deadline's patience is over, what has begun is given up, and its result is what
    `late` makes of the item.
    """

    def __init__(
        self,
        work: Callable[[_Item], _Result],
        items: Iterator[_Item],
        *,
        concurrency: int,
        late: Callable[[_Item], _Result],
        name: str = "devsession",
    ) -> None:
        self._work = work
        self._items = items
        self._late = late
        self._left: deque[_Item] = deque()
        self._concurrency = concurrency
        self._length = RunLength(concurrency)
        self._context = copy_context()
        self._deadline = current_deadline()
        self._pool = Workers(concurrency, name)
        self._in_flight: dict[Future[Pace], _Run[_Item, _Result]] = {}
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
                self._wait()
                # Before anyone looks at what has come: workers go on beside that.
                self._begin_more()
            except KeyboardInterrupt as error:
                if self._rest_only or isinstance(self._error, KeyboardInterrupt):
                    self._let_go()
                    raise
                self.stop(error)
        if self._ready:
            return self._ready.popleft()
        self._pool.shutdown()
        raised, self._error = self._error, None
        raise raised or StopIteration

    def taken(self) -> list[_Result]:
        """The results that are there already: nothing is waited for, begun or raised."""
        self._take()
        results = list(self._ready)
        self._ready.clear()
        return results

    def begin_no_more(self) -> None:
        """Whatever has not begun does not, from here on; for a worker, as soon as it knows."""
        self._stopped = True

    def stop(self, error: BaseException | None = None) -> None:
        """Begin nothing more; the error, if any, is raised when all that has begun has come."""
        self.begin_no_more()
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

    def _wait(self) -> None:
        """Wait until something has come, and take it; give up what there is no patience for."""
        patience = self._deadline.patience()
        look = _PATIENCE_SECONDS if self._length.alone else look_again(patience)
        done, _ = wait(self._in_flight, timeout=look, return_when=FIRST_COMPLETED)
        self._take()
        if not done and not patience:
            self._give_up()
        elif not done and self._length.alone:
            self._side_by_side()

    def _take(self) -> None:
        """Take the results of what is done."""
        for future in [each for each in self._in_flight if each.done()]:
            run = self._in_flight.pop(future)
            self._take_results(run)
            self._left.extend(run.items)
            self._length.look_at(future.result())
            if run.error is not None:
                self.stop(run.error)

    def _take_results(self, run: _Run[_Item, _Result]) -> None:
        came = run.results[run.taken :]
        run.taken += len(came)
        self._ready.extend(came)

    def _give_up(self) -> None:
        for future, run in list(self._in_flight.items()):
            del self._in_flight[future]
            if not future.cancel():
                self._take_results(run)
                self._ready.extend(map(self._late, islice(run.begun, run.taken, None)))

    def _side_by_side(self) -> None:
        """Take what the worker that was alone has done, and what it has not begun."""
        self._length.beside()
        for run in self._in_flight.values():
            self._take_results(run)
            with suppress(IndexError):
                while True:
                    self._left.append(run.items.popleft())

    def _begin_more(self) -> None:
        while len(self._in_flight) < (1 if self._length.alone else self._concurrency * _AHEAD):
            items = self._next_items(self._length.items)
            if not items:
                return
            run: _Run[_Item, _Result] = _Run(items)
            self._in_flight[self._pool.submit(self._go, run)] = run

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

    def _go(self, run: _Run[_Item, _Result]) -> Pace:
        """Work on one item after the other, in a worker, until that took long enough."""
        start, busy = perf_counter(), thread_time()
        while not self._over() and (not run.results or perf_counter() - start < RUN_SECONDS):
            try:
                item = run.items.popleft()
            except IndexError:
                break
            run.begun.append(item)
            try:
                run.results.append(self._context.copy().run(self._work, item))
            except BaseException as error:  # noqa: BLE001 - raised when the others are done
                run.error = error
                break
        return Pace(run.alone, len(run.results), perf_counter() - start, thread_time() - busy)

    def _over(self) -> bool:
        return self._stopped or self._deadline.passed
