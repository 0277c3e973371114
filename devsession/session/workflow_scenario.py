"""A scenario of a workflow: frozen configuration, and what the source came to; `workflow.scenario(..)`."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from devsession.errors import EntityError
from devsession.openmetadata import Lineage, OMError
from devsession.openmetadata.processors import Policies
from devsession.openmetadata.review.catalog import reads, unmatched
from devsession.openmetadata.review.entities_frame import entities_frame
from devsession.openmetadata.review.results_frame import results_frame
from devsession.openmetadata.review.rules import check_items
from devsession.openmetadata.review.written import differences, from_line, to_line
from devsession.plugin.report import Report
from devsession.recording.metadata_scenario import MetadataScenarioFolder
from devsession.recording.takes import of_the_sync
from devsession.render import counted
from devsession.session.any_scenario import last_of_each_cell, with_finding
from devsession.session.run_findings import answered_by, warning
from devsession.session.step_scenario import StepScenario

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pandas import DataFrame

    from devsession.openmetadata.review.catalog import Catalog
    from devsession.openmetadata.review.diff import CatalogDiff
    from devsession.openmetadata.steps.steps import Item
    from devsession.recording.scenario_input import MetadataScenarioInput
    from devsession.secrets.redact import Redactor

_NOT_SENT = "nothing is sent to the catalog, unless workflow.run() does it"


@dataclass(frozen=True, repr=False)
class MetadataReport(Report):
    """What a source, or the cells, came to, checked against the rules.

    entities: one row an entity, columns as of `scenario.entities`. test_results: one row a result,
    as of `scenario.test_results`.
    """

    entities: DataFrame = field(kw_only=True, compare=False)
    test_results: DataFrame = field(kw_only=True, compare=False)


class WorkflowScenario(StepScenario[MetadataScenarioFolder]):
    """Frozen configuration, and what came of it since the scenario was opened."""

    _CALLED = "entities"
    _VALIDATE = "scenario.validate([..])"
    _frozen: MetadataScenarioInput

    def open(self, *, anew: bool = False) -> None:
        """Begin anew: the exchanges of before are not counted any more."""
        self._read_input()
        if anew or not hasattr(self, "_ran"):
            self._ran: list[dict[str, Any]] | None = None
        super().open()

    def __repr__(self) -> str:
        return f"Scenario {self.name!r}: {self._frozen.plugin} of {self._frozen.service}, frozen"

    @property
    def items(self) -> list[Item]:
        """What came: entities and lineage. The source is run once for it, and not again."""
        items = map(from_line, self._lines())
        return [each for each in items if not isinstance(each, OMError)]

    @property
    def entities(self) -> DataFrame:
        """The entities: TYPE, FQN, NAME, DESCRIPTION, COLUMNS (how many), TAGS. Read once, as `items`."""
        return entities_frame(self.items)

    @property
    def test_results(self) -> DataFrame:
        """Tests and how they ended: TEST, TABLE, COLUMN, DEFINITION, STATUS, TIME (UTC), RESULT."""
        return results_frame(self.items)

    @property
    def lineage(self) -> Lineage:
        """What the data of each entity comes from; shown, a graph."""
        from devsession.openmetadata import LineageEdge

        return Lineage(each for each in self.items if isinstance(each, LineageEdge))

    def diff(self) -> CatalogDiff:
        """What came, against the catalog: create, update, unchanged, stale.

        Raises: CatalogError; UsageError offline.
        """
        since = self._frozen.since
        diff: CatalogDiff = self._sync.diff_of(self.items, self.config, since=since)
        return diff

    def validate(
        self, items: Iterable[Item] | None = None, *, catalog: bool = False
    ) -> MetadataReport:
        """Check what the source came to against every rule, or what cells have made by hand.

        items: of the cells; the service is the workflow's where they name none. Valid ones are kept in
        the folder, and the next run() is compared with them. catalog: ask it too: what it has need not come, and tags and owners are looked up.
        """
        lines = self._lines() if items is None else [to_line(self._placed(each)) for each in items]
        with self._sync.known() if catalog else nullcontext() as known:
            report = self._checked(lines, known)
        if items is None:
            return self._told(report, lines)
        self._report = report
        if report:
            redactor = self._session.vault.redactor
            with self.folder.at_once(redactor):
                self.folder.write_cells(lines, redactor)
                if not self._frozen.tested:
                    self.folder.write_entities(lines, redactor)
                    self.folder.write_cassette(last_of_each_cell(self.http), redactor)
        return self._told(report, lines)

    def run(self) -> MetadataReport:
        """Run the source on the frozen configuration; check, and compare with the cells and before.

        A valid run is kept: what came is what the test expects, its exchanges the cassette.
        Of a completed scenario `complete()` keeps it: until then its test stays as it is.

        Raises: PluginRaisedError when the source raises; the exchange stands under the cell.
        """
        session = self._session
        session.go_on()
        if self._end is not None:
            self.open()
        config, frozen = self.config, self._frozen
        scope, mark = f"run:{self._sync.slug}/{self.name}", session.recorder.mark()
        with session.recorder.scope(scope):
            came = self._sync.collected(config, since=frozen.since)
        exchanges = of_the_sync(session.recorder.exchanges_since(mark))
        lines, before = came.lines, self._before()
        report = self._checked(lines)
        notes = [answered_by(exchanges, session.recorder.mode, again=_NOT_SENT)]
        if report:
            report = self._compared(report, lines)
            report = with_finding(report, self._called_elsewhere(exchanges))
            notes += [_changes(lines, before), self._keep_run(lines, exchanges)]
            session.recorder.keep_take(scope, mark)
        self._report, self._ran = report, session.vault.redactor.value(lines)
        return self._told(report, lines, *filter(None, notes))

    def _placed(self, item: Item) -> Item:
        """As a run takes it: without a service it is the workflow's."""
        if item.__dict__.get("service") != "":
            return item
        return item.model_copy(update={"service": self._sync.service})

    def _lines(self) -> list[dict[str, Any]]:
        """Of the run, or of the folder; the source is run where there is none."""
        if self._ran is None and not self.folder.has_outcomes:
            self.run()
        return self._ran if self._ran is not None else self.folder.read_entities()

    def _before(self) -> list[dict[str, Any]] | None:
        return self.folder.read_entities() if self._frozen.tested else None

    def _checked(self, lines: list[dict[str, Any]], known: Catalog | None = None) -> Report:
        read = [from_line(each) for each in lines]
        items = [each for each in read if not isinstance(each, OMError)]
        lost = [each for each in read if isinstance(each, OMError)]
        find = self._session.vault.redactor.find
        config = self.config
        report = check_items(items, known=known, find_secret=find, reads=reads(config))
        report = self._judged(report, items, known)
        if self._frozen.since is None and not lost and (found := unmatched(config, items)):
            fix = "look at the names: workflow.plan() tells them, Patterns(..).preview(names) tries some"
            report = with_finding(
                report, warning("M18", found, "an include matches nothing", fix=fix)
            )
        if not lost:
            return report
        fix = "mend what it says; the others went on"
        told = replace(
            warning("M00", [str(each) for each in lost], "could not be read", fix=fix),
            severity="error",
        )
        return replace(report, findings=(told, *report.findings))

    def _judged(self, report: Report, items: list[Item], known: Catalog | None) -> Report:
        """The report, and what the workflow's policies say: what they mask and leave out as notes."""
        judged = self._sync.judged(items, self.config, known)
        found = tuple(each.finding for each in judged.rulings if each.verdict != "mask")
        if lost := judged.lost_otherwise:
            fix = "mend that processor; if it needs the catalog: validate(catalog=True)"
            what = "a processor failed before policies were asked"
            told = warning("M19", [str(each) for each in lost], what, fix=fix)
            # Where they themselves could not be asked, nobody knows what they would deny.
            unasked = any(each.step == Policies.__name__ for each in lost)
            found = (*found, replace(told, severity="error") if unasked else told)
        masked = [str(each) for each in judged.rulings if each.verdict == "mask"]
        out = [
            f"{rule}: {count:,}" for step in judged.steps for rule, count in step.filtered.items()
        ]
        return replace(
            report,
            findings=(*report.findings, *found),
            notes=(*report.notes, *masked, *(f"left out: {each}" for each in out)),
        )

    def _compared(self, report: Report, lines: list[dict[str, Any]]) -> Report:
        """The report, saying whether the cells came to the same, with a warning if they did not."""
        cells = self.folder.read_cells()
        if cells is None:
            return report
        found = differences(self._session.vault.redactor.value(lines), cells)
        if not found:
            return replace(report, title=f"{report.title}, the same as the cells'")
        fix = "if plugin.py is right, nothing; else mend it and run() again"
        return with_finding(
            report, warning("C01", found, "differs from what the cells came to", fix=fix)
        )

    def _write_came(self, came: list[dict[str, Any]], redactor: Redactor) -> None:
        self.folder.write_entities(came, redactor)

    def _is_as_kept(self, came: list[dict[str, Any]]) -> bool:
        clean = self._session.vault.redactor.value(came)
        return not differences(clean, self.folder.read_entities())

    def _require_applicable(self) -> None:
        raise EntityError(
            "A workflow's scenario stores nothing",
            tried="complete(apply=True)",
            next_step="complete(); then workflow.run() stores everything that the source reads",
        )

    def _told(self, report: Report, lines: list[dict[str, Any]], *notes: str) -> MetadataReport:
        items = [each for each in map(from_line, lines) if not isinstance(each, OMError)]
        known = {**vars(report), "notes": (*report.notes, *notes)}
        return MetadataReport(
            **known, entities=entities_frame(items), test_results=results_frame(items)
        )


def _changes(now: list[dict[str, Any]], before: list[dict[str, Any]] | None) -> str:
    """How it differs from the run before, in a line."""
    if before is None:
        return ""
    found = differences(now, before)
    if not found:
        return "the same as the run before"
    return f"{counted(len(found), 'difference')} to the run before: {found[0]}"
