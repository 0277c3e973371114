"""What the scenarios of a workflow and of a handler have in common: a frozen configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.openmetadata.workflow.frozen_config import thawed
from devsession.session.addresses import called_elsewhere
from devsession.session.any_scenario import AnyScenario, F
from devsession.session.run_findings import warning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.recording.exchange import Exchange
    from devsession.recording.scenario_input import EventScenarioInput, MetadataScenarioInput
    from devsession.session.connection import Connection


class StepScenario(AnyScenario[F]):
    """A scenario of a step that has a `Config`."""

    _frozen: MetadataScenarioInput | EventScenarioInput

    @property
    def config(self) -> Any:
        """What the step gets, as frozen; the secrets are those of today."""
        vault = self._session.vault
        content = _each_text(self._frozen.config, vault.resolve)
        step: Any = self._session.loaded_class
        return thawed(step, content, self._secrets())

    @property
    def _connection(self) -> Connection:
        connection: Connection = self._sync.connection
        return connection

    def _called_elsewhere(self, exchanges: Sequence[Exchange]) -> Any:
        vault, plugin = self._session.vault, self._session.plugin
        declared = plugin.network_addresses_of(self.config)  # type: ignore[attr-defined]
        places = called_elsewhere(exchanges, declared, vault)
        fix = "return them from network_addresses(), or do not call them"
        what = "called, and neither in the configuration nor declared by network_addresses()"
        return warning("N01", places, what, fix=fix) if places else None


def _each_text(content: Any, change: Any) -> Any:
    if isinstance(content, str):
        return change(content)
    if isinstance(content, list):
        return [_each_text(each, change) for each in content]
    if isinstance(content, dict):
        return {name: _each_text(value, change) for name, value in content.items()}
    return content
