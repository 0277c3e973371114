"""A scenario: one pass of a sync with frozen input, kept in a folder; `sync.scenario(..)`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pydantic_core import from_json

from devsession.errors import ScenarioError
from devsession.notebook.exchanges import Exchanges
from devsession.notebook.timeline import Timeline
from devsession.plugin.outbound import all_outcomes
from devsession.plugin.outcome_rules import check_outcomes
from devsession.plugin.outcomes import Outcomes, frame_of
from devsession.plugin.report import Report
from devsession.recording.scenario_source import ScenarioSource
from devsession.recording.takes import of_the_sync
from devsession.render import counted
from devsession.session.addresses import called_elsewhere, declared_by
from devsession.session.completion import Told, apply_outcomes, completion_of
from devsession.session.outbound_call import call_outbound, outbound_request
from devsession.session.resending import Sender, SentExchange
from devsession.session.run_findings import (
    answered_by,
    asked_too_fast,
    cells_differ_from_run,
    differs_from_cells,
    warning,
)
from devsession.testing.comparison import outcome_differences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import DataFrame

    from devsession.plugin.contract import Plugin
    from devsession.plugin.outbound import OutboundSyncRequest
    from devsession.plugin.parameters import OutboundSyncConfigurationParameters
    from devsession.plugin.report import Finding
    from devsession.recording.exchange import Exchange
    from devsession.recording.scenario import ScenarioFolder
    from devsession.session.development import DevelopmentSession
    from devsession.session.sync import Sync
    from devsession.testing.drift import DriftReport


_OTHER_THAN_COMPLETED = "its outcomes are others than those of the completed test, which stays as it is until complete()"


@dataclass(frozen=True, repr=False)
class RunReport(Report):
    """What a run of the method handed back, checked and compared with the cells' outcomes.

    outcomes: one row a record, columns as in `Outcomes.to_frame()`.
    """

    outcomes: DataFrame = field(kw_only=True, compare=False)


class Scenario:
    """Frozen parameters and records, and what was exchanged with the app since it was opened."""

    def __init__(self, session: DevelopmentSession, sync: Sync, folder: ScenarioFolder) -> None:
        self._session = session
        self._sync = sync
        self.folder = folder
        self._report: Report | None = None
        self._frozen = folder.read_input()
        self._waiting: tuple[DataFrame, Sequence[Exchange]] | None = None
        self.open()

    @property
    def name(self) -> str:
        """What it is opened by."""
        return self._frozen.name

    def open(self) -> None:
        """Begin anew: the exchanges of before are not counted any more."""
        before, self._frozen = self._frozen, self.folder.read_input()
        self._waiting = self._waiting if self._frozen == before else None
        self.records = self.folder.read_records()
        self._mark = self._session.recorder.mark()
        self._end: int | None = None
        self.request = self._new_request(self._begin())
        self._session.now_open(self)

    def park(self) -> None:
        """Another scenario was opened: what is exchanged from now on is its own."""
        self._end = self._session.recorder.mark()

    def __repr__(self) -> str:
        return f"Scenario {self.name!r}: {counted(len(self.records), 'record')}, frozen"

    @property
    def parameters(self) -> OutboundSyncConfigurationParameters:
        """What sync_outbound gets, as frozen; the secrets are those of today's connection."""
        return self._session.vault.used_in(self._begin().parameters)

    @property
    def http(self) -> Exchanges[SentExchange]:
        """The exchanges since it was opened, redacted; `[2].curl()` and `[2].resend(..)` go on from one.

        Those of Test and of forms are not among them: they are no part of the sync.
        """
        count = None if self._end is None else self._end - self._mark
        sender = Sender(self._session, self._look_up)
        played = of_the_sync(self._session.recorder.exchanges_since(self._mark)[:count])
        return Exchanges([sender.view(each) for each in played])

    def timeline(self) -> Timeline:
        """The exchanges as a picture, in their order."""
        return Timeline(self.http)

    def validate(self, outcomes: DataFrame | Outcomes) -> Report:
        """Check outcomes against every rule; valid ones are kept in the folder.

        From the first valid `run()` on they are what the next one is compared with, no more: the
        test expects what the run came to.
        """
        report = self._report = self._checked(outcomes, self.http)
        if report:
            redactor = self._session.vault.redactor
            frame = frame_of(outcomes)
            with self.folder.at_once(redactor):
                self.folder.write_cells(frame, redactor)
                if not self._frozen.tested:
                    self.folder.write_outcomes(frame, redactor)
                    self.folder.write_cassette(last_of_each_cell(self.http), redactor)
            if self._frozen.tested:
                ran = self.folder.read_outcomes()
                return _with(report, cells_differ_from_run(frame, ran, self.records))
        return report

    def run(self) -> RunReport:
        """Call sync_outbound of plugin.py on the frozen input; check, and compare with the cells.

        A valid run is kept: its outcomes are what the test expects, its exchanges the cassette.
        Of a completed scenario `complete()` keeps them: until then its test stays as it is.

        Raises: PluginRaisedError when the method raises; the exchange stands under the cell.
        """
        session = self._session
        session.go_on()
        if self._end is not None:
            self.open()
        plugin, parameters = session.plugin, self.parameters
        store, offered = self._begin(), counted(len(self.records), "record")
        scope, mark = f"run:{self._sync.slug}/{self.name}", session.recorder.mark()
        with session.recorder.scope(scope):
            returned = call_outbound(
                session,
                plugin,
                parameters,
                self._new_request(store),
                so_far=lambda: f"outcomes until then: {len(store.outcomes):,} of {offered}",
            )
        outcomes = all_outcomes(returned, store.outcomes)
        exchanges = of_the_sync(session.recorder.exchanges_since(mark))
        report = self._checked(outcomes, exchanges)
        notes = [answered_by(exchanges, session.recorder.mode)]
        if report:
            report = self._compared(report, outcomes)
            report = _with(report, self._elsewhere(plugin, parameters, exchanges))
            if self._frozen.completed:
                self._waiting = outcomes, exchanges
                if outcome_differences(outcomes, self.folder.read_outcomes()):
                    notes.append(_OTHER_THAN_COMPLETED)
            else:
                self._keep(outcomes, exchanges)
            session.recorder.keep_take(scope, mark)
            outcomes = outcomes.assign(RESULT=outcomes["RESULT"].map(_read))
        self._report = report
        said = {**vars(report), "notes": tuple(filter(None, notes))}
        return RunReport(**said, outcomes=outcomes)

    def complete(self, *, apply: bool = False) -> Told:
        """Audit what is kept and make it a test, which is run and shown able to fail.

        Before any `run()` it is saved without a test. apply: store the outcomes too, as a run
        would: records that succeeded are not offered again.

        Raises:
            OutcomesError: the outcomes last checked are not valid.
            ScenarioError: there are none yet, or the test does not hold.
            SecretLeakError: a file of the scenario would hold a secret.
        """
        if self._report is not None:
            self._report.raise_if_failed()
        if not self.folder.has_outcomes:
            raise ScenarioError(
                f"The scenario {self.name!r} has no outcomes yet",
                where=str(self.folder.path),
                next_step="scenario.validate(outcomes), or scenario.run() once the code is in "
                "plugin.py",
                scenario=self.name,
            )
        if self._waiting is not None:
            self._keep(*self._waiting)
        completion = completion_of(self._session, self.folder)
        if self._frozen.tested and not self._frozen.completed:
            self._frozen = self._frozen.model_copy(update={"completed": True})
            self.folder.write_input(self._frozen, self._session.vault.redactor)
        if apply:
            apply_outcomes(self._sync, self.folder)
        return completion

    def drift(self) -> DriftReport:
        """Play it against the app as it is now: what does that answer differently? It writes there.

        Raises:
            UsageError: the session is offline.
            ScenarioError: there is no run() to compare with.
            NotFilledError, ConnectError: the app cannot be called.
        """
        from devsession.session.drifting import drift_of

        return drift_of(self._session, self.folder)

    def _keep(self, outcomes: DataFrame, exchanges: Sequence[Exchange]) -> None:
        """Make a run what the test expects; it is not shown to hold yet."""
        redactor = self._session.vault.redactor
        frozen = self._frozen.model_copy(update={"tested": True, "completed": False})
        with self.folder.at_once(redactor):
            self.folder.write_outcomes(outcomes, redactor)
            self.folder.write_cassette(exchanges, redactor)
            self.folder.write_input(frozen, redactor)
        self._frozen, self._waiting = frozen, None

    def _look_up(self) -> dict[str, str]:
        """Make the secrets known; name -> what the connection keeps it under."""
        names = self._frozen.secrets
        self._sync.secrets(self.folder, names)
        connection = self._session.connection
        return {name: connection.reference_to(name).name for name in names}

    def _begin(self) -> ScenarioSource:
        """A pass over the frozen input."""
        return ScenarioSource(
            self._frozen,
            self.records,
            secrets=lambda: self._sync.secrets(self.folder, self._frozen.secrets),
        )

    def _checked(self, outcomes: DataFrame | Outcomes, exchanges: Sequence[Exchange]) -> Report:
        report = check_outcomes(
            outcomes,
            self.records,
            strategy=self._frozen.parameters.sync_strategy.name,
            find_secret=self._session.vault.redactor.find,
        )
        return _with(report, asked_too_fast(frame_of(outcomes), exchanges)) if report else report

    def _compared(self, report: Report, outcomes: DataFrame) -> Report:
        """The report, saying whether the cells came to the same, with a warning if they did not."""
        cells = self.folder.read_cells()
        if cells is None:
            return report
        difference = differs_from_cells(outcomes, cells, self.records)
        if difference is None:
            return replace(report, title=f"{report.title}, the same as the cells'")
        return _with(report, difference)

    def _elsewhere(
        self,
        plugin: Plugin,
        parameters: OutboundSyncConfigurationParameters,
        exchanges: Sequence[Exchange],
    ) -> Finding | None:
        """A warning when what network_addresses() leaves out was called.

        A plugin that has no such method is told so by the connection's Test.
        """
        if not plugin.has("network_addresses"):
            return None
        vault = self._session.vault
        places = called_elsewhere(exchanges, declared_by(plugin, parameters, vault), vault)
        if not places:
            return None
        return warning(
            "N01",
            places,
            "called, and not declared by network_addresses()",
            fix="return them from network_addresses(), or do not call them",
        )

    def _new_request(self, store: ScenarioSource) -> OutboundSyncRequest:
        return outbound_request(self._session, self._frozen.parameters, store)


def _with(report: Report, finding: Finding | None) -> Report:
    return replace(report, findings=(*report.findings, finding)) if finding else report


def _read(result: object) -> object:
    return from_json(result) if isinstance(result, str) else result


def last_of_each_cell(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Of each cell's text the exchanges of its last execution: what a clean pass would make."""
    last = {exchange.scope: exchange.execution for exchange in exchanges}
    return [each for each in exchanges if each.execution == last[each.scope]]
