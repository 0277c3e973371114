"""One scenario of a feature: what its steps gave, the pass that they asked for, and how it went."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from devsession.errors import PluginLoadError, ScenarioError, did_you_mean
from devsession.plugin.contract import Plugin
from devsession.plugin.request_matching import RequestMatching
from devsession.recording import as_recorded, cassette_file
from devsession.recording.network import NetworkShut
from devsession.recording.replay import Replay
from devsession.render import counted
from devsession.secrets.redact import Redactor
from devsession.testing.comparison import outcome_differences
from devsession.testing.feature_inbound import FeatureStreams
from devsession.testing.feature_properties import parameters_from
from devsession.testing.feature_streams import inbound_from
from devsession.testing.inbound_playing import InboundPass, play_inbound_pass
from devsession.testing.playing import Pass, play_pass, shown_differences

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pandas import DataFrame

    from devsession.plugin.inbound import InboundSyncRequest
    from devsession.plugin.outbound import OutboundSyncRequest
    from devsession.plugin.parameters import ConnectionConfigurationParameters
    from devsession.recording.exchange import Exchange
    from devsession.testing.feature_warehouse import FeatureWarehouse

_SESSION = "session"


class FeatureRun:
    """What the steps of one scenario come to.

    features: the folder of the feature file. records are sent, the cassette answers, and the
    parameters in `ignored` are left out when requests are compared. streams: what the steps say of
    an inbound sync's. attaches_session: the request is given a Snowpark session, of a warehouse of
    its own: `request.session`. sources_table: the records are sent as a table of that warehouse
    gives them back; returns_table: those of an inbound sync are compared so.
    """

    def __init__(self, features: Path) -> None:
        self.features = features
        self.records: DataFrame | None = None
        self.cassette: Path | None = None
        self.ignored: list[str] = []
        self.streams = FeatureStreams()
        self.attaches_session = self.sources_table = self.returns_table = False
        self._plugin_class: type[Plugin] | None = None
        self._pass: Pass | InboundPass | None = None
        self._redactor = Redactor({})
        self._warehouse: FeatureWarehouse | None = None

    def use_plugin(self, module: str, name: str) -> None:
        """Call this plugin, which lies in the folder that holds `features`.

        Raises: PluginLoadError when it cannot be imported, or is no plugin.
        """
        folder = str(self.features.parent)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        try:
            with NetworkShut():
                imported = importlib.import_module(module)
        except Exception as error:  # noqa: BLE001  whatever the author's module raises
            raise PluginLoadError(
                f"The module {module} cannot be imported",
                tried=f"{type(error).__name__}: {error}",
                where=folder,
                next_step="mend it, or the step that names it",
                plugin=name,
            ) from None
        found = getattr(imported, name, None)
        if not (isinstance(found, type) and issubclass(found, Plugin)):
            plugins = [
                known
                for known, value in vars(imported).items()
                if isinstance(value, type) and issubclass(value, Plugin) and value is not Plugin
            ]
            raise PluginLoadError(
                f"{module} has no plugin class {name}",
                tried=did_you_mean(name, plugins),
                where=str(imported.__file__),
                next_step="mend the step that names it",
                plugin=name,
            )
        self._plugin_class = found

    def close(self) -> None:
        """End what the steps have started."""
        if self._warehouse is not None:
            self._warehouse.close()

    def perform(self, properties: Mapping[str, str]) -> None:
        """Call `sync_outbound` with all that was given. Raises: ScenarioError for what was not."""
        parameters = parameters_from(properties, dict(os.environ))
        plugin_class = self._plugin(parameters)
        records = self.records
        if records is None:
            raise _missing("records", "the following records:")
        warehouse = self._started(needed=self.attaches_session or self.sources_table)
        if warehouse is not None and self.sources_table:
            records = warehouse.through_table(records)
        replay, by_hand = self._replay(plugin_class)
        done = play_pass(plugin_class, parameters, records, replay, attach=self._attach)
        self._pass = replace(done, differences=(*by_hand, *done.differences))

    def perform_inbound(self, properties: Mapping[str, str]) -> None:
        """Call `sync_inbound` with all that was given. Raises: ScenarioError for what was not."""
        given = inbound_from(properties, self.streams.states, dict(os.environ))
        plugin_class = self._plugin(given.parameters)
        warehouse = self._started(needed=self.attaches_session or self.returns_table)
        replay, by_hand = self._replay(plugin_class)
        done = play_inbound_pass(
            plugin_class,
            given.parameters,
            given.streams,
            replay,
            limit=given.records,
            attach=self._attach,
        )
        came = done.received
        if warehouse is not None and self.returns_table:
            came = warehouse.received_through_table(came)
        self.streams.came(given.streams, came, plugin_class.record_matching)
        self._pass = replace(done, differences=(*by_hand, *done.differences))

    @property
    def performed(self) -> bool:
        """Whether a sync was."""
        return self._pass is not None

    def _plugin(self, parameters: ConnectionConfigurationParameters) -> type[Plugin]:
        """The plugin that is called with these; their secrets are hidden from now on."""
        secrets = {name: held.value for name, held in parameters.connection_secrets.items()}
        self._redactor = Redactor(secrets)
        if self._plugin_class is None:
            raise _missing("plugin", "we use the NAME class from the plugin module")
        return self._plugin_class

    def _started(self, *, needed: bool) -> FeatureWarehouse | None:
        if self._warehouse is None and needed:
            from devsession.testing.feature_warehouse import FeatureWarehouse

            self._warehouse = FeatureWarehouse()
        return self._warehouse

    def _replay(self, plugin_class: type[Plugin]) -> tuple[Replay, list[str]]:
        """What answers, and how its cassette was changed by hand."""
        exchanges, by_hand = self._recorded()
        declared = plugin_class.request_matching
        matching = RequestMatching(
            ignore_parameters=[*declared.ignore_parameters, *self.ignored],
            ignore_json=declared.ignore_json,
            match_headers=declared.match_headers,
        )
        replay = Replay(
            exchanges,
            where=str(self.cassette or "a feature without recordings"),
            matching=matching,
            is_open=self._is_warehouse,
            redactor=self._redactor,
        )
        return replay, by_hand

    def check_outcomes(self, expected: DataFrame) -> None:
        """Compare requests and outcomes. Raises: AssertionError, as `check` does."""
        if not isinstance(self._pass, Pass):
            raise _missing(
                "outbound sync", "we perform an outbound sync with configuration parameters:"
            )
        _check_expected(expected)
        self.check(outcome_differences(self._pass.outcomes, expected))

    def check_streams(self, differs: Callable[[FeatureStreams], list[str]]) -> None:
        """Compare requests and what `differs` looks at. Raises: AssertionError, as `check` does."""
        if not isinstance(self._pass, InboundPass):
            raise _missing(
                "inbound sync", "we perform an inbound sync with configuration parameters:"
            )
        self.check(differs(self.streams))

    def check(self, more: Sequence[str] = ()) -> None:
        """Compare requests. more: lines for what else differs.

        Raises: AssertionError, which behave shows as it is, with all that differs.
        """
        if self._pass is None:
            raise _missing("sync", "we perform an outbound sync with configuration parameters:")
        differences = [*self._pass.differences, *more]
        if differences:
            lines = shown_differences(differences)
            played = counted(self._pass.played, "exchange")
            told = f"differs from what was recorded, {played} played\n{lines}"
            raise AssertionError(self._redactor.text(told))

    def _is_warehouse(self, host: str, port: int) -> bool:
        return self._warehouse is not None and self._warehouse.is_open(host, port)

    def _attach(self, request: OutboundSyncRequest | InboundSyncRequest) -> None:
        if self._warehouse is not None and self.attaches_session:
            setattr(request, _SESSION, self._warehouse.session)

    def _recorded(self) -> tuple[list[Exchange], list[str]]:
        """The exchanges of the cassette, and how they were changed by hand."""
        if self.cassette is None:
            return [], []
        exchanges = cassette_file.load_exchanges(self.cassette)
        digests = self.cassette.with_suffix(as_recorded.SUFFIX)
        if not digests.is_file():
            return exchanges, []
        changes = as_recorded.changes(exchanges, digests.read_text(encoding="utf-8"))
        return exchanges, [f"{self.cassette.name} was changed by hand: {line}" for line in changes]


def _check_expected(outcomes: DataFrame) -> None:
    for name in ("IDENTIFIER", "SUCCESS"):
        if name not in outcomes or bool(outcomes[name].isna().any()):
            raise ScenarioError(
                f"The expected outcomes do not give each record's {name}",
                tried=f"columns: {', '.join(map(str, outcomes.columns))}",
                next_step="mend the table or file: IDENTIFIER, SUCCESS, APP_IDENTIFIER, RESULT",
                column=name,
            )


def _missing(what: str, step: str) -> ScenarioError:
    return ScenarioError(
        f"The feature gives no {what}",
        tried="performing the sync and looking at what came of it",
        next_step=f"add the step: {step}",
    )
