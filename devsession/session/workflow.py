"""A metadata workflow of a session: its configuration, what a run would store, and its scenarios."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from devsession.errors import UsageError
from devsession.openmetadata import Workflow, WorkflowReport
from devsession.openmetadata.processors import Policies
from devsession.openmetadata.review.catalog import Catalog, reads
from devsession.openmetadata.review.diff import diff_items
from devsession.openmetadata.workflow.collecting import collect, processed
from devsession.openmetadata.workflow.frozen_config import frozen, thawed
from devsession.openmetadata.workflow.running import step_class
from devsession.session.local_catalog import catalog_of, reachable
from devsession.session.metadata_warehouse import warehouses
from devsession.session.plugin_call import calling
from devsession.session.session_step import SessionStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from devsession.openmetadata import Source
    from devsession.openmetadata.review.diff import CatalogDiff
    from devsession.openmetadata.steps.steps import Item, Planned
    from devsession.openmetadata.workflow.collecting import Collected
    from devsession.openmetadata.workflow.file import WorkflowFile
    from devsession.openmetadata.workflow.workflow import StepLike
    from devsession.session.development import DevelopmentSession
    from devsession.session.step_connection import StepConnection
    from devsession.session.workflow_scenario import WorkflowScenario


class SessionWorkflow(SessionStep):
    """A source with its configuration, processors, and the catalog; `session.workflow("acme")`.

    Shown in a notebook the form of its configuration is live; `fill` fills it by name. With a file
    it is configured there.
    """

    _METHOD = "workflow"
    _AFTER = '{name}.plan() says what a run would do, {name}.scenario("..") freezes one'

    def __init__(self, session: DevelopmentSession, slug: str) -> None:
        super().__init__(session, slug)
        self.service = slug
        self.processors: Sequence[StepLike] = ()
        self.file: WorkflowFile | None = None
        self._scenarios: dict[str, WorkflowScenario] = {}

    @property
    def connection(self) -> StepConnection:
        """The form of its configuration. Raises: UsageError when a file has that."""
        if self.file is not None:
            raise UsageError(
                f"The workflow {self.slug!r} is configured by {self.file.path.name}",
                where=str(self.file.path),
                next_step=f"change the file, then session.workflow({self.slug!r}, file=..) again",
            )
        return super().connection

    @property
    def is_configured(self) -> bool:
        """Whether there is a configuration to compare a frozen one with."""
        return self.file is not None or super().is_configured

    def _configuration(self) -> Any:
        if self.file is None:
            return super()._configuration()
        # As the class has it that is loaded now: plugin.py may have been saved since.
        return thawed(self._source, *frozen(self._planned.config))

    def plan(self) -> CatalogDiff:
        """What a run would create, update, leave, and find stale. The source is run, nothing is sent.

        Records no HTTP. Offline the tape answers the source, as far as it can.

        Raises: as `scenario.run`; CatalogError when an entity is lost on the way.
        """
        config = self.config
        with self._session.recorder.paused():
            came = self.collected(config)
        came.report.raise_if_failed()
        return self.diff_of(came.items, config)

    def scenario(
        self,
        name: str,
        *,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        since: int | None = None,
        refresh: bool = False,
    ) -> WorkflowScenario:
        """One pass of the source with frozen configuration, kept in a folder of `scenarios/`.

        include, exclude: regular expressions for the names of what it reads (of a database's source
        its tables), besides those of the configuration. since: the watermark to go on from,
        milliseconds since 1970. Opened by its name again it gives the same; `refresh=True`
        takes a new one.

        Raises:
            NotFilledError: the form is not filled.
            UsageError: the source's `Config` has no patterns to include and exclude by.
            ScenarioError: the folder is damaged.
        """
        from devsession.session.workflow_freezing import WantedPass, workflow_scenario_of
        from devsession.session.workflow_scenario import WorkflowScenario

        wanted = WantedPass(name, tuple(include), tuple(exclude), since)
        folder = workflow_scenario_of(self._session, self, wanted, refresh=refresh)
        if name not in self._scenarios:
            self._scenarios[name] = WorkflowScenario(self._session, self, folder)
        else:
            self._scenarios[name].open(anew=refresh)
        return self._scenarios[name]

    def run(self, *, delete_unseen: bool = False) -> WorkflowReport:
        """Run it for real: what is new or changed is stored in the catalog. Records no HTTP.

        With a file it stores where that says, and deletes what that says. delete_unseen: what the
        catalog has and the source did not yield is deleted.

        Raises: NotFilledError; UsageError offline.
        """
        source = self._source.using(self.config)
        opening = warehouses(self._session.workspace)
        if self.file is not None:
            with reachable(self._session), opening as opener:
                flow = replace(self.file.workflow, source=source, warehouse=opener)
                return flow.run(delete_unseen=delete_unseen or self.file.delete_unseen)
        from devsession.openmetadata import RestSink

        with catalog_of(self._session, None) as metadata, opening as opener:
            flow = Workflow(
                source,
                RestSink,
                self.processors,
                service=self.service,
                metadata=metadata,
                warehouse=opener,
            )
            return flow.run(delete_unseen=delete_unseen)

    def collected(self, config: Any, *, since: int | None = None) -> Collected:
        """What the source comes to with a configuration.

        Raises: PluginRaisedError, or ConnectError, when something of it raises, with its line.
        """
        session = self._session
        plugin, source = session.plugin, self._source
        secrets = frozen(config)[1]
        with warehouses(session.workspace) as opener:
            came = collect(
                source,
                config,
                service=self.service,
                since=since,
                secrets=secrets,
                warehouse=opener,
            )
        for name, error in came.raised.items():
            with calling(plugin, name, session.vault, so_far=lambda: _so_far(came)):
                raise error
        return came

    def diff_of(
        self, items: Sequence[Item], config: Any, *, since: int | None = None
    ) -> CatalogDiff:
        """Items, as processors leave them, against the catalog.

        config, since: what they were read with; what that leaves out is not stale.

        Raises: CatalogError, also where a processor loses one that no policy denies; UsageError offline.
        """
        is_read = reads(config) if since is None else _nothing
        with self.known() as known:
            metadata, service = known.metadata, self.service
            secrets = frozen(config)[1]
            ready = processed(
                items, self.processors, service=service, metadata=metadata, secrets=secrets
            )
            if ready.report.lost_otherwise:
                ready.report.raise_if_failed()
            return diff_items(ready.items, known, reads=is_read, rulings=ready.report.rulings)

    def judged(self, items: Sequence[Item], config: Any, known: Catalog | None) -> WorkflowReport:
        """How items fare with the policies, behind the processors before them; records no HTTP.

        config: what they were read with. known: the catalog, where it may be asked.
        """
        asking = [issubclass(step_class(each), Policies) for each in self.processors]
        if not any(asking):
            return WorkflowReport(self.service)
        behind = asking[::-1].index(True)
        with self._session.recorder.paused():
            return processed(
                items,
                self.processors[: len(asking) - behind],
                service=self.service,
                metadata=known.metadata if known is not None else None,
                secrets=frozen(config)[1],
            ).report

    @contextmanager
    def known(self) -> Iterator[Catalog]:
        """Inside, the catalog can be asked. Raises: CatalogError, UsageError offline."""
        with catalog_of(self._session, self._configured) as metadata:
            yield Catalog(metadata)

    def secrets(self, _: object, names: Sequence[str]) -> dict[str, str]:
        """The plain secrets of a scenario's configuration, as they are now."""
        if self.file is None:
            return super().secrets(_, names)
        found = frozen(self.config)[1]
        return {name: found[name] for name in names if name in found}

    def _ipython_display_(self) -> None:
        if self.file is None:
            super()._ipython_display_()
        else:
            print(self)  # noqa: T201 - the author's cell shows it

    def __repr__(self) -> str:
        if self.file is not None:
            return f"Workflow {self.slug!r}: {self.file.path.name}, service {self.service}"
        return super().__repr__()

    @property
    def _planned(self) -> Planned:
        """The source as the file configures it."""
        assert self.file is not None  # noqa: S101 - asked for where there is one
        planned: Planned = self.file.workflow.source  # type: ignore[assignment]  # of a file it is
        return planned

    @property
    def _source(self) -> type[Source]:
        source: type[Source] = self._session.loaded_class  # type: ignore[assignment]  # of one
        return source

    @property
    def _configured(self) -> Any:
        return self.file.workflow.metadata if self.file is not None else None


def _nothing(_kind: str, _name: str) -> bool:
    """An incremental run does not read what has not changed."""
    return False


def _so_far(came: Collected) -> str:
    return f"entities until then: {len(came.items):,}"
