"""An inbound sync of an Omnata app on Snowflake: its streams are chosen there, and read from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import ScenarioError, UsageError
from devsession.recording.inbound_scenario import InboundScenarioFolder
from devsession.recording.origin import Origin, check_origin, write_origin
from devsession.recording.scenario import scenario_folder
from devsession.session.at_omnata import AtOmnata
from devsession.session.inbound_freezing import freeze
from devsession.session.inbound_sync import InboundSync
from devsession.session.stream_table import StreamTable, stream_table
from devsession.session.stream_usual import begun_with
from devsession.warehouse.omnata_inbound import read_inbound

if TYPE_CHECKING:
    from devsession.plugin.parameters import InboundSyncConfigurationParameters
    from devsession.plugin.streams import StoredStreamConfiguration
    from devsession.session.development import DevelopmentSession
    from devsession.session.wanted import Wanted
    from devsession.warehouse.omnata import OmnataApp
    from devsession.warehouse.omnata_inbound import InboundInput


class OmnataInboundSync(AtOmnata, InboundSync):  # type: ignore[misc]  # it has no record here
    """One inbound sync of an Omnata app: streams, states and connection are those that a run has.

    A run at the app is created when a scenario is frozen, or `parameters` or `streams` first asked
    for, and completed without results at once. What a scenario reads stays here.
    """

    _named = ', direction="inbound"'

    def __init__(self, session: DevelopmentSession, app: OmnataApp, slug: str) -> None:
        super().__init__(session, app, slug)
        self._known: InboundInput | None = None

    @property
    def parameters(self) -> InboundSyncConfigurationParameters:
        """What a run gives to sync_inbound, secrets included, as the app last said.

        Raises: OmnataError, UsageError.
        """
        return self._input().parameters

    @property
    def streams(self) -> StreamTable:
        """The streams that a run reads, how each is read, and its state, as the app last said.

        Raises: OmnataError, UsageError.
        """
        known = self._input()
        listed = [each.stream for each in known.streams.included_streams.values()]
        return stream_table(self.slug, listed, known.streams, known.states)

    def chosen_now(self) -> list[StoredStreamConfiguration]:
        """The streams that a run reads, with their states, as the app last said."""
        known = self._input()
        return begun_with(known.streams.included_streams.values(), known.states)

    def frozen(self, wanted: Wanted, *, refresh: bool) -> InboundScenarioFolder:
        """The folder of a scenario as it was frozen; frozen now when there is none."""
        wanted.check()
        scenarios = self._session.workspace.scenarios
        folder = scenario_folder(scenarios, self.slug, wanted.name, InboundScenarioFolder)
        self._secrets.clear()
        if refresh or not folder.exists:
            self._known = None
            known = self._input()
            if not known.streams.included_streams:
                raise self._without_streams()
            origin = Origin(omnata_app=self._app.name, **known.secret_names.model_dump())
            # First: without an input it means nothing.
            write_origin(folder, origin, self._session.vault.redactor)
            freeze(self._session, self, folder, wanted)
            self._secrets[origin] = known.parameters.connection_secrets
        else:
            check_origin(folder, self._app.name)
        return folder

    def require_tables(self) -> None:
        """Refuse to store what came. Raises: UsageError."""
        raise UsageError(
            f"What is read of the inbound sync {self.slug!r} is not handed to the app",
            tried="complete(apply=True): of records without the state that covers them the app "
            "would keep what its next run reads again",
            where=self._app.where,
            next_step="scenario.complete(); the app reads and stores in a run of its own",
            sync=self.slug,
        )

    def _without_streams(self) -> ScenarioError:
        return ScenarioError(
            f"A run of {self.slug!r} reads no stream, so there is nothing to freeze",
            where=self._app.where,
            next_step="choose streams of it in the app",
            sync=self.slug,
        )

    def _input(self) -> InboundInput:
        if self._known is None:
            self.require_online()
            learn = self._session.vault.learn_stored
            self._known = read_inbound(self._app, self.slug, learn=learn)
        return self._known
