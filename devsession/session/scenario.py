"""A scenario: one pass of a sync with frozen input, kept in a folder; `sync.scenario(..)`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pydantic_core import from_json

from devsession.plugin.outbound import all_outcomes
from devsession.plugin.outcome_rules import check_outcomes
from devsession.plugin.outcomes import Outcomes, frame_of
from devsession.plugin.report import Report
from devsession.recording.scenario import ScenarioFolder
from devsession.recording.scenario_source import ScenarioSource
from devsession.recording.takes import of_the_sync
from devsession.render import counted
from devsession.session.any_scenario import AnyScenario, last_of_each_cell, with_finding
from devsession.session.app_limits import limits_in_cells, limits_in_scenario
from devsession.session.completion import apply_outcomes
from devsession.session.outbound_call import call_outbound, outbound_request
from devsession.session.run_findings import (
    answered_by,
    asked_too_fast,
    cells_differ_from_run,
    differs_from_cells,
)
from devsession.testing.comparison import outcome_differences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import DataFrame

    from devsession.plugin.outbound import OutboundSyncRequest
    from devsession.plugin.parameters import OutboundSyncConfigurationParameters
    from devsession.recording.exchange import Exchange
    from devsession.recording.scenario import ScenarioInput
    from devsession.secrets.redact import Redactor


@dataclass(frozen=True, repr=False)
class RunReport(Report):
    """What a run of the method handed back, checked and compared with the cells' outcomes.

    outcomes: one row a record, columns as in `Outcomes.to_frame()`.
    """

    outcomes: DataFrame = field(kw_only=True, compare=False)


class Scenario(AnyScenario[ScenarioFolder]):
    """Frozen parameters and records, and what was exchanged with the app since it was opened."""

    _CALLED = "outcomes"
    _VALIDATE = "scenario.validate(outcomes)"
    _frozen: ScenarioInput

    def open(self) -> None:
        """Begin anew: the exchanges of before are not counted any more."""
        self._read_input()
        self.records = self.folder.read_records()
        self.request = self._new_request(self._begin())
        super().open()

    def __repr__(self) -> str:
        return f"Scenario {self.name!r}: {counted(len(self.records), 'record')}, frozen"

    @property
    def parameters(self) -> OutboundSyncConfigurationParameters:
        """What sync_outbound gets, as frozen; the secrets are those of today's connection.

        From now on what cells ask of the app keeps the limits that the plugin declares for them.
        """
        parameters = self._session.vault.used_in(self._begin().parameters)
        limits_in_cells(self._session, parameters)
        return parameters

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
                return with_finding(report, cells_differ_from_run(frame, ran, self.records))
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
        with session.recorder.scope(scope), limits_in_scenario(session, plugin, parameters):
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
            report = with_finding(report, self._elsewhere(plugin, parameters, exchanges))
            notes.append(self._keep_run(outcomes, exchanges))
            session.recorder.keep_take(scope, mark)
            outcomes = outcomes.assign(RESULT=outcomes["RESULT"].map(_read))
        self._report = report
        said = {**vars(report), "notes": tuple(filter(None, notes))}
        return RunReport(**said, outcomes=outcomes)

    def _write_came(self, came: DataFrame, redactor: Redactor) -> None:
        self.folder.write_outcomes(came, redactor)

    def _is_as_kept(self, came: DataFrame) -> bool:
        return not outcome_differences(came, self.folder.read_outcomes())

    def _apply(self) -> None:
        apply_outcomes(self._sync, self.folder)

    def _begin(self) -> ScenarioSource:
        """A pass over the frozen input."""
        return ScenarioSource(
            self._frozen,
            self.records,
            secrets=self._secrets,
        )

    def _checked(self, outcomes: DataFrame | Outcomes, exchanges: Sequence[Exchange]) -> Report:
        report = check_outcomes(
            outcomes,
            self.records,
            strategy=self._frozen.parameters.sync_strategy.name,
            find_secret=self._session.vault.redactor.find,
        )
        return (
            with_finding(report, asked_too_fast(frame_of(outcomes), exchanges))
            if report
            else report
        )

    def _compared(self, report: Report, outcomes: DataFrame) -> Report:
        """The report, saying whether the cells came to the same, with a warning if they did not."""
        cells = self.folder.read_cells()
        if cells is None:
            return report
        difference = differs_from_cells(outcomes, cells, self.records)
        if difference is None:
            return replace(report, title=f"{report.title}, the same as the cells'")
        return with_finding(report, difference)

    def _new_request(self, store: ScenarioSource) -> OutboundSyncRequest:
        return outbound_request(self._session, self._frozen.parameters, store)


def _read(result: object) -> object:
    return from_json(result) if isinstance(result, str) else result
