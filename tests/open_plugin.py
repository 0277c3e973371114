"""Plugins that connect to nothing: what is tried with them is their forms."""

from __future__ import annotations

from typing import ClassVar

from devsession.plugin import (
    ConnectionConfigurationParameters,
    ConnectionMethod,
    ConnectResponse,
    FormInputField,
    InboundSyncConfigurationForm,
    InboundSyncConfigurationParameters,
    Plugin,
    PluginManifest,
    StreamConfiguration,
)

PAGE_SIZE = FormInputField(name="page_size", label="Page size", default_value="50")


class OpenPlugin(Plugin):
    """Anybody may connect."""

    def connection_form(self, connectivity_option: str = "direct") -> list[ConnectionMethod]:
        return [ConnectionMethod(name="Open", fields=[])]

    def network_addresses(self, parameters: ConnectionConfigurationParameters) -> list[str]:
        return []

    def connect(self, parameters: ConnectionConfigurationParameters) -> ConnectResponse:
        return ConnectResponse()


class OpenStreams(OpenPlugin):
    """Lists streams."""

    streams: ClassVar[list[StreamConfiguration]] = []

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="listing",
            plugin_name="Listing",
            developer_id="us",
            developer_name="Us",
            supports_inbound=True,
        )

    def inbound_configuration_form(
        self, parameters: InboundSyncConfigurationParameters
    ) -> InboundSyncConfigurationForm:
        return InboundSyncConfigurationForm(fields=[PAGE_SIZE])

    def inbound_stream_list(
        self, parameters: InboundSyncConfigurationParameters
    ) -> list[StreamConfiguration]:
        return self.streams
