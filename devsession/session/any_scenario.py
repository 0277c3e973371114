"""What scenarios of any kind are: frozen input, and what was exchanged since they were opened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from devsession.errors import ScenarioError
from devsession.notebook.exchanges import Exchanges
from devsession.notebook.timeline import Timeline
from devsession.recording.event_scenario import EventScenarioFolder
from devsession.recording.inbound_scenario import InboundScenarioFolder
from devsession.recording.metadata_scenario import MetadataScenarioFolder
from devsession.recording.scenario import ScenarioFolder
from devsession.recording.takes import of_the_sync
from devsession.session.addresses import called_elsewhere, declared_by
from devsession.session.completion import completion_of
from devsession.session.resending import Sender, SentExchange
from devsession.session.run_findings import warning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.contract import Plugin
    from devsession.plugin.parameters import SyncConfigurationParameters
    from devsession.plugin.report import Finding, Report
    from devsession.recording.exchange import Exchange
    from devsession.recording.scenario_input import ScenarioHead
    from devsession.secrets.redact import Redactor
    from devsession.session.completion import Told
    from devsession.session.connection import Connection
    from devsession.session.development import DevelopmentSession
    from devsession.testing.drift import DriftReport

_OTHER_THAN_COMPLETED = (
    "its {} are others than those of the completed test, which stays as it is until complete()"
)

_NONE_YET = (
    "none since it was opened here; next: scenario.run(), with session.reuse() from the tape"
)

F = TypeVar("F", ScenarioFolder, InboundScenarioFolder, MetadataScenarioFolder, EventScenarioFolder)


class AnyScenario(Generic[F]):
    """A scenario of a sync, a workflow or a handler, opened; `_sync` gives its secrets."""

    # What comes of it, and how it is checked from a cell.
    _CALLED: ClassVar[str]
    _VALIDATE: ClassVar[str]
    _frozen: ScenarioHead

    def __init__(self, session: DevelopmentSession, sync: Any, folder: F) -> None:
        self._session = session
        self._sync = sync
        self.folder: F = folder
        self._report: Report | None = None
        self._frozen = folder.read_input()
        # A run of a completed scenario: what came, and what was exchanged.
        self._waiting: tuple[Any, Sequence[Exchange]] | None = None
        self.open()

    @property
    def name(self) -> str:
        """What it is opened by."""
        return self._frozen.name

    def open(self) -> None:
        """Begin anew: the exchanges of before are not counted any more."""
        self._mark = self._session.recorder.mark()
        self._end: int | None = None
        self._session.now_open(self)

    def park(self) -> None:
        """Another scenario was opened: what is exchanged from now on is its own."""
        self._end = self._session.recorder.mark()

    @property
    def http(self) -> Exchanges[SentExchange]:
        """The exchanges since it was opened here, redacted; `[2].curl()` and `[2].resend(..)` go on from one.

        Those of Test and of forms are not among them: they are no part of the sync.
        """
        sender = Sender(self._session, self._look_up)
        since = self._session.recorder.exchanges_since(self._mark, end=self._end)
        played = of_the_sync(since)
        return Exchanges([sender.view(each) for each in played], empty=_NONE_YET)

    def timeline(self) -> Timeline:
        """The exchanges as a picture, in their order."""
        return Timeline(self.http)

    def drift(self) -> DriftReport:
        """Play it against the app as it is now: what does that answer differently?

        That of an outbound sync writes there.

        Raises:
            UsageError: the session is offline.
            ScenarioError: there is no run() to compare with.
            NotFilledError, ConnectError: the app cannot be called.
        """
        from devsession.session.drifting import drift_of

        return drift_of(self._session, self.folder)

    def complete(self, *, apply: bool = False) -> Told:
        """Audit what is kept and make it a test, which is run and shown able to fail.

        Before any `run()` it is saved without a test. apply: store what came too, as a run would:
        outcomes, so that records which succeeded are not offered again; records and their states.

        Raises:
            OutcomesError, StreamError: what was last checked is not valid.
            ScenarioError: there is nothing yet, or the test does not hold; or offline, where a completed
                test stays as it is, what came is something else.
            SecretLeakError: a file of the scenario would hold a secret.
        """
        if apply:
            self._require_applicable()
        if self._report is not None:
            self._report.raise_if_failed()
        if not self.folder.has_outcomes:
            raise ScenarioError(
                f"The scenario {self.name!r} has no {self._CALLED} yet",
                where=str(self.folder.path),
                next_step=f"{self._VALIDATE}, or scenario.run() once the code is in plugin.py",
                scenario=self.name,
            )
        if self._waiting is not None and self._session.offline:
            self._require_as_kept(self._waiting[0])
        elif self._waiting is not None:
            self._keep(*self._waiting)
        completion = completion_of(self._session, self.folder)
        if self._frozen.tested and not self._frozen.completed:
            completed: Any = self._frozen.model_copy(update={"completed": True})
            self.folder.write_input(completed, self._session.vault.redactor)
            self._frozen = completed
        if apply:
            self._apply()
        return completion

    def _require_as_kept(self, came: Any) -> None:
        """Who checks a project, as `devsession test` does, changes none of its tests."""
        if not self._is_as_kept(came):
            raise ScenarioError(
                f"Offline the completed test of {self.name!r} stays as it is, and its {self._CALLED} "
                "are others now",
                where=str(self.folder.path),
                next_step="mend plugin.py; or, if the change is meant, unset DEVSESSION_OFFLINE, "
                "scenario.run() and complete() it",
                scenario=self.name,
            )

    def _read_input(self) -> None:
        """The input as it is on disk; a run of another one is kept no more."""
        before, self._frozen = self._frozen, self.folder.read_input()
        self._waiting = self._waiting if self._frozen == before else None

    def _keep_run(self, came: Any, exchanges: Sequence[Exchange]) -> str:
        """Keep what a valid run came to, or have complete() keep it; what there is to say of that."""
        if not self._frozen.completed:
            self._keep(came, exchanges)
            return ""
        self._waiting = came, exchanges
        return "" if self._is_as_kept(came) else _OTHER_THAN_COMPLETED.format(self._CALLED)

    def _keep(self, came: Any, exchanges: Sequence[Exchange]) -> None:
        """Make a run what the test expects; it is not shown to hold yet."""
        redactor = self._session.vault.redactor
        frozen: Any = self._frozen.model_copy(update={"tested": True, "completed": False})
        with self.folder.at_once(redactor):
            self._write_came(came, redactor)
            self.folder.write_cassette(exchanges, redactor)
            self.folder.write_input(frozen, redactor)
        self._frozen, self._waiting = frozen, None

    def _write_came(self, came: Any, redactor: Redactor) -> None:
        """Write what a run came to."""
        raise NotImplementedError

    def _is_as_kept(self, came: Any) -> bool:
        """Whether it is what the folder has."""
        raise NotImplementedError

    def _require_applicable(self) -> None:
        """Whether what the folder holds can be stored at all, before anything is done."""

    def _apply(self) -> None:
        """Store what the folder holds."""
        raise NotImplementedError

    def _look_up(self) -> dict[str, str]:
        """Make the secrets known; name -> what the connection keeps it under."""
        names = self._frozen.secrets
        self._secrets()
        return {name: self._connection.reference_to(name).name for name in names}

    @property
    def _connection(self) -> Connection:
        """Where its secrets are from."""
        return self._session.connection

    def _secrets(self) -> dict[str, str]:
        secrets: dict[str, str] = self._sync.secrets(self.folder, self._frozen.secrets)
        return secrets

    def _elsewhere(
        self,
        plugin: Plugin,
        parameters: SyncConfigurationParameters,
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


def with_finding(report: Report, finding: Finding | None) -> Report:
    """The report, with one more finding where there is one."""
    return replace(report, findings=(*report.findings, finding)) if finding else report


def last_of_each_cell(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Of each cell's text the exchanges of its last execution: what a clean pass would make."""
    last = {exchange.scope: exchange.execution for exchange in exchanges}
    return [each for each in exchanges if each.execution == last[each.scope]]
