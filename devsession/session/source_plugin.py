"""A metadata source as the plugin that a session knows: its configuration is a connection form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from devsession.errors import DefinitionError
from devsession.openmetadata.workflow.frozen_config import frozen
from devsession.plugin.contract import ConnectionMethod, Plugin, PluginManifest
from devsession.plugin.model_form import fields_of, model_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.openmetadata import Source
    from devsession.plugin.parameters import ConnectionConfigurationParameters, ConnectivityOption

_METHOD = "Configuration"


def plugin_of(source: type[Source]) -> SourcePlugin:
    """The source's stand-in where a session asks for a plugin; it has the name of its class."""
    parts = {"source": source, "__module__": source.__module__}
    made: SourcePlugin = type(source.__name__, (SourcePlugin,), parts)()
    return made


class SourcePlugin(Plugin):
    """Asks for what the source's `Config` asks for."""

    source: ClassVar[type[Source]]

    def get_manifest(self) -> PluginManifest:
        """Its name, of that of the class."""
        name = self.source.__name__
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
        return PluginManifest(
            plugin_id=words, plugin_name=name, developer_id="metadata", developer_name="metadata"
        )

    def connection_form(self, _: ConnectivityOption) -> list[ConnectionMethod]:
        """The fields of the source's `Config`. Raises: DefinitionError where there is none."""
        if self.source.Config is None:
            raise DefinitionError(
                f"{self.source.__name__} has no Config, so there is nothing to fill",
                next_step="class AcmeConfig(SourceConfig): ..; and Config = AcmeConfig in the source",
            )
        return [ConnectionMethod(name=_METHOD, fields=fields_of(self.source.Config))]

    def config(self, parameters: ConnectionConfigurationParameters) -> Any:
        """The source's `Config` of what was filled in. Raises: FormError where it does not fit."""
        if self.source.Config is None:
            return {}

        def text_of(name: str, secret: bool) -> str | None:
            kept = parameters.connection_secrets if secret else parameters.connection_parameters
            found = kept.get(name)
            return None if found is None else found.value

        return model_from(self.source.Config, text_of)

    def network_addresses(self, parameters: ConnectionConfigurationParameters) -> list[str]:
        """The hosts in the configuration, and those that the source names."""
        return self.network_addresses_of(self.config(parameters))

    def network_addresses_of(self, config: Any) -> list[str]:
        """The same of a configuration."""
        content = frozen(config)[0]
        return [*self.source.network_addresses(config), *map(_host, _texts(content))]


def _host(text: str) -> str:
    """The host of an address; any other text as it is."""
    return urlsplit(text).netloc if "//" in text else text


def _texts(content: Any) -> Iterator[str]:
    """All texts in a configuration."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for each in content.values() if isinstance(content, dict) else content:
            yield from _texts(each)
