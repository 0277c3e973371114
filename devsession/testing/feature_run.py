"""One scenario of a feature: what its steps gave, the pass that they asked for, and how it went."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

from devsession.errors import PluginLoadError, ScenarioError, did_you_mean
from devsession.plugin.contract import Plugin
from devsession.plugin.request_matching import RequestMatching
from devsession.recording import as_recorded, cassette_file
from devsession.recording.network import NetworkShut
from devsession.recording.replay import Replay
from devsession.render import counted
from devsession.secrets.redact import Redactor
from devsession.testing.comparison import outcome_differences
from devsession.testing.feature_files import find_file, named_file, read_frame
from devsession.testing.feature_properties import parameters_from
from devsession.testing.feature_tables import frame_from_rows
from devsession.testing.playing import Pass, play_pass, shown_differences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pandas import DataFrame

    from devsession.plugin.outbound import OutboundSyncRequest
    from devsession.recording.calls import Call
    from devsession.recording.exchange import Exchange
    from devsession.testing.feature_warehouse import FeatureWarehouse

_SESSION = "session"


class FeatureRun:
    """What the steps of one scenario come to.

    features: the folder of the feature file.
    """

    def __init__(self, features: Path) -> None:
        self._features = features
        self._plugin_class: type[Plugin] | None = None
        self._records: DataFrame | None = None
        self._cassette: Path | None = None
        self._ignored: list[str] = []
        self._pass: Pass | None = None
        self._redactor = Redactor({})
        self._warehouse: FeatureWarehouse | None = None
        self._attaches_session = self._sources_table = False

    def use_records(self, rows: Sequence[Sequence[str]]) -> None:
        """Send the records of a table."""
        self._records = frame_from_rows(rows)

    def use_records_file(self, name: str) -> None:
        """Send the records of a file."""
        self._records = read_frame(named_file(self._features, name))

    def use_cassette(self, name: str) -> None:
        """Answer from this cassette."""
        self._cassette = named_file(self._features, name)

    def ignore_parameters(self, names: str) -> None:
        """Leave these parameters out when requests are compared."""
        self._ignored += [name.strip() for name in names.split(",") if name.strip()]

    def use_plugin(self, module: str, name: str) -> None:
        """Call this plugin, which lies in the folder that holds `features`.

        Raises: PluginLoadError when it cannot be imported, or is no plugin.
        """
        folder = str(self._features.parent)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        try:
            with NetworkShut():
                imported = importlib.import_module(module)
        except Exception as error:  # noqa: BLE001  whatever the author's module raises
            raise PluginLoadError(
                f"the module {module} cannot be imported",
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

    def attach_session(self) -> None:
        """Give the request a Snowpark session, of a warehouse of its own: `request.session`."""
        self._start_warehouse()
        self._attaches_session = True

    def source_table(self) -> None:
        """Send the records as a table of a warehouse gives them back."""
        self._start_warehouse()
        self._sources_table = True

    def close(self) -> None:
        """End what the steps have started."""
        if self._warehouse is not None:
            self._warehouse.close()

    def perform(self, properties: Mapping[str, str]) -> None:
        """Call `sync_outbound` with all that was given. Raises: ScenarioError for what was not."""
        parameters = parameters_from(properties, dict(os.environ))
        secrets = {name: held.value for name, held in parameters.connection_secrets.items()}
        self._redactor = Redactor(secrets)
        if self._plugin_class is None:
            raise _missing("plugin", "we use the NAME class from the plugin module")
        if self._records is None:
            raise _missing("records", "the following records:")

        exchanges, by_hand = self._recorded()
        declared = self._plugin_class.request_matching
        matching = RequestMatching(
            ignore_parameters=[*declared.ignore_parameters, *self._ignored],
            ignore_json=declared.ignore_json,
            match_headers=declared.match_headers,
        )
        replay = _RedactedReplay(
            exchanges,
            self._redactor,
            where=str(self._cassette or "a feature without recordings"),
            matching=matching,
            is_open=self._is_warehouse,
        )
        records = self._records
        if self._warehouse is not None and self._sources_table:
            records = self._warehouse.through_table(records)
        done = play_pass(self._plugin_class, parameters, records, replay, attach=self._attach)
        self._pass = Pass(done.outcomes, done.played, (*by_hand, *done.differences))

    def check(self, expected: DataFrame | None = None) -> None:
        """Compare requests, and the outcomes when there are expected ones.

        Raises: AssertionError, which behave shows as it is, with all that differs.
        """
        if self._pass is None:
            raise _missing("sync", "we perform an outbound sync with configuration parameters:")
        differences = list(self._pass.differences)
        if expected is not None:
            _check_expected(expected)
            differences += outcome_differences(self._pass.outcomes, expected)
        if differences:
            lines = shown_differences(differences)
            played = counted(self._pass.played, "exchange")
            told = f"differs from what was recorded, {played} played\n{lines}"
            raise AssertionError(self._redactor.text(told))

    def check_table(self, rows: Sequence[Sequence[str]]) -> None:
        """Compare with the outcomes of a table."""
        self.check(frame_from_rows(rows))

    def check_file(self, name: str) -> None:
        """Compare with the outcomes of a file."""
        self.check(read_frame(named_file(self._features, name)))

    def has_file(self, name: str) -> bool:
        """Whether the file that a step names is there."""
        return find_file(self._features, name) is not None

    def _start_warehouse(self) -> None:
        if self._warehouse is None:
            from devsession.testing.feature_warehouse import FeatureWarehouse

            self._warehouse = FeatureWarehouse()

    def _is_warehouse(self, host: str, port: int) -> bool:
        return self._warehouse is not None and self._warehouse.is_open(host, port)

    def _attach(self, request: OutboundSyncRequest) -> None:
        if self._warehouse is not None and self._attaches_session:
            setattr(request, _SESSION, self._warehouse.session)

    def _recorded(self) -> tuple[list[Exchange], list[str]]:
        """The exchanges of the cassette, and how they were changed by hand."""
        if self._cassette is None:
            return [], []
        exchanges = cassette_file.load_exchanges(self._cassette)
        digests = self._cassette.with_suffix(as_recorded.SUFFIX)
        by_hand: list[str] = []
        if digests.is_file():
            changes = as_recorded.changes(exchanges, digests.read_text(encoding="utf-8"))
            by_hand = [f"{self._cassette.name} was changed by hand: {line}" for line in changes]
        return [each.redacted(self._redactor) for each in exchanges], by_hand


class _RedactedReplay(Replay):
    """A secret may be the live one here, and another one in a recording that is not ours."""

    def __init__(self, exchanges: Sequence[Exchange], redactor: Redactor, **options: Any) -> None:
        super().__init__(exchanges, **options)
        self._redactor = redactor

    def answer(self, request: Exchange) -> Exchange | Call:
        return super().answer(request.redacted(self._redactor))


def _check_expected(outcomes: DataFrame) -> None:
    for name in ("IDENTIFIER", "SUCCESS"):
        if name not in outcomes or bool(outcomes[name].isna().any()):
            raise ScenarioError(
                f"the expected outcomes do not give each record's {name}",
                tried=f"columns: {', '.join(map(str, outcomes.columns))}",
                next_step="mend the table or file: IDENTIFIER, SUCCESS, APP_IDENTIFIER, RESULT",
                column=name,
            )


def _missing(what: str, step: str) -> ScenarioError:
    return ScenarioError(
        f"the feature gives no {what}",
        tried="performing the sync and looking at what came of it",
        next_step=f"add the step: {step}",
    )
