"""A run for real: what is new or changed goes to the app, outcomes are stored as they come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from devsession.errors import DeadlineError
from devsession.http.deadline import TIME_LIMIT_MINS
from devsession.notebook.progress import NotebookProgress
from devsession.render import counted
from devsession.session.app_limits import limits_in_run, time_limit
from devsession.session.counting import CountedRecords
from devsession.session.journal import JournaledRecords, apply_left, journal_of
from devsession.session.outbound_call import call_outbound, outbound_request
from devsession.session.plugin_call import calling
from devsession.session.run_log import RunLog
from devsession.session.run_turn import COMPLETED, TIMED_OUT, RunInterrupted, to_its_end, turn_of
from devsession.session.run_watcher import Watchers
from devsession.session.summary import RunSummary
from devsession.session.validating import ValidatedRecords, validator_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.http.deadline import Deadline
    from devsession.plugin.outbound import RecordStore
    from devsession.session.development import DevelopmentSession
    from devsession.session.run_watcher import RunWatcher
    from devsession.session.sync import Sync
    from devsession.warehouse.staged import Stage

__all__ = ["RunInterrupted", "RunSummary", "run_sync"]


def run_sync(
    session: DevelopmentSession,
    sync: Sync,
    *,
    watcher: RunWatcher | None = None,
    time_limit_mins: float = TIME_LIMIT_MINS,
) -> RunSummary:
    """Stage what is new or changed, call sync_outbound, store outcomes as they come.

    Whatever stops it, outcomes that came are kept: the next run offers what has none. Its log is
    a file of `.devsession/logs/`. watcher: looks on; by default what a notebook shows.
    time_limit_mins: when they have passed the run ends, with what was done until then.

    Raises:
        UsageError: the session is offline, a run of this sync goes on already, or the time limit
            is no number over 0.
        SourceError: identifiers of the source are null or not unique; nothing was sent.
        PluginRaisedError: the method raised.
        RunInterrupted: Ctrl-C, a KeyboardInterrupt that says what was done.
    """
    deadline = time_limit(time_limit_mins)
    with turn_of(session, sync, twice="send records twice"):
        apply_left(session, sync)
        return _Run(session, sync, watcher or NotebookProgress(), deadline).go()


class _Run:
    """One run, from its entry in the list of runs to its summary."""

    def __init__(
        self, session: DevelopmentSession, sync: Sync, watcher: RunWatcher, deadline: Deadline
    ) -> None:
        self._session = session
        self._deadline = deadline
        self._sync = sync
        self._parameters, self._plugin = sync.parameters, session.plugin
        self._run = session.store.start_run(sync.record)
        self._log = RunLog(sync.slug, self._run.id, session.vault.text)
        self._watcher = Watchers(self._log, watcher)
        self._staged: Stage | None = None
        self._counted: CountedRecords | None = None

    def go(self) -> RunSummary:
        """Send, and end in a summary, however it ends."""
        return to_its_end(self._session, self._log, self._send, self._end)

    def _send(self) -> str:
        session, record, strategy = self._session, self._sync.record, self._parameters.sync_strategy
        self._log.started(
            source=record.source, strategy=strategy.name, plugin=type(self._plugin).__name__
        )
        staged = self._staged = session.engine.stage(record, self._run, strategy)
        stored = JournaledRecords(staged, journal_of(session, self._sync, self._run))
        counted = self._counted = CountedRecords(stored, session.vault.redactor, self._watcher)
        self._watcher.staged(staged.actions, scanned=staged.scanned, unchanged=staged.unchanged)
        try:
            validator = validator_of(session, self._sync)
            sent = counted if validator is None else ValidatedRecords(counted, validator)
            offered = sum(staged.actions.values())
            over = self._call(sent, so_far=lambda: _so_far(counted.answered, offered))
        finally:
            stored.flush()
        return TIMED_OUT if over and not self._summary(COMPLETED) else COMPLETED

    def _call(self, records: RecordStore, *, so_far: Callable[[], str]) -> bool:
        """sync_outbound on the run's records; outcomes that it returns are stored as well.

        Whether its time was over before it was.
        """
        deadline = self._deadline
        session, plugin, parameters = self._session, self._plugin, self._parameters
        request = outbound_request(
            session,
            parameters,
            records,
            plugin=plugin,
            unrendered=lambda failed: request.enqueue_results(failed),  # noqa: PLW0108 - not there yet
        )
        with (
            limits_in_run(session, plugin, parameters, self._watcher.waiting, deadline),
            calling(plugin, "sync_outbound", session.vault, so_far=so_far),
        ):
            try:
                returned: Any = call_outbound(session, plugin, parameters, request, so_far=so_far)
                if returned is not None:
                    request.enqueue_results(returned)
            except DeadlineError:
                if not deadline.over:
                    raise
            return deadline.over

    def _end(self, status: str, error: BaseException | None) -> RunSummary:
        summary = self._summary(status)
        try:
            self._session.store.finish_run(self._run, status=status, counts=summary.counts)
        finally:
            self._watcher.finished(summary, error)
        if status == COMPLETED and self._staged is not None:
            self._staged.discard()
        return summary

    def _summary(self, status: str) -> RunSummary:
        summary = RunSummary(sync=self._sync.slug, run=self._run.id, status=status)
        staged, counted = self._staged, self._counted
        if staged is None or counted is None:
            return summary
        summary = replace(summary, scanned=staged.scanned, skipped=staged.unchanged)
        return counted.summary(summary, offered=sum(staged.actions.values()))


def _so_far(answered: int, offered: int) -> str:
    kept = f"outcomes until then, which are kept: {answered:,}"
    if answered == offered:
        return kept
    left = counted(offered - answered, "record")
    return f"{kept}\n{left} without an outcome: the app may have taken some of them; the next run offers them all"
