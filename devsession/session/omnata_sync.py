"""Syncs of an Omnata app on Snowflake: configured there, and built for here."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from devsession.errors import ScenarioError
from devsession.plugin.outbound import OutboundSyncRequest
from devsession.plugin.sync_source import completing
from devsession.recording.origin import Origin, check_origin, write_origin
from devsession.recording.scenario import scenario_folder
from devsession.session.at_omnata import AtOmnata
from devsession.session.freezing import USUAL_RECORDS, write_frozen
from devsession.session.manifest import strategy_of
from devsession.session.sync import Sync
from devsession.warehouse.omnata_source import OmnataSource

if TYPE_CHECKING:
    from devsession.plugin.parameters import OutboundSyncConfigurationParameters
    from devsession.plugin.strategies import OutboundSyncStrategy
    from devsession.recording.scenario import ScenarioFolder
    from devsession.session.development import DevelopmentSession
    from devsession.session.wanted import Wanted
    from devsession.warehouse.omnata import OmnataApp


class OmnataSync(AtOmnata, Sync):  # type: ignore[misc]  # it has no record here
    """One outbound sync of an Omnata app; it is configured there.

    A run at the app is created when a scenario is frozen, or `parameters` first asked for, and
    completed without results at once. `complete(apply=True)` of a scenario creates another, and hands
    it the outcomes of the records that are still the same.
    """

    def __init__(self, session: DevelopmentSession, app: OmnataApp, slug: str) -> None:
        super().__init__(session, app, slug)
        self._known: OutboundSyncConfigurationParameters | None = None

    @property
    def strategy(self) -> OutboundSyncStrategy:
        """The strategy, as the plugin's manifest has it."""
        return self.parameters.sync_strategy

    @property
    def parameters(self) -> OutboundSyncConfigurationParameters:
        """What a run gives to sync_outbound, secrets included, as the app last said.

        Raises: OmnataError, UsageError.
        """
        if self._known is None:
            with completing(self.begin()) as source:
                self._known = source.parameters
        return self._known

    def begin(self, *, records: int | None = None) -> OmnataSource:
        """Create a run at the app: a pass that has to be completed, whatever happens.

        Raises:
            OmnataError: the app refuses, or its answer cannot be read.
            UsageError: the session is offline, or the sync is inbound.
        """
        self.require_online()
        return OmnataSource(
            self._app,
            self.slug,
            strategy=partial(strategy_of, self._session, self.slug),
            learn=self._session.vault.learn_stored,
            records=records,
        )

    def frozen(self, wanted: Wanted, *, refresh: bool) -> ScenarioFolder:
        """The folder of a scenario as it was frozen; frozen now when there is none."""
        wanted.check()
        if wanted.after is not None:
            self.elsewhere(
                f"scenario({wanted.name!r}, after={wanted.after!r})",
                "complete(apply=True) of the other scenario, then open this one without after=",
            )
        folder = scenario_folder(self._session.workspace.scenarios, self.slug, wanted.name)
        self._secrets.clear()
        if refresh or not folder.exists:
            self._freeze(folder, wanted)
        else:
            check_origin(folder, self._app.name)
        return folder

    def _freeze(self, folder: ScenarioFolder, wanted: Wanted) -> None:
        count = wanted.records or USUAL_RECORDS
        with completing(self.begin(records=count)) as source:
            parameters = source.parameters
            request = OutboundSyncRequest(source, batch_size=count)
            records = next(iter(request.get_records(batched=True, render_jinja=False)), None)
        if records is None:
            raise ScenarioError(
                f"A run of {self.slug!r} has no record now, so there is nothing to freeze",
                where=self._app.where,
                next_step="give it records in the app: a new or a changed row of its source",
                sync=self.slug,
            )
        self._known = parameters
        origin = Origin(omnata_app=self._app.name, **source.secret_names.model_dump())
        # First: without an input it means nothing.
        write_origin(folder, origin, self._session.vault.redactor)
        write_frozen(self._session, self, folder, wanted, records.head(count), parameters)
        self._secrets[origin] = parameters.connection_secrets
