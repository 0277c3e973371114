"""A run for real: what is new or changed goes to the app, outcomes are stored as they come."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from devsession.errors import UsageError
from devsession.plugin.contract import sync_actions
from devsession.plugin.outbound import OutboundSyncRequest
from devsession.render import counted
from devsession.session.journal import JournaledRecords, apply_left, journal_of, only_run
from devsession.session.plugin_call import calling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pandas import DataFrame

    from devsession.plugin.contract import Plugin
    from devsession.plugin.outbound import RecordStore
    from devsession.plugin.parameters import OutboundSyncConfigurationParameters
    from devsession.secrets.redact import Redactor
    from devsession.session.development import DevelopmentSession
    from devsession.session.sync import Sync

_CAUSES_SHOWN = 3


@dataclass(frozen=True)
class RunSummary:
    """What a run did. `causes`: why records were refused, the most frequent first."""

    sync: str
    run: int
    sent: int
    succeeded: int
    failed: int
    unanswered: int
    causes: dict[str, int]

    def __bool__(self) -> bool:
        return not self.failed and not self.unanswered

    @property
    def text(self) -> str:
        """Counts, and the causes of refusals, in one line."""
        parts = [f"{self.succeeded:,} ok"]
        if self.failed:
            named = [
                f"{cause} ({count:,})" if count > 1 else cause
                for cause, count in list(self.causes.items())[:_CAUSES_SHOWN]
            ]
            parts.append(f"{self.failed:,} refused: {'; '.join(named)}")
        if self.unanswered:
            parts.append(f"{self.unanswered:,} without an outcome")
        return ", ".join(parts)

    def __str__(self) -> str:
        return f"{self.sync}: {counted(self.sent, 'record')} sent, {self.text}"

    def to_dict(self) -> dict[str, Any]:
        """The same for programs."""
        return asdict(self)


class CountedRecords:
    """A run's records, passed on; their outcomes are redacted and counted on the way back."""

    def __init__(self, records: RecordStore, redactor: Redactor) -> None:
        self._records = records
        self._redactor = redactor
        self._lock = Lock()
        self._cause_of: dict[str, str | None] = {}

    def batches(self, *, actions: Sequence[str] | None, size: int) -> Iterator[DataFrame]:
        """The records, as the run offers them."""
        return self._records.batches(actions=actions, size=size)

    def apply(self, outcomes: DataFrame) -> None:
        """Store outcomes, then count them: what is counted is stored."""
        outcomes = self._redacted(outcomes)
        self._records.apply(outcomes)
        refused = ~outcomes["SUCCESS"].astype(bool)
        causes = [
            _cause(result) if failed else None
            for failed, result in zip(refused, outcomes["RESULT"], strict=True)
        ]
        with self._lock:
            self._cause_of.update(zip(outcomes["IDENTIFIER"], causes, strict=True))

    def _redacted(self, outcomes: DataFrame) -> DataFrame:
        """RESULT without secrets: an app may echo one in its error."""
        results = outcomes["RESULT"]
        if not self._redactor.find("\n".join(results)):
            return outcomes
        return outcomes.assign(RESULT=[self._redactor.text(result) for result in results])

    @property
    def causes(self) -> Counter[str]:
        """Why records were refused, each counted once, by its last outcome."""
        return Counter(cause for cause in self._cause_of.values() if cause is not None)

    @property
    def counts(self) -> dict[str, int]:
        """How many records succeeded and failed, each counted once, by its last outcome."""
        failed = self.causes.total()
        return {"succeeded": len(self._cause_of) - failed, "failed": failed}


def run_sync(session: DevelopmentSession, sync: Sync) -> RunSummary:
    """Stage what is new or changed, call sync_outbound, store outcomes as they come.

    Whatever stops it, outcomes that came are kept: the next run offers what has none.

    Raises:
        UsageError: the session is offline, or a run of this sync goes on already.
        SourceError: identifiers of the source are null or not unique; nothing was sent.
        PluginRaisedError: the method raised.
    """
    if session.offline:
        raise UsageError(
            "A run for real calls the app, and DEVSESSION_OFFLINE is set",
            next_step=f"unset DEVSESSION_OFFLINE; devsession sync run {sync.slug}",
            sync=sync.slug,
        )
    with only_run(session, sync) as alone:
        if not alone:
            raise UsageError(
                f"A run of {sync.slug!r} goes on already; nothing was sent",
                tried="two at once would send records twice",
                next_step=f"wait for its end; devsession sync show {sync.slug}",
                sync=sync.slug,
            )
        apply_left(session, sync)
        return _run(session, sync)


def _run(session: DevelopmentSession, sync: Sync) -> RunSummary:
    parameters, plugin = sync.parameters, session.plugin
    run = session.store.start_run(sync.record)
    journal = journal_of(session, sync, run)
    status, counts = "failed", dict[str, int]()
    try:
        staged = session.engine.stage(sync.record, run, parameters.sync_strategy)
        stored = JournaledRecords(staged, journal)
        records = CountedRecords(stored, session.vault.redactor)
        try:
            _call(session, plugin, parameters, records)
            status = "completed"
        finally:
            counts = records.counts
            stored.flush()
    except KeyboardInterrupt:
        status = "interrupted"
        raise
    finally:
        session.store.finish_run(run, status=status, counts=counts)
    sent = sum(staged.actions.values())
    staged.discard()
    return RunSummary(
        sync=sync.slug,
        run=run.id,
        sent=sent,
        succeeded=counts["succeeded"],
        failed=counts["failed"],
        unanswered=sent - sum(counts.values()),
        causes=dict(records.causes.most_common()),
    )


def _call(
    session: DevelopmentSession,
    plugin: Plugin,
    parameters: OutboundSyncConfigurationParameters,
    records: CountedRecords,
) -> None:
    """sync_outbound on the run's records; outcomes that it returns are stored as well."""
    request = OutboundSyncRequest(records, actions=sync_actions(plugin, parameters))
    # Outcomes may be returned as well as enqueued, whatever the base class says.
    sync_outbound: Any = plugin.sync_outbound
    with (
        session.recorder.paused(),
        calling(plugin, "sync_outbound", session.vault, so_far=lambda: _answered(records)),
    ):
        returned = sync_outbound(parameters, request)
        if returned is not None:
            request.enqueue_results(returned)


def _answered(records: CountedRecords) -> str:
    return f"outcomes until then, which are kept: {sum(records.counts.values()):,}"


def _cause(result: str | None) -> str:
    found = from_json(result) if result else {}
    return (
        str(found.get("error", "no cause given")) if isinstance(found, dict) else "no cause given"
    )
