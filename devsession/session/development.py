"""DevelopmentSession: a plugin, its workspace, and everything that one builds it with."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, overload
from weakref import WeakValueDictionary

from devsession.errors import DevsessionError, UsageError
from devsession.http.deadline import TIME_LIMIT_MINS
from devsession.notebook.shown_errors import redact_shown_errors
from devsession.notebook.shown_logs import ShownLogs
from devsession.notebook.shown_outputs import redact_shown_outputs
from devsession.recording.fingerprint import workspace_key
from devsession.recording.recorder import Recorder
from devsession.recording.tape import Tape
from devsession.session.cells import follow_cells
from devsession.session.connection import Connection
from devsession.session.experiments import has_panel
from devsession.session.in_warehouse import InWarehouse
from devsession.session.omnata_syncs import OmnataSyncs, check_place, omnata_syncs
from devsession.session.plugin_source import PluginSource, instance_of
from devsession.session.sandbox import Sandbox
from devsession.session.saving import Saving
from devsession.session.syncs import Syncs
from devsession.session.vault import Vault
from devsession.session.with_deliveries import WithDeliveries
from devsession.session.with_steps import WithSteps
from devsession.session.workspace import Workspace, offline_requested
from devsession.warehouse.embedded import embedded_service

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from pandas import DataFrame

    from devsession.openmetadata import EventHandler, Source
    from devsession.plugin.contract import Plugin
    from devsession.secrets.audit import AuditReport
    from devsession.session.any_scenario import AnyScenario
    from devsession.session.inbound_sync import InboundSync
    from devsession.session.session_step import SessionStep
    from devsession.session.sync import Sync
    from devsession.warehouse.omnata import Statements
    from devsession.warehouse.tables import LoadedTable


class _Reuse(ExitStack):
    def __repr__(self) -> str:
        return "from now on the tape answers what is unchanged; `with session.reuse():` for a block"


class DevelopmentSession(InWarehouse, WithSteps, WithDeliveries):
    """What an author builds a plugin with, in a notebook.

    plugin: the class; saving its file loads it again.
    workspace: the folder with plugin.py, by default the current one.
    account: the Snowflake account that is its warehouse, by its name in connections.toml; without,
    and offline, the embedded one.
    omnata_app: syncs come from this Omnata app on that account, and none from the workspace, whose
    warehouse is the embedded one then.

    One folder has one session in a process: the same call again gives the same object, so that a
    cell that is run twice leaves every other cell's objects alive. Another app is where syncs come
    from after that call; those fetched before stay with theirs. Another account is another session.
    """

    _open: ClassVar[WeakValueDictionary[Path, DevelopmentSession]] = WeakValueDictionary()

    def __new__(
        cls,
        plugin: type[Plugin | Source | EventHandler],
        *,
        workspace: str | Path | None = None,
        account: str | Statements | None = None,
        omnata_app: str | None = None,
    ) -> DevelopmentSession:
        check_place(account, omnata_app)
        own = account if omnata_app is None and isinstance(account, str) else None
        place = Workspace.at(workspace, account=own)
        session, changed = cls._open.get(place.folder), False
        if session is not None and session.workspace != place:
            session.close()  # on another account
            session = None
        if session is None:
            source = PluginSource(plugin)
            session = super().__new__(cls)
            session._begin(source, place)
            cls._open[place.folder] = session
        elif plugin is not session.source.plugin_class:
            session.source, changed = PluginSource(plugin), True
        session._omnata = omnata_syncs(session, account, omnata_app, session._omnata)
        session.take_over()
        if changed:
            session._plugin_changed()
        return session

    def _begin(self, source: PluginSource, workspace: Workspace) -> None:
        workspace.prepare()
        self.source = source
        self.workspace = workspace
        self.offline = offline_requested()
        self._warehouse = embedded_service(workspace.folder)
        self.recorder = Recorder(
            Tape(workspace.tape, turn=workspace.private / "tape.turn"),
            is_warehouse=self._is_warehouse,
            key=workspace_key(workspace.private / "tape.key"),
        )
        self.recorder.mode = "offline" if self.offline else "live"
        self.recorder.match_by(source.plugin_class.request_matching)
        self.sandbox = Sandbox(workspace, offline=self.offline, unrecorded=self.recorder.paused)
        vault = self.vault = Vault(
            workspace, offline=self.offline, sandbox=self.sandbox, recorder=self.recorder
        )
        self._logs = ShownLogs(lambda: vault.shown)
        self._syncs = Syncs(self)
        self._behind: list[Connection | Sync | InboundSync | SessionStep] = []
        self._omnata: OmnataSyncs | None = None
        self._scenario: AnyScenario[Any] | None = None
        self._cells = follow_cells(self)

    def take_over(self) -> None:
        """Follow this process's HTTP, cells and errors, in place of another workspace's session."""
        if not self.recorder.started:
            self.recorder.start()
            self._cells.register()
            vault = self.vault  # what outlives the session holds no session
            redact_shown_errors(vault.text)
            redact_shown_outputs(lambda: vault.shown)
            self._logs.register()

    def go_on(self) -> None:
        """Follow this process again, where another workspace's session took over.

        Raises: UsageError when this one was closed: nothing would be recorded.
        """
        if self._open.get(self.workspace.folder) is not self:
            raise UsageError(
                f"This session of {self.source.name} is closed",
                where=str(self.workspace.folder),
                next_step=f"session = DevelopmentSession({self.source.name}), then this cell again",
            )
        self.take_over()

    def now_open(self, scenario: AnyScenario[Any]) -> None:
        """Park the scenario that was open before this one."""
        if self._scenario is not None and self._scenario is not scenario:
            self._scenario.park()
        self._scenario = scenario

    def refresh(self) -> None:
        """Use plugin.py as it is saved now; forms keep the answers that still fit.

        Raises:
            PluginLoadError: it does not import.
            PluginRaisedError: it has no form any more; the one before stays.
        """
        if self.source.refresh():
            self._plugin_changed()

    def follow(self) -> None:
        """As `refresh`; forms that the plugin could not make before are asked for again.

        Raises: as `refresh`.
        """
        self.refresh()
        behind, self._behind = self._behind, []
        problems: list[DevsessionError] = []
        for each in behind:
            try:
                each.refresh()
            except DevsessionError as error:
                problems.append(error)
                self._behind.append(each)
        if problems:
            raise problems[0]

    def _plugin_changed(self) -> None:
        self.recorder.match_by(self.source.plugin_class.request_matching)
        connection = [self.connection] if "connection" in self.__dict__ else []
        forms = [*connection, *self._syncs.all()]  # a step has none, and syncs no workflow
        self._behind = [*(forms if self.source.kind == "sync" else self.known_steps)]
        self.follow()

    def renew_syncs(self) -> None:
        """Another connection was saved: it may offer other options; answers that fit are kept."""
        self._behind = list(dict.fromkeys([*self._behind, *self._syncs.all()]))
        self.saving.follow()

    # What an author uses.

    @property
    def plugin(self) -> Plugin:
        """A new instance of the plugin, of its code as it is saved now."""
        plugin, vault = instance_of(self.loaded_class), self.vault
        plugin._on_secret = lambda name, value: vault.learn_tokens({name: value})
        return plugin

    @cached_property
    def saving(self) -> Saving:
        """Has the forms that are shown follow what is saved in an editor."""
        saving = Saving(self)
        saving.start()
        return saving

    @cached_property
    def connection(self) -> Connection:
        """The plugin's connection form: shown it is live, `.fill(..)` fills it by name."""
        return Connection(self)

    def load_table(
        self, name: str, data: DataFrame | str | Path, *, replace: bool = False
    ) -> LoadedTable:
        """Load sample data (a frame, a CSV or a Parquet file) as a table of the warehouse.

        The same content again changes nothing. A relative path is looked for in the workspace.

        Raises:
            TableFileError: the data cannot be loaded.
            TableExistsError: a table of this name holds other content, and `replace` is not set.
        """
        from devsession.warehouse.tables import load_table

        if isinstance(data, str | Path):
            data = self.workspace.folder / data
        return load_table(self.account, name, data, replace=replace)

    @overload
    def sync(self, slug: str, *, direction: Literal["inbound"]) -> InboundSync: ...
    @overload
    def sync(
        self,
        slug: str,
        *,
        direction: Literal["outbound"] | None = None,
        source: str | None = None,
        identifier: str | None = None,
        strategy: str | None = None,
        target_type: str | None = None,
    ) -> Sync: ...
    @overload
    def sync(self, slug: str, *, direction: str | None = None) -> Any: ...
    def sync(
        self,
        slug: str,
        *,
        direction: str | None = None,
        source: str | None = None,
        identifier: str | None = None,
        strategy: str | None = None,
        target_type: str | None = None,
    ) -> Any:
        """A sync of this workspace: fetched by its slug, or declared.

        In a session with an Omnata app a sync of that app, which is configured there: an outbound one,
        or with direction="inbound" an inbound one.

        direction: "inbound" declares one that reads the app's streams, unless it is there; the rest
        declares an outbound one. source: a table, or a query: SELECT .., or WITH .. SELECT.
        identifier: the column that names each row. strategy: a standard one's name (Upsert), or the
        plugin's own. target_type: one of the manifest's, not needed when there is one. The same
        declaration again gives the same sync; another one updates it and says what changed.

        Raises:
            UnknownNameError: no sync has this slug, or the table or column is not there; the
                manifest does not have the strategy or target type.
            UsageError: a sync of this slug goes the other way.
            SourceError: the query cannot be a source.
        """
        declared = {"source": source, "identifier": identifier, "target_type": target_type}
        if self._omnata is not None:
            return self._omnata.sync(slug, direction=direction, strategy=strategy, **declared)
        return self._syncs.sync(slug, direction=direction, strategy=strategy, **declared)

    def run(self, slug: str, *, time_limit_mins: float = TIME_LIMIT_MINS) -> Any:
        """Run a sync for real: what is new or changed goes to the app, or comes from it.

        A summary of it: `RunSummary`, or `InboundSummary` stream by stream. Records no HTTP.
        When the time limit has passed it ends with what is done; the next run goes on from there.
        """
        from devsession.session.running import run_sync

        return run_sync(self, self.sync(slug), time_limit_mins=time_limit_mins)

    def failures(self, slug: str) -> DataFrame:
        """The records of a sync that were refused when they were offered last; empty for none.

        IDENTIFIER, SYNC_ACTION, ERROR (text for people), RESULT (all that the app said, a dict),
        RUN, TIME (UTC). The next run offers them again.

        Raises: UnknownNameError when no sync has this slug.
        """
        from devsession.session.journal import settle
        from devsession.warehouse.failures import failures_of

        sync = self._syncs.outbound(slug, "failures")
        settle(self, sync)
        return failures_of(self.account, sync.record)

    def lineage(self, slug: str) -> DataFrame:
        """Where the fields at the app come from: one row for each column that fills one.

        SOURCE_TABLE, SOURCE_COLUMN (behind a query, those that it reads), APP_OBJECT, APP_FIELD
        (None for a template: it makes the record as a whole), MAPPING (column, expression or
        template), EXPRESSION, LAST_RUN (UTC) and SUCCEEDED, the records that the app took in it.

        Raises:
            UnknownNameError: no sync has this slug.
            NotFilledError: it, or the connection, is not filled.
        """
        from devsession.session.lineage import lineage_of

        return lineage_of(self, self._syncs.outbound(slug, "lineage"))

    def audit(self) -> AuditReport:
        """Search the workspace for every secret known here; a report, true when none is found."""
        from devsession.session.auditing import audit_of

        return audit_of(self.workspace, self.recorder.paused())

    def reuse(self) -> AbstractContextManager[object]:
        """From now on what the app answered well before comes from the tape; the rest is called.

        In a `with` statement it ends with the block.
        """
        before, block = self.recorder.mode, _Reuse()
        if before == "live":
            self.recorder.mode = "reuse"
            block.callback(setattr, self.recorder, "mode", before)
        return block

    def not_secret(self, *values: str) -> None:
        """Leave these values as they are: a secret field was filled with what stands everywhere.

        Recordings, outputs and logs hold them from now on, and the audit of any process passes them.
        Raises: UsageError for what is no text.
        """
        self.vault.not_secret(*values)

    def close(self) -> None:
        """Let go of HTTP, the cells and the warehouse; the local processes go on running."""
        self._open.pop(self.workspace.folder, None)
        self._cells.unregister()
        if "saving" in self.__dict__:
            self.saving.stop()
        self._logs.unregister()
        if "connection" in self.__dict__:
            self.connection.cancel()
        self.recorder.stop()
        if "account" in self.__dict__:
            self.account.close()
        if self._omnata is not None:
            self._omnata.close()

    def shut_down(self) -> None:
        """Close, and stop the local processes: the practice app's records are gone then."""
        self.close()
        self.sandbox.stop()
        self._warehouse.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        account = f", account {self.workspace.account!r}" if self.workspace.account else ""
        syncs = f", syncs of {self.omnata_app}" if self.omnata_app else ""
        panel = ", with a panel" if has_panel(self.source.plugin_class) else ""
        return f"<DevelopmentSession of {self.source.name}{account}{syncs}{panel}>"

    def _ipython_display_(self) -> None:
        from devsession.session.views import show_card

        show_card(self)

    # What the other parts of the session share.

    @property
    def omnata_app(self) -> str | None:
        """The Omnata app that syncs come from, and its account; None: from this workspace."""
        return self._omnata.where if self._omnata else None

    def _is_warehouse(self, host: str, port: int) -> bool:
        return self._warehouse.listens(host, port) or self.sandbox.is_catalog(host, port)
