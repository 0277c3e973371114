"""What `sync_inbound` is given: the streams to read, and where their records and states go."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Self

from pydantic_core import from_json

from devsession.errors import StreamError, UsageError, did_you_mean
from devsession.http.clock import SystemClock
from devsession.http.deadline import current_deadline
from devsession.plugin.record_json import NoJsonError, as_json
from devsession.plugin.report import Report
from devsession.plugin.stream_page import NAMED_ROWS, Page, Secrets
from devsession.plugin.stream_rules import (
    ENDED_ALREADY,
    NO_CRITERIA,
    NO_END,
    REFUSED_BEFORE,
    REPEATED_KEY,
    SECRET,
    STATE_IS_NO_OBJECT,
    UNCOVERED,
    UNKNOWN_STREAM,
    Findings,
    Rule,
    check_page,
)
from devsession.plugin.stream_run import Pace, StreamProgress, StreamRun
from devsession.plugin.stream_schema import RecordSchema
from devsession.plugin.stream_spool import Spool, repeated_names
from devsession.plugin.stream_store import Checkpoint, StreamRecords, StreamStore
from devsession.plugin.streams import InboundSyncStrategy, in_dependency_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import TracebackType

    from pandas import DataFrame

    from devsession.http.clock import Clock
    from devsession.plugin.streams import StoredStreamConfiguration

__all__ = [
    "Checkpoint",
    "InboundSyncRequest",
    "LimitReached",
    "Pace",
    "Secrets",
    "StreamProgress",
    "StreamRecords",
    "StreamStore",
]

_WIDEST = 160


class LimitReached(BaseException):
    """As many records have come as were asked for: a calm end, no error.

    No Exception, so that what an author catches around a page does not catch it.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit:,} records have come, which is what was asked for")


