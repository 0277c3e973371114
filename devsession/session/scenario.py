"""A scenario: one pass of a sync with frozen input, kept in a folder; `sync.scenario(..)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic_core import from_json

from devsession.plugin.outbound import all_outcomes
from devsession.plugin.outcome_rules import check_outcomes
from devsession.plugin.outcomes import Outcomes, frame_of
from devsession.recording.scenario import ScenarioFolder
from devsession.recording.scenario_source import ScenarioSource
from devsession.recording.takes import of_the_sync
from devsession.render import counted
from devsession.session.any_scenario import with_finding
from devsession.session.app_limits import limits_in_cells, limits_in_scenario
from devsession.session.completion import apply_outcomes
from devsession.session.outbound_call import call_outbound, outbound_request
from devsession.session.outcome_scenario import OutcomeScenario, RunReport
from devsession.session.run_findings import answered_by, asked_too_fast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import DataFrame

    from devsession.plugin.outbound import OutboundSyncRequest
    from devsession.plugin.parameters import OutboundSyncConfigurationParameters
    from devsession.plugin.report import Report
    from devsession.recording.exchange import Exchange
    from devsession.recording.scenario import ScenarioInput


class Scenario(OutcomeScenario[ScenarioFolder]):
    """Frozen parameters and records, and what was exchanged with the app since it was opened."""

    _frozen: ScenarioInput
    records: DataFrame

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

    def _apply(self) -> None:
        apply_outcomes(self._sync, self.folder)

    def _begin(self) -> ScenarioSource:
        """A pass over the frozen input."""
        return ScenarioSource(
            self._frozen,
            self.records,
            secrets=self._secrets,
        )

    def _checked_of_cells(self, outcomes: DataFrame | Outcomes) -> Report:
        return self._checked(outcomes, self.http)

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

    def _new_request(self, store: ScenarioSource) -> OutboundSyncRequest:
        return outbound_request(self._session, self._frozen.parameters, store)


def _read(result: object) -> object:
    return from_json(result) if isinstance(result, str) else result
