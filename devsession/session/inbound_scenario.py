"""A scenario of an inbound sync: frozen streams and states, and what came; `people.scenario(..)`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from devsession.errors import ScenarioError, StreamError
from devsession.plugin.report import Report
from devsession.recording.inbound_scenario import InboundScenarioFolder
from devsession.recording.received import Received
from devsession.recording.takes import of_the_sync
from devsession.render import counted
from devsession.session.any_scenario import AnyScenario, last_of_each_cell, with_finding
from devsession.session.app_limits import limits_in_cells, limits_in_scenario
from devsession.session.cell_request import CellRequest
from devsession.session.inbound_applying import apply_received
from devsession.session.inbound_call import call_inbound, inbound_request
from devsession.session.run_findings import answered_by, warning
from devsession.testing.received_comparison import received_differences

if TYPE_CHECKING:
    from pandas import DataFrame

    from devsession.plugin.inbound import InboundSyncRequest
    from devsession.plugin.parameters import InboundSyncConfigurationParameters
    from devsession.plugin.stream_store import StreamStore
    from devsession.recording.scenario_input import InboundScenarioInput
    from devsession.secrets.redact import Redactor

_TITLE = "inbound records"
_NOT_STORED = "nothing is stored in the warehouse, unless complete(apply=True) does it"


@dataclass(frozen=True, repr=False)
class InboundReport(Report):
    """What came in a pass, checked; that of a run compared with the cells'.

    records: one row a record as it came: STREAM_NAME, APP_IDENTIFIER, RECORD_DATA (a dict),
    IS_DELETED. states: stream -> its state at the end.
    """

    records: DataFrame = field(kw_only=True, compare=False)
    states: dict[str, dict[str, Any]] = field(kw_only=True, compare=False, hash=False)


class InboundScenario(AnyScenario[InboundScenarioFolder]):
    """Frozen parameters, streams and states, and what came since it was opened."""

    _CALLED = "records"
    _VALIDATE = "request.enqueue_results(..) and scenario.validate()"
    _frozen: InboundScenarioInput

    def open(self) -> None:
        """Begin anew: what came before is not counted any more."""
        self._read_input()
        self.request = CellRequest(self._new_request, lambda: self._session.recorder.execution)
        self._ran: Received | None = None
        super().open()

    def __repr__(self) -> str:
        names = ", ".join(stream.stream_name for stream in self._frozen.streams)
        return f"Scenario {self.name!r}: {names}, at most {self._at_most}, frozen"

    @property
    def parameters(self) -> InboundSyncConfigurationParameters:
        """What sync_inbound gets, as frozen; the secrets are those of today's connection.

        From now on what cells ask of the app keeps the limits that the plugin declares for them.
        """
        frozen = self._session.vault.used_in(self._frozen.parameters)
        parameters = frozen.with_secrets(self._secrets())
        limits_in_cells(self._session, parameters)
        return parameters

    @property
    def records(self) -> DataFrame:
        """What came, of run() or else of the cells; columns as in `InboundReport.records`."""
        return self._received().frame()

    @property
    def states(self) -> dict[str, dict[str, Any]]:
        """The states that came with it, by stream."""
        return self._received().states

    def validate(self) -> InboundReport:
        """Check what the cells have enqueued against every rule; what is valid is kept in the folder.

        Raises: ScenarioError when nothing was enqueued since the scenario was opened.
        """
        if not self.request:
            raise ScenarioError(
                f"Nothing was enqueued for the scenario {self.name!r} since it was opened",
                where=str(self.folder.path),
                next_step='request = scenario.request; request.enqueue_results("..", records, state)',
                scenario=self.name,
            )
        received, report = self.request.received()
        self._ran = None
        if report:
            redactor = self._session.vault.redactor
            with self.folder.at_once(redactor):
                self.folder.write_cells(received, redactor)
                if not self._frozen.tested:
                    self.folder.write_results(received, redactor)
                    self.folder.write_cassette(last_of_each_cell(self.http), redactor)
        return self._told(report, received)

    def run(self) -> InboundReport:
        """Call sync_inbound of plugin.py on the frozen input; check, and compare with the cells.

        A valid run is kept: what came is what the test expects, its exchanges the cassette.
        Of a completed scenario `complete()` keeps it: until then its test stays as it is.

        Raises: PluginRaisedError when the method raises; the exchange stands under the cell.
        """
        session = self._session
        session.go_on()
        if self._end is not None:
            self.open()
        plugin, parameters, received = session.plugin, self.parameters, Received()
        request = self._new_request(received)
        scope, mark = f"run:{self._sync.slug}/{self.name}", session.recorder.mark()
        with session.recorder.scope(scope), limits_in_scenario(session, plugin, parameters):
            report = self._checked(plugin, parameters, request)
        exchanges = of_the_sync(session.recorder.exchanges_since(mark))
        notes = [answered_by(exchanges, session.recorder.mode, again=_NOT_STORED)]
        if report:
            report = self._compared(report, received)
            report = with_finding(report, self._elsewhere(plugin, parameters, exchanges))
            notes.append(self._keep_run(received, exchanges))
            session.recorder.keep_take(scope, mark)
        self._ran = received
        return self._told(report, received, *filter(None, notes))

    def _checked(
        self,
        plugin: Any,
        parameters: InboundSyncConfigurationParameters,
        request: InboundSyncRequest,
    ) -> Report:
        """Call the method; what breaks a rule is told by the report."""

        def so_far() -> str:
            came = sum(stream.records for stream in request.progress.values())
            return f"records until then: {came:,}"

        try:
            call_inbound(self._session, plugin, parameters, request, so_far=so_far)
        except StreamError:
            if request.report:
                raise
        return request.report

    def _write_came(self, came: Received, redactor: Redactor) -> None:
        self.folder.write_results(came, redactor)

    def _is_as_kept(self, came: Received) -> bool:
        matching = self._session.source.plugin_class.record_matching
        return not received_differences(came, self.folder.read_results(), matching)

    def _require_applicable(self) -> None:
        self._sync.require_tables()

    def _apply(self) -> None:
        apply_received(self._sync, self._frozen, self.folder.read_results())

    def _told(self, report: Report, received: Received, *notes: str) -> InboundReport:
        self._report = report
        if len(received) == self._frozen.records:
            notes = (f"ended at {self._at_most}, as the scenario asks for", *notes)
        known = {**vars(report), "title": report.title, "notes": (*report.notes, *notes)}
        return InboundReport(**known, records=received.frame(), states=received.states)

    def _compared(self, report: Report, received: Received) -> Report:
        """The report, saying whether the cells came to the same, with a warning if they did not."""
        cells = self.folder.read_cells()
        if cells is None:
            return report
        matching = self._session.source.plugin_class.record_matching
        found = received_differences(received, cells, matching)
        if not found:
            return replace(report, title=f"{report.title}, the same as the cells'")
        fix = "if plugin.py is right, nothing; else mend it and run() again"
        return with_finding(
            report, warning("C01", found, "differs from what the cells came to", fix=fix)
        )

    def _received(self) -> Received:
        """Of the run, or of the cells; after a restart what the folder keeps."""
        if self._ran is not None:
            return self._ran
        if self.request:
            return self.request.received()[0]
        return self.folder.read_results() if self.folder.has_outcomes else Received()

    @property
    def _at_most(self) -> str:
        return counted(self._frozen.records, "record")

    def _new_request(self, store: StreamStore) -> InboundSyncRequest:
        return inbound_request(self._session, self._frozen, store)
