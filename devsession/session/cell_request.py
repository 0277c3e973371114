"""The request that an author's cells enqueue to: cells may be run twice, and records come once.

What a cell's text enqueued in its last execution counts, where it stood in the first. So calls are
kept, and are made anew when a cell is run again.
"""

from __future__ import annotations

import copy
from contextlib import suppress
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple

from devsession.errors import StreamError
from devsession.plugin.inbound import InboundSyncRequest, LimitReached
from devsession.recording.received import Received

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pandas import DataFrame

    from devsession.plugin.inbound import StreamProgress
    from devsession.plugin.report import Report
    from devsession.plugin.stream_store import StreamStore


class _Call(NamedTuple):
    """A call that was taken."""

    method: str
    arguments: tuple[Any, ...]


class CellRequest(InboundSyncRequest):
    """Takes what cells enqueue, as a run's request does: what breaks a rule is refused at once.

    When as many records have come as were asked for, a run ends; a cell goes on, and is told.

    make: a new request into this store. execution: scope and number of the cell that runs.
    """

    def __init__(
        self,
        make: Callable[[StreamStore], InboundSyncRequest],
        execution: Callable[[], tuple[str, int]],
    ) -> None:
        self._make = make
        self._execution = execution
        # Of each cell, by its scope and in the order in which they first ran.
        self._calls: dict[str, list[_Call]] = {}
        self._numbers: dict[str, int] = {}
        self._turn = RLock()
        self._told = False
        # What is ahead of the cell that runs, and what came of itself.
        self._live = make(Received())
        self._live_for: str | None = None
        super().__init__(self._live.streams, Received(), secrets=self._live.secrets)

    def __bool__(self) -> bool:
        """Whether anything came."""
        return any(self._calls.values())

    def received(self) -> tuple[Received, Report]:
        """What came so far, and what the rules say of it."""
        with self._turn:
            store = Received()
            request = self._make(store)
            with suppress(StreamError), request:  # which is in the report
                for calls in self._calls.values():
                    self._replay(request, calls)
            return store, request.report

    @property
    def report(self) -> Report:
        """What the rules have found so far."""
        return self._live.report

    @property
    def progress(self) -> dict[str, StreamProgress]:
        """How far each stream is."""
        return self._live.progress

    def enqueue_results(
        self,
        stream_name: str,
        results: Sequence[Mapping[str, Any]] | DataFrame,
        new_state: Mapping[str, Any] | None = None,
        is_delete: bool | Sequence[bool] = False,
    ) -> None:
        """As a run's request does."""
        self._call("enqueue_results", stream_name, results, new_state, is_delete)

    def delete_by_criteria(
        self,
        stream_name: str,
        criteria: Mapping[str, Any],
        new_state: Mapping[str, Any] | None = None,
    ) -> None:
        """As a run's request does."""
        self._call("delete_by_criteria", stream_name, criteria, new_state)

    def enqueue_state(self, stream_name: str, state: Mapping[str, Any]) -> None:
        """As a run's request does."""
        self._call("enqueue_state", stream_name, state)

    def mark_stream_started(self, stream_name: str) -> None:
        """As a run's request does."""
        self._call("mark_stream_started", stream_name)

    def mark_stream_complete(self, stream_name: str) -> None:
        """As a run's request does."""
        self._call("mark_stream_complete", stream_name)

    def set_stream_record_count(self, stream_name: str, count: int) -> None:
        """As a run's request does."""
        self._call("set_stream_record_count", stream_name, count)

    def set_stream_total_records_estimate(self, stream_name: str, estimate: int) -> None:
        """As a run's request does."""
        self._call("set_stream_total_records_estimate", stream_name, estimate)

    def _call(self, method: str, *arguments: object) -> None:
        with self._turn:
            scope = self._begin_anew_for(*self._execution())
            call = _Call(method, _own(arguments))
            try:
                self._made(self._live, call)
            except BaseException:
                self._live_for = None
                raise
            self._calls[scope].append(call)

    def _begin_anew_for(self, scope: str, number: int) -> str:
        """The cell that runs, with what is ahead of it taken; what it enqueued before is forgotten."""
        if self._numbers.get(scope) != number:
            is_last = scope not in self._calls and self._live_for == next(
                reversed(self._calls), None
            )
            self._numbers[scope], self._calls[scope] = number, []
            self._live_for = scope if is_last else None
        if self._live_for != scope:
            self._live = self._make(Received())
            self._told = True
            for name, calls in self._calls.items():
                self._replay(self._live, calls)
                if name == scope:
                    break
            self._live_for, self._told = scope, False
        return scope

    def _replay(self, request: InboundSyncRequest, calls: Sequence[_Call]) -> None:
        for call in calls:
            self._made(request, call)

    def _made(self, request: InboundSyncRequest, call: _Call) -> None:
        try:
            getattr(request, call.method)(*call.arguments)
        except LimitReached as reached:
            if request is self._live and not self._told:
                print(f"{reached}: what comes now is left out")  # noqa: T201 - the cell shows it
                self._told = True


def _own(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Copies: what the author changes later is not what came."""
    try:
        return copy.deepcopy(arguments)
    except TypeError:  # what cannot be copied is no page of records: it is refused as it is
        return arguments