class InboundSyncRequest:
    """The streams of one run, and the way of their records and states to the store.

    Whoever calls `sync_inbound` does it inside of `with request:`. That stores what is left when it
    returns; when it raises, what a state covers, and lets the rest go: the next run reads it again.
    A limit that is reached ends it calmly.

    store: where they go. folder: for the files on their way, by default a temporary one. limit:
    records that are asked for, over all streams; the page that exceeds it is cut, and its state
    left out. secrets: what no record may hold. Streams may be read side by side in threads.
    """

    def __init__(
        self,
        streams: Iterable[StoredStreamConfiguration],
        store: StreamStore,
        *,
        folder: Path | None = None,
        limit: int | None = None,
        secrets: Secrets | None = None,
        clock: Clock | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._streams = in_dependency_order(streams)
        self._limit = self._left = limit
        self.secrets = secrets or Secrets()
        self._findings = Findings()
        self._lock = Lock()
        self._ended = False
        clock, pace, folder = clock or SystemClock(), pace or Pace(), folder or self._temporary()
        self._runs = {
            stream.stream_name: StreamRun(
                stream,
                store,
                Spool(folder, number),
                clock=clock,
                pace=pace,
                before_store=self._look_for_repeated,
            )
            for number, stream in enumerate(self._streams)
        }

    @property
    def streams(self) -> list[StoredStreamConfiguration]:
        """The streams to read now, each behind the one that it depends on, with its latest_state."""
        return list(self._streams)

    @property
    def limit(self) -> int | None:
        """Records that are asked for, over all streams; None for all there are."""
        return self._limit

    @property
    def report(self) -> Report:
        """What the rules have found so far, in all streams."""
        checked = sum(run.progress.records for run in self._runs.values())
        return self._findings.report("inbound records", checked)

    @property
    def progress(self) -> dict[str, StreamProgress]:
        """How far each stream is."""
        return {name: run.progress for name, run in self._runs.items()}

    def enqueue_results(
        self,
        stream_name: str,
        results: Sequence[Mapping[str, Any]] | DataFrame,
        new_state: Mapping[str, Any] | None = None,
        is_delete: bool | Sequence[bool] = False,
    ) -> None:
        """Hand over a page of records, and the state that covers all that came so far.

        results: dicts, or a frame with a row a record; what they may hold and how it is stored is in
        `devsession.plugin.record_json`. new_state: where the next run goes on; without one the
        records wait for the next state. is_delete: whether the app has deleted these records, of
        all of them or one by one; their key is enough then.

        A page that breaks a rule is refused whole, and nothing more is taken of its stream.

        Raises:
            StreamError: a rule is broken; `fields["report"]` says which, in which rows.
            DeadlineError: the run's time is over; the page is kept.
            WarehouseError: what came so far could not be stored.
        Source: sync contract, `enqueue_results`.
        """
        with self._open(stream_name) as run:
            page = self._cut(self._page(run, results, state=new_state, is_delete=is_delete))
            self._judge(check_page(page))
            run.take(page)
        self._between_pages()

    def delete_by_criteria(
        self,
        stream_name: str,
        criteria: Mapping[str, Any],
        new_state: Mapping[str, Any] | None = None,
    ) -> None:
        """Delete the records that came before and have these values: field -> value, all of them.

        Raises:
            StreamError: criteria that name no field, or a state that breaks a rule.
            WarehouseError: what came before could not be stored.
        Source: sync contract, `delete_by_criteria`.
        """
        with self._open(stream_name) as run:
            page = self._page(run, [], state=new_state)
            self._judge(check_page(page))
            run.delete(self._criteria(run, criteria), page.state)
        self._between_pages()

    def enqueue_state(self, stream_name: str, state: Mapping[str, Any]) -> None:
        """Hand over a state by itself; it covers all that came for the stream before.

        Raises:
            StreamError: the state breaks a rule.
            WarehouseError: what it covers could not be stored.
        Source: sync contract, `enqueue_state`.
        """
        given: object = state
        if given is None:
            with self._open(stream_name):
                raise self._refusal(STATE_IS_NO_OBJECT, stream_name, "but None")
        self.enqueue_results(stream_name, [], state)

    def mark_stream_started(self, stream_name: str) -> None:
        """Say that a stream is being read now. Source: sync contract."""
        with self._open(stream_name) as run:
            run.note(started=True)

    def mark_stream_complete(self, stream_name: str) -> None:
        """Say that a stream was read to its end; what came for it is stored.

        Raises:
            StreamError: something of it was refused.
            WarehouseError: it could not be stored.
        Source: sync contract.
        """
        with self._open(stream_name) as run:
            self._look_for_uncovered(run)
            run.store_all(complete=True)

    def set_stream_record_count(self, stream_name: str, count: int) -> None:
        """Say how many records there are to read. Source: sync contract."""
        total = _counted(count)
        with self._open(stream_name) as run:
            run.note(total=total, total_is_estimate=False)

    def set_stream_total_records_estimate(self, stream_name: str, estimate: int) -> None:
        """Say how many there are about. Source: sync contract."""
        total = _counted(estimate)
        with self._open(stream_name) as run:
            run.note(total=total, total_is_estimate=True)

    def give_up_stream(self, stream_name: str) -> None:
        """Reading a stream failed: store what a state covers, and let the rest go."""
        run = self._runs[stream_name]
        with run.lock:
            run.give_up()

    def flush(self) -> None:
        """Store now what a state covers, without waiting for more.

        Raises:
            WarehouseError: it could not be stored.
        """
        for run in self._runs.values():
            with run.lock:
                if not run.refused:
                    run.store_covered()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> bool:
        self._ended = True
        calm = error is None or isinstance(error, LimitReached)
        failed: Exception | None = None
        for run in self._runs.values():
            with run.lock:
                try:
                    self._end(run, calm=calm)
                except Exception as problem:  # noqa: BLE001 - raised when each stream has its end
                    failed = failed or problem
                    run.give_up()
        if calm and failed is not None:
            raise failed
        if calm:
            self.report.raise_if_failed()
        return calm

    def _end(self, run: StreamRun, *, calm: bool) -> None:
        if run.progress.complete:
            return
        if run.refused or run.progress.failed or not calm:
            run.give_up()
            return
        if self._left != 0:
            self._look_for_uncovered(run)
            if run.progress.started:
                replaces = run.stream.storage_behaviour == "replace"
                detail = "replace keeps the records from before until it is" if replaces else ""
                self._findings.add(NO_END.finding(run.stream.stream_name, detail=detail))
        run.store_all()

    @contextmanager
    def _open(self, stream_name: str) -> Iterator[StreamRun]:
        """A stream that may go on. What goes wrong inside is the last that it says."""
        run = self._runs.get(stream_name) if isinstance(stream_name, str) else None
        if run is None:
            hint = self._shown(f"{stream_name!r}; {did_you_mean(stream_name, self._runs)}")
            raise self._refusal(UNKNOWN_STREAM, self._shown(str(stream_name)), hint)
        if self._ended:
            raise UsageError(
                "the run of this request has ended",
                where=f"stream {stream_name!r}",
                next_step="enqueue from inside sync_inbound, and wait there for threads",
                stream=stream_name,
            )
        with run.lock:
            if run.refused is not None:
                raise self._refusal(REFUSED_BEFORE, stream_name, _in_short(run.refused))
            if run.progress.complete:
                raise self._refusal(ENDED_ALREADY, stream_name)
            try:
                yield run
            except LimitReached:
                raise
            except BaseException as error:
                run.refused = error
                raise

    def _refusal(self, rule: Rule, column: str, detail: str = "") -> StreamError:
        finding = rule.finding(column, detail=detail)
        self._findings.add(finding)
        return StreamError(
            f"stream {column!r}: {finding.message}",
            tried=f"{finding.rule}: {finding.message}",
            next_step=finding.fix,
            report=Report(f"stream {column!r}", (finding,), 0, error=StreamError),
        )

    def _page(self, run: StreamRun, results: object, **options: Any) -> Page:
        if run.schema is None:
            run.schema = RecordSchema(run.stream.stream.json_schema)
        return Page(
            run.stream,
            results,
            before=run.state,
            schema=run.schema,
            secrets=self.secrets,
            **options,
        )

    def _cut(self, page: Page) -> Page:
        """As much of it as is asked for still."""
        if self._left is None or self._limit is None:
            return page
        with self._lock:
            if self._left == 0:
                raise LimitReached(self._limit)
            taken = min(self._left, len(page))
            self._left -= taken
        return page if taken == len(page) else page.first(taken)

    def _between_pages(self) -> None:
        if self._limit is not None and self._left == 0:
            raise LimitReached(self._limit)
        current_deadline().check()

    def _judge(self, report: Report) -> None:
        for finding in report.findings:
            self._findings.add(finding)
        report.raise_if_failed()

    def _criteria(self, run: StreamRun, criteria: Mapping[str, Any]) -> Mapping[str, Any]:
        name = run.stream.stream_name
        if not isinstance(criteria, Mapping) or not criteria:
            raise self._refusal(NO_CRITERIA, name, f"not {type(criteria).__name__}")
        try:
            text = as_json(criteria)
        except NoJsonError as error:
            raise self._refusal(NO_CRITERIA, name, self._shown(str(error))) from None
        if self.secrets.held_by(text):
            raise self._refusal(SECRET, name, "in the criteria")
        read: dict[str, Any] = from_json(text)
        return read

    def _look_for_uncovered(self, run: StreamRun) -> None:
        if run.waiting and run.stream.sync_strategy is InboundSyncStrategy.INCREMENTAL:
            self._findings.add(UNCOVERED.finding(run.stream.stream_name, count=run.waiting))

    def _look_for_repeated(self, stream: StoredStreamConfiguration, files: Sequence[Path]) -> None:
        if stream.storage_behaviour == "append" or not files:
            return
        count, names = repeated_names(files, NAMED_ROWS)
        if count:
            rows = tuple(map(self._shown, names))
            self._findings.add(REPEATED_KEY.finding(stream.stream_name, rows=rows, count=count))

    def _shown(self, text: str) -> str:
        return self.secrets.shown(text, _WIDEST)

    def _temporary(self) -> Path:
        folder = tempfile.mkdtemp(prefix="devsession-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return Path(folder)


def _in_short(refused: BaseException) -> str:
    """Which rules were broken, or what else it was."""
    report = refused.fields["report"] if isinstance(refused, StreamError) else None
    if isinstance(report, Report):
        return ", ".join(finding.rule for finding in report.errors)
    return type(refused).__name__


def _counted(number: int) -> int:
    if not isinstance(number, int) or number < 0:
        raise UsageError(
            f"a count of records is a whole number from 0 on, not {type(number).__name__}",
            next_step="request.set_stream_record_count(stream_name, 1_200)",
        )
    return number
