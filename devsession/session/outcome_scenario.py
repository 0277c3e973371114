"""What scenarios with outcomes have in common: those of cells and of runs are checked and compared."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, TypeVar

from devsession.plugin.outcomes import Outcomes, frame_of
from devsession.plugin.report import Report
from devsession.recording.event_scenario import EventScenarioFolder
from devsession.recording.scenario import ScenarioFolder
from devsession.session.any_scenario import AnyScenario, last_of_each_cell, with_finding
from devsession.session.run_findings import cells_differ_from_run, differs_from_cells
from devsession.testing.comparison import outcome_differences

if TYPE_CHECKING:
    from pandas import DataFrame

    from devsession.secrets.redact import Redactor

O = TypeVar("O", ScenarioFolder, EventScenarioFolder)  # noqa: E741 - of outcomes


@dataclass(frozen=True, repr=False)
class RunReport(Report):
    """What a run handed back, checked and compared with the cells' outcomes.

    outcomes: one row a record, or an event, columns as in `Outcomes.to_frame()`.
    """

    outcomes: DataFrame = field(kw_only=True, compare=False)


class OutcomeScenario(AnyScenario[O]):
    """A scenario of which outcomes are expected.

    Class attribute: `_THING`, what each of them is for. `records`: what was sent, of a sync.
    """

    _CALLED = "outcomes"
    _VALIDATE = "scenario.validate(outcomes)"
    _THING: ClassVar[str] = "record"
    records: DataFrame | None = None

    def validate(self, outcomes: DataFrame | Outcomes) -> Report:
        """Check outcomes against every rule; valid ones are kept in the folder.

        From the first valid `run()` on they are what the next one is compared with, no more: the
        test expects what the run came to.
        """
        report = self._report = self._checked_of_cells(outcomes)
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
                found = cells_differ_from_run(frame, ran, self.records, thing=self._THING)
                return with_finding(report, found)
        return report

    def _checked_of_cells(self, outcomes: DataFrame | Outcomes) -> Report:
        """What the rules say of the outcomes of cells."""
        raise NotImplementedError

    def _compared(self, report: Report, outcomes: DataFrame) -> Report:
        """The report, saying whether the cells came to the same, with a warning if they did not."""
        cells = self.folder.read_cells()
        if cells is None:
            return report
        difference = differs_from_cells(outcomes, cells, self.records, thing=self._THING)
        if difference is None:
            return replace(report, title=f"{report.title}, the same as the cells'")
        return with_finding(report, difference)

    def _write_came(self, came: DataFrame, redactor: Redactor) -> None:
        self.folder.write_outcomes(came, redactor)

    def _is_as_kept(self, came: DataFrame) -> bool:
        return not outcome_differences(came, self.folder.read_outcomes(), thing=self._THING)
