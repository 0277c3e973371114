"""A scenario of a handler: frozen events and configuration; `session.events(..).scenario(..)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import OutcomesError
from devsession.openmetadata import ChangeEvent
from devsession.openmetadata.events.event_rules import check_event_outcomes
from devsession.openmetadata.events.given_events import events_frame
from devsession.openmetadata.steps.causes import cause_of
from devsession.recording.event_scenario import EventScenarioFolder
from devsession.recording.takes import of_the_sync
from devsession.render import counted
from devsession.session.any_scenario import with_finding
from devsession.session.outcome_scenario import OutcomeScenario, RunReport
from devsession.session.run_findings import answered_by
from devsession.session.step_scenario import StepScenario

if TYPE_CHECKING:
    from pandas import DataFrame

    from devsession.openmetadata.events.handling import HandledEvents
    from devsession.plugin.outcomes import Outcomes
    from devsession.plugin.report import Report
    from devsession.recording.scenario_input import EventScenarioInput

_NOT_ANSWERED = "the catalog is told nothing: devsession events receive handles what it sends"


class EventScenario(OutcomeScenario[EventScenarioFolder], StepScenario[EventScenarioFolder]):
    """Frozen events and configuration, and what came of them since the scenario was opened."""

    _THING = "event"
    _frozen: EventScenarioInput

    def open(self, *, anew: bool = False) -> None:
        """Begin anew: the exchanges of before are not counted any more."""
        self._read_input()
        if anew or not hasattr(self, "items"):
            self.items = [ChangeEvent.model_validate(each) for each in self.folder.read_events()]
        super().open()

    def __repr__(self) -> str:
        return f"Scenario {self.name!r}: {counted(len(self.items), 'event')}, frozen"

    @property
    def events(self) -> DataFrame:
        """The events: IDENTIFIER, TYPE, ENTITY_TYPE, FQN, CHANGED, USER, TIME (UTC); `items` has them whole."""
        return events_frame(self.items)

    def run(self) -> RunReport:
        """Hand each event to the handler of plugin.py, once; check, and compare with the cells.

        A valid run is kept: its outcomes are what the test expects, its exchanges the cassette.
        Of a completed scenario `complete()` keeps them: until then its test stays as it is.

        Raises: PluginRaisedError when the handler cannot be made or prepared.
        """
        session = self._session
        session.go_on()
        if self._end is not None:
            self.open()
        scope, mark = f"run:{self._sync.slug}/{self.name}", session.recorder.mark()
        with session.recorder.scope(scope):
            came: HandledEvents = self._sync.handled(self.config, self.items)
        exchanges = of_the_sync(session.recorder.exchanges_since(mark))
        outcomes = came.outcomes
        report = self._checked(outcomes)
        asked = answered_by(exchanges, session.recorder.mode, again=_NOT_ANSWERED)
        notes = [asked, self._left_out(came), _where(came)]
        if report:
            report = self._compared(report, outcomes)
            report = with_finding(report, self._called_elsewhere(exchanges))
            notes.append(self._keep_run(outcomes, exchanges))
            session.recorder.keep_take(scope, mark)
        self._report = report
        clean = session.vault.redactor.text
        said = {**vars(report), "notes": tuple(clean(note) for note in notes if note)}
        return RunReport(**said, outcomes=outcomes)

    def _checked_of_cells(self, outcomes: DataFrame | Outcomes) -> Report:
        return self._checked(outcomes)

    def _checked(self, outcomes: DataFrame | Outcomes) -> Report:
        takes = self._sync.made(self.config).takes
        find = self._session.vault.redactor.find
        return check_event_outcomes(outcomes, self.items, takes=takes, find_secret=find)

    def _left_out(self, came: HandledEvents) -> str:
        handled = {each.event for each in came.handled}
        left = sum(each.id not in handled for each in self.items)
        return f"{counted(left, 'event')} the handler does not take" if left else ""

    def _require_applicable(self) -> None:
        raise OutcomesError(
            "A handler's scenario stores nothing",
            tried="complete(apply=True)",
            next_step="complete(); then devsession events receive handles what the catalog sends",
        )


def _where(came: HandledEvents) -> str:
    """Where in the author's code the first one failed: outcomes do not tell, as lines move."""
    for each in came.handled:
        if isinstance(each.raised, Exception):
            return f"first failure: {cause_of(each.raised, each.place)}"
    return ""
