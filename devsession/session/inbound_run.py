"""An inbound run for real: records of the app's streams go to the warehouse, with their states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import DeadlineError, PluginRaisedError, StreamError
from devsession.http.deadline import TIME_LIMIT_MINS
from devsession.notebook.stream_progress import NotebookStreamProgress
from devsession.plugin.schema_drift import schema_difference
from devsession.session.app_limits import limits_in_run, time_limit
from devsession.session.inbound_call import call_inbound, secrets_of
from devsession.session.inbound_summary import InboundSummary, StreamSummary
from devsession.session.inbound_watcher import InboundLog, LoggedStore, WatchedRequest
from devsession.session.run_lock import end_killed
from devsession.session.run_turn import COMPLETED, TIMED_OUT, to_its_end, turn_of
from devsession.session.stream_table import read_as

if TYPE_CHECKING:
    from devsession.http.deadline import Deadline
    from devsession.plugin.report import Finding
    from devsession.session.development import DevelopmentSession
    from devsession.session.inbound_sync import InboundSync
    from devsession.session.inbound_watcher import InboundWatcher


def run_inbound(
    session: DevelopmentSession,
    sync: InboundSync,
    *,
    watcher: InboundWatcher | None = None,
    time_limit_mins: float = TIME_LIMIT_MINS,
) -> InboundSummary:
    """Call sync_inbound; what it reads is stored with the states that cover it, as it comes.

    Whatever stops it, what is stored stays, and the next run goes on from its states. A stream that
    fails leaves the others. Its log is a file of `.devsession/logs/`. watcher: looks on; by default
    what a notebook shows. time_limit_mins: when they have passed the run ends in the same way.

    Raises:
        UsageError: the session is offline, a run of this sync goes on already, or the time limit
            is no number over 0.
        PluginRaisedError: the method raised, and no stream could go on.
        RunInterrupted: Ctrl-C, a KeyboardInterrupt that says what was done.
    """
    deadline = time_limit(time_limit_mins)
    with turn_of(session, sync, twice="store records twice"):
        end_killed(session.store, sync.record)
        return _Run(session, sync, watcher or NotebookStreamProgress(), deadline).go()


class _Run:
    """One run, from its entry in the list of runs to its summary."""

    def __init__(
        self,
        session: DevelopmentSession,
        sync: InboundSync,
        watcher: InboundWatcher,
        deadline: Deadline,
    ) -> None:
        self._session = session
        self._deadline = deadline
        self._sync = sync
        self._watcher = watcher
        with session.recorder.paused():
            self._streams = sync.chosen_now()
        self._parameters, self._plugin = sync.parameters, session.plugin
        self._tables = sync.tables
        self._tables.prepare(self._streams)
        self._run = session.store.start_run(sync.record)
        self._log = InboundLog(sync.slug, self._run.id, session.vault.text)
        self._request = WatchedRequest(
            self._streams,
            LoggedStore(self._tables, self._log),
            secrets=secrets_of(session),
            told=watcher.read,
        )
        self._said: dict[str, str] = {}
        self._schemas = self._tables.schemas()

    def go(self) -> InboundSummary:
        """Read, and end in a summary, however it ends."""
        return to_its_end(self._session, self._log, self._read, self._end)

    def _read(self) -> str:
        self._log.begun(read_as(self._streams), type(self._plugin).__name__)
        session, plugin, parameters = self._session, self._plugin, self._parameters
        deadline, over = self._deadline, False
        try:
            with limits_in_run(session, plugin, parameters, self._watcher.waiting, deadline):
                try:
                    call_inbound(session, plugin, parameters, self._request, so_far=self._so_far)
                finally:
                    over = deadline.over
        except DeadlineError:
            if not over:
                raise
        except PluginRaisedError as error:
            failed = error.fields.get("streams")
            if not isinstance(failed, list):
                raise
            # The others were read: the summary says which were not.
            told = dict(line.partition(": ")[::2] for line in error.said.split("\n"))
            self._said = {name: told.get(name, "failed") for name in failed}
        except StreamError:
            if not any(map(self._refused, self._request.progress)):
                raise
        whole = all(each.complete for each in self._request.progress.values())
        return TIMED_OUT if over and not whole else COMPLETED

    def _so_far(self) -> str:
        stored = sum(each.stored for each in self._request.progress.values())
        return f"records until then, which are kept: {stored:,}"

    def _refused(self, stream: str) -> list[Finding]:
        """The rules that pages of a stream broke."""
        return [
            each
            for each in self._request.report.errors
            if each.column == stream or each.column.startswith(f"{stream}.")
        ]

    def _end(self, status: str, error: BaseException | None) -> InboundSummary:
        summary = self._summary(status)
        try:
            self._session.store.finish_run(self._run, status=status, counts=summary.counts)
        finally:
            self._watcher.ended()
            self._log.over(summary, error)
        return summary

    def _summary(self, status: str) -> InboundSummary:
        states, views = self._tables.states(), self._tables.views()
        streams = {}
        for name, each in self._request.progress.items():
            refused = self._refused(name)
            told = "; ".join(f"{found.rule} {found.text}" for found in refused)
            streams[name] = StreamSummary(
                records=each.stored,
                deleted=each.deleted,
                refused=max((found.count for found in refused), default=0),
                state=states.get(name),
                seconds=round(self._request.seconds(name), 3),
                complete=each.complete,
                problem=self._said.get(name, told),
                view=views.get(name, ""),
            )
        found = self._request.report.warnings
        warnings = tuple(f"{each.rule} {each.column}: {each.text}" for each in found)
        return InboundSummary(
            self._sync.slug, self._run.id, status, streams, warnings, fields=self._drift()
        )

    def _drift(self) -> dict[str, str]:
        """What differs in the fields of records: from those of before, or as the app says now."""
        filled = self._sync.record.streams.included_streams
        pairs = {
            name: (self._schemas.get(name), new) for name, new in self._tables.schemas().items()
        }
        for stream in self._streams:
            before = filled.get(stream.stream_name)
            if before is not None and before.stream.json_schema:
                pairs[stream.stream_name] = (
                    before.stream.json_schema,
                    stream.stream.json_schema or {},
                )
        found = {
            name: schema_difference(old, new) for name, (old, new) in pairs.items() if old and new
        }
        return {name: str(difference) for name, difference in found.items() if difference}
