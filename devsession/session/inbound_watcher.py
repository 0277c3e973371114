"""Who looks on while an inbound run goes: its log, and a line under the cell or on the terminal."""

from __future__ import annotations

import logging
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from devsession.plugin.inbound import InboundSyncRequest
from devsession.session.run_log import RunLog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pandas import DataFrame

    from devsession.http import Wait
    from devsession.plugin.inbound import StreamProgress
    from devsession.plugin.stream_store import Checkpoint, StreamStore
    from devsession.session.inbound_summary import InboundSummary


class InboundWatcher(Protocol):
    """Is told how far an inbound run is, one call at a time."""

    def read(self, progress: Mapping[str, StreamProgress]) -> None:
        """Records came; how far each stream is."""

    def waiting(self, wait: Wait) -> None:
        """A request to the app begins to wait for a rate limit."""

    def ended(self) -> None:
        """The run has ended."""


class InboundLog(RunLog):
    """The log of an inbound run: a line a checkpoint."""

    def begun(self, streams: Mapping[str, str], plugin: str) -> None:
        """The run begins. streams: name -> how it is read."""
        self._log(logging.INFO, "started", streams=dict(streams), plugin=plugin)

    def checkpoint(self, stream: str, *, has_state: bool, complete: bool) -> None:
        """What came of a stream so far is stored."""
        self._log(logging.INFO, "stored", stream=stream, state=has_state, complete=complete)

    def over(self, summary: InboundSummary, error: BaseException | None) -> None:
        """The run has ended."""
        facts: dict[str, Any] = {"status": summary.status, "records": summary.counts}
        facts |= {"problems": summary.problems} if summary.problems else {}
        facts |= {"error": f"{type(error).__name__}: {error}"} if error is not None else {}
        failed = summary.status == "failed" or bool(summary.problems)
        self._log(logging.ERROR if failed else logging.INFO, "finished", **facts)


class LoggedStore:
    """Where records go, with a line in the log for each checkpoint that is stored."""

    def __init__(self, store: StreamStore, log: InboundLog) -> None:
        self._store = store
        self._log = log
        self._lock = Lock()

    def store(self, checkpoint: Checkpoint) -> None:
        """Store it, then say so."""
        self._store.store(checkpoint)
        with self._lock:
            self._log.checkpoint(
                checkpoint.stream.stream_name,
                has_state=checkpoint.state is not None,
                complete=checkpoint.complete,
            )


class WatchedRequest(InboundSyncRequest):
    """A request of which somebody is told how far it is, and how long each stream took."""

    def __init__(
        self, *args: Any, told: Callable[[Mapping[str, StreamProgress]], None], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._told = told
        self._telling = Lock()
        self._first: dict[str, float] = {}
        self._last: dict[str, float] = {}

    def seconds(self, stream: str) -> float:
        """From the first that was heard of a stream to the last."""
        return self._last.get(stream, 0.0) - self._first.get(stream, 0.0)

    def enqueue_results(
        self,
        stream_name: str,
        results: Sequence[Mapping[str, Any]] | DataFrame,
        new_state: Mapping[str, Any] | None = None,
        is_delete: bool | Sequence[bool] = False,
    ) -> None:
        """As a request does; somebody is told."""
        self._hear(stream_name)
        try:
            super().enqueue_results(stream_name, results, new_state, is_delete)
        finally:
            self._hear(stream_name)
        with self._telling:
            self._told(self.progress)

    def mark_stream_started(self, stream_name: str) -> None:
        """As a request does."""
        self._hear(stream_name)
        super().mark_stream_started(stream_name)

    def mark_stream_complete(self, stream_name: str) -> None:
        """As a request does."""
        self._hear(stream_name)
        super().mark_stream_complete(stream_name)
        self._hear(stream_name)

    def _hear(self, stream: str) -> None:
        now = monotonic()
        self._first.setdefault(stream, now)
        self._last[stream] = now
