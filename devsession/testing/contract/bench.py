"""Where a plugin is tried: its recordings, secrets that can be told apart, and runs made once."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.plugin.oauth import ACCESS_TOKEN
from devsession.plugin.parameters import (
    ConnectionConfigurationParameters,
)
from devsession.secrets.redact import Redactor
from devsession.testing.author_lines import folder_of
from devsession.testing.contract.recordings import Recordings, read_recordings
from devsession.testing.contract.runs import call, receive, send, wrong_outcomes
from devsession.testing.contract.sample import plain_records, with_records
from devsession.testing.contract.stand_in import StandIn
from devsession.testing.contract.telling import NotTriedError, trying
from devsession.testing.made_up import NOWHERE, answers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandas import DataFrame

    from devsession.plugin.contract import ConnectionMethod, Plugin, PluginManifest
    from devsession.plugin.parameters import OutboundSyncConfigurationParameters
    from devsession.plugin.streams import StreamConfiguration
    from devsession.recording.exchange import Exchange
    from devsession.testing.contract.config import SuiteConfig
    from devsession.testing.contract.refusal import Refusal
    from devsession.testing.contract.runs import Called, InboundRun, OutboundRun
    from devsession.testing.scenarios import LoadedInbound, LoadedScenario

_RECORD = "run and complete() a scenario of {} sync in a notebook, and commit scenarios/"
_MANIFEST = "see test_the_manifest_is_whole"
_FORMS = "see test_its_forms_build"


class Bench:
    """A plugin, and what it is tried with. Each thing is made when it is first asked for.

    Raises, from each: NotTriedError when it cannot be had, which says why.
    """

    def __init__(self, plugin_class: type[Plugin], config: SuiteConfig) -> None:
        self.plugin_class = plugin_class
        self.config = config
        given = config.scenarios
        self.scenarios = Path(given) if given else folder_of(plugin_class) / "scenarios"

    @property
    def plugin(self) -> Plugin:
        """A new one, as each run has."""
        plugin, raised = trying(self.plugin_class)
        if raised is not None:
            raise NotTriedError("the plugin cannot be made", _MANIFEST)
        made: Plugin = plugin
        return made

    @cached_property
    def manifest(self) -> PluginManifest:
        """What the plugin says of itself."""
        from devsession.plugin.contract import PluginManifest

        manifest, raised = trying(self.plugin.get_manifest)
        if raised is not None or not isinstance(manifest, PluginManifest):
            raise NotTriedError("the plugin has no manifest", _MANIFEST)
        return manifest

    @cached_property
    def recordings(self) -> Recordings:
        """What the project has recorded, if anything."""
        return read_recordings(self.scenarios)

    @cached_property
    def outbound(self) -> LoadedScenario:
        """The outbound scenario that other records are made of."""
        if not self.manifest.supported_outbound_strategies:
            raise NotTriedError("the manifest names no outbound strategy")
        for each in self.recordings.outbound:
            if len(each.records):
                return each
        raise NotTriedError(
            f"no outbound scenario in {self.scenarios.name}/", _record("an outbound")
        )

    @cached_property
    def inbound(self) -> list[LoadedInbound]:
        """The inbound scenarios."""
        if not self.manifest.supports_inbound:
            raise NotTriedError("the manifest says supports_inbound=False")
        if not self.recordings.inbound:
            where = f"{self.scenarios.name}/"
            raise NotTriedError(f"no inbound scenario in {where}", _record("an inbound"))
        return self.recordings.inbound

    @cached_property
    def methods(self) -> dict[str, ConnectionMethod]:
        """The connection methods by name, of the first connectivity option."""
        option = self.manifest.supported_connectivity_options[0]
        methods, raised = trying(lambda: list(self.plugin.connection_form(option)))
        if raised is not None or not methods:
            raise NotTriedError("the plugin has no connection form", _FORMS)
        return {each.name: each for each in methods}

    @cached_property
    def secrets(self) -> dict[str, str]:
        """Name -> a value that stands nowhere else, of every secret that a connection may have."""
        names = {name for each in self.recordings.scenarios for name in each.frozen.secrets}
        try:
            fields = [field for method in self.methods.values() for field in method.fields]
        except NotTriedError:
            fields = []
        names |= {field.name for field in fields if field.secret} | {ACCESS_TOKEN}
        return {name: f"s3kr1t-of-{name}-Qx7Zp0Lw" for name in sorted(names)}

    @cached_property
    def redactor(self) -> Redactor:
        """Finds them, in any encoding."""
        return Redactor(self.secrets)

    def connection(self, method: ConnectionMethod) -> ConnectionConfigurationParameters:
        """What is filled in for a method: as in a scenario, or made up."""
        for each in self.recordings.scenarios:
            recorded = each.frozen.parameters
            if recorded.connection_method == method.name:
                return recorded.with_secrets(self.secrets)
        made_up = answers(method)
        for number, (name, answer) in enumerate(made_up.items(), 1):
            # So that it can be told which of them is sent where.
            told_apart = answer.value.replace(NOWHERE, f"field-{number}.{NOWHERE}")
            made_up[name] = answer.model_copy(update={"value": told_apart})
        return ConnectionConfigurationParameters(
            connection_method=method.name, connection_parameters=made_up
        ).with_secrets(self.secrets)

    def app(self, played: list[Exchange] | None = None, refusal: Refusal | None = None) -> StandIn:
        """An app that knows the recordings."""
        return StandIn(
            played or [],
            self.recordings.exchanges,
            redactor=self.redactor,
            matching=self.plugin_class.request_matching,
            refusal=refusal,
        )

    @cached_property
    def connected(self) -> dict[str, Called]:
        """connect() of each method, where the app is as it was recorded."""
        return {name: self.connect(method, self.app()) for name, method in self.methods.items()}

    def connect(self, method: ConnectionMethod, app: StandIn) -> Called:
        """connect() against an app."""
        plugin, parameters = self.plugin, self.connection(method)
        return call(app, lambda: plugin.connect(parameters))

    @cached_property
    def recorded_runs(self) -> list[tuple[LoadedScenario, OutboundRun]]:
        """Each outbound scenario, its own records sent to the app that it recorded."""
        self.outbound  # noqa: B018  or why there is none
        return [(each, self._recorded_run(each)) for each in self.recordings.outbound]

    def _recorded_run(self, each: LoadedScenario) -> OutboundRun:
        parameters = each.frozen.parameters.with_secrets(self.secrets)
        return send(self.plugin_class, parameters, each.records, self.app(each.exchanges))

    @cached_property
    def streams(self) -> dict[str, StreamConfiguration]:
        """The streams as the plugin names them now, as far as the recordings answer it."""
        scenario, plugin, app = self.inbound[0], self.plugin, self.app()
        parameters = scenario.frozen.parameters.with_secrets(self.secrets)
        done = call(app, lambda: list(plugin.inbound_stream_list(parameters)))
        return {} if done.raised else {each.stream_name: each for each in done.returned}

    @cached_property
    def read_runs(self) -> list[tuple[LoadedInbound, InboundRun]]:
        """Each inbound scenario, its streams read from the app that it recorded."""
        return [(each, self.read(each, None)) for each in self.inbound]

    def read(
        self, scenario: LoadedInbound, states: Mapping[str, dict[str, Any] | None] | None
    ) -> InboundRun:
        """Read a scenario's streams. states: the latest ones, by stream; None for its own."""
        frozen, streams = scenario.frozen, []
        for each in scenario.frozen.streams:
            name = each.stream_name
            state = each.latest_state if states is None else states.get(name)
            now = {"stream": self.streams.get(name, each.stream), "latest_state": state}
            streams.append(each.model_copy(update=now))
        app = self.app(scenario.exchanges)
        parameters = frozen.parameters.with_secrets(self.secrets)
        return receive(self.plugin_class, parameters, streams, app, limit=frozen.records)

    @property
    def parameters(self) -> OutboundSyncConfigurationParameters:
        """Those of the outbound scenario."""
        return self.outbound.frozen.parameters.with_secrets(self.secrets)

    def send(self, records: DataFrame, *, refusal: Refusal | None = None) -> OutboundRun:
        """Send records to the app that knows the recordings."""
        self.plain  # noqa: B018  the recordings must tell how the app answers other records
        return self._send(records, refusal)

    def _send(self, records: DataFrame, refusal: Refusal | None = None) -> OutboundRun:
        accepted = with_records(self.plugin, self.parameters, records)
        return send(self.plugin_class, self.parameters, accepted, self.app(refusal=refusal))

    @cached_property
    def plain(self) -> OutboundRun:
        """Three plain records that were not recorded: the app must be known well enough for them."""
        run = self._send(plain_records(self.outbound, 3))
        unheard = run.app.not_heard
        if unheard:
            raise NotTriedError(f"{unheard[0]} was called by a library that is not recorded")
        if run.app.unknown:
            raise NotTriedError(
                f"the recordings do not tell what the app answers to {run.app.unknown[0]}",
                _record("an outbound"),
            )
        wrong = wrong_outcomes(
            run, self.plugin_class, strategy=self.parameters.sync_strategy.name, tried=""
        )
        if wrong:
            raise NotTriedError(
                "of three plain records that were not recorded, made of "
                f"{self.outbound.folder.name}: {wrong[0].what}",
                "if test_outcomes_of_recorded_records passes, record a scenario with more records",
            )
        if not run.outcomes["SUCCESS"].all():
            raise NotTriedError(
                f"the recordings of {self.outbound.folder.name} do not tell how the app says yes",
                _record("an outbound"),
            )
        return run


def _record(kind: str) -> str:
    return _RECORD.format(kind)
