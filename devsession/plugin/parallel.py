"""Work done side by side: a pool of threads, few items in flight, each result as it comes."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from devsession.http.deadline import current_deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

# Items that are taken for each worker, so that none waits for whoever takes the results.
_AHEAD = 2
_NOT_BEGUN = object()


class Parallel(Generic[_Item, _Result]):
    """The results of `work` on each item, an iterator in the order in which they come.

    concurrency: workers. Items are taken as results are asked for, two a worker ahead. Context
    variables are those of the place where it was made, a copy for each item.

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
        self._most = concurrency * _AHEAD
        self._context = copy_context()
        self._deadline = current_deadline()
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix=name)
        self._in_flight: dict[Future[_Result], None] = {}
        self._stopped = self._exhausted = self._rest_only = False
        self._error: BaseException | None = None

    def __iter__(self) -> Iterator[_Result]:
        return self

    def __next__(self) -> _Result:
        while True:
            try:
                self._begin_more()
                if not self._in_flight:
                    break
                done = self._first_done()
            except KeyboardInterrupt as error:
                if self._rest_only or isinstance(self._error, KeyboardInterrupt):
                    self._let_go()
                    raise
                self.stop(error)
                continue
            del self._in_flight[done]
            try:
                result = done.result()
            except BaseException as error:  # noqa: BLE001 - raised when the others are done
                self.stop(error)
                continue
            if result is not _NOT_BEGUN:
                return result
        self._pool.shutdown(wait=False)
        raised, self._error = self._error, None
        raise raised or StopIteration

    def taken(self) -> list[_Result]:
        """The results that are there already: nothing is waited for, begun or raised."""
        done = [each for each in self._in_flight if each.done() and each.exception() is None]
        for each in done:
            del self._in_flight[each]
        results = [each.result() for each in done]
        return [result for result in results if result is not _NOT_BEGUN]

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

    def _first_done(self) -> Future[_Result]:
        while True:
            for future in self._in_flight:
                if future.done():
                    return future
            wait(self._in_flight, return_when=FIRST_COMPLETED)

    def _begin_more(self) -> None:
        while len(self._in_flight) < self._most and not (self._exhausted or self._over()):
            try:
                item = next(self._items)
            except StopIteration:
                self._exhausted = True
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - raised when all that was taken is done
                self._exhausted, self._error = True, self._error or error
            else:
                future = self._pool.submit(self._context.copy().run, self._unless_over, item)
                self._in_flight[future] = None

    def _unless_over(self, item: _Item) -> _Result:
        return cast("_Result", _NOT_BEGUN) if self._over() else self._work(item)

    def _over(self) -> bool:
        return self._stopped or self._deadline.passed
