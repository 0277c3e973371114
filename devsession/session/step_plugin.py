"""A metadata source, or a handler of events, as the plugin that a session knows.

Its configuration is a connection form.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from devsession.errors import DefinitionError
from devsession.openmetadata.workflow.frozen_config import frozen, hosts_in
from devsession.plugin.contract import ConnectionMethod, Plugin, PluginManifest
from devsession.plugin.model_answer import JOINT
from devsession.plugin.model_form import fields_of, model_from

if TYPE_CHECKING:
    from pydantic import BaseModel

    from devsession.openmetadata import EventHandler, Source
    from devsession.plugin.parameters import ConnectionConfigurationParameters, ConnectivityOption

_METHOD = "Configuration"


def plugin_of(step: type[Source | EventHandler]) -> StepPlugin:
    """The step's stand-in where a session asks for a plugin; it has the name of its class."""
    parts = {"step": step, "__module__": step.__module__}
    made: StepPlugin = type(step.__name__, (StepPlugin,), parts)()
    return made


class StepPlugin(Plugin):
    """Asks for what the step's `Config` asks for."""

    step: ClassVar[type[Source | EventHandler]]

    def get_manifest(self) -> PluginManifest:
        """Its name, of that of the class."""
        name = self.step.__name__
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
        return PluginManifest(
            plugin_id=words, plugin_name=name, developer_id="metadata", developer_name="metadata"
        )

    def connection_form(self, _: ConnectivityOption) -> list[ConnectionMethod]:
        """The fields of the step's `Config`, its own before those that it inherits.

        Raises: DefinitionError where there is none.
        """
        if self.step.Config is None:
            raise DefinitionError(
                f"{self.step.__name__} has no Config, so there is nothing to fill",
                next_step="class AcmeConfig(BaseModel): ..; and Config = AcmeConfig in the class",
            )
        config = self.step.Config
        fields = sorted(fields_of(config), key=lambda field: _distance(config, field.name))
        return [ConnectionMethod(name=_METHOD, fields=fields)]

    def config(self, parameters: ConnectionConfigurationParameters) -> Any:
        """The step's `Config` of what was filled in. Raises: FormError where it does not fit."""
        if self.step.Config is None:
            return {}

        def text_of(name: str, secret: bool) -> str | None:
            kept = parameters.connection_secrets if secret else parameters.connection_parameters
            found = kept.get(name)
            return None if found is None else found.value

        return model_from(self.step.Config, text_of)

    def network_addresses(self, parameters: ConnectionConfigurationParameters) -> list[str]:
        """The hosts in the configuration, and those that the step names."""
        return self.network_addresses_of(self.config(parameters))

    def network_addresses_of(self, config: Any) -> list[str]:
        """The same of a configuration."""
        content = frozen(config)[0]
        return [*self.step.network_addresses(config), *hosts_in(content)]


def _distance(config: type[BaseModel], field: str) -> int:
    """How far above the class a field is declared; of a nested model's field, that model."""
    name = field.split(JOINT, 1)[0]
    own = (
        at
        for at, base in enumerate(config.__mro__)
        if name in vars(base).get("__annotations__", {})
    )
    return next(own, 0)
