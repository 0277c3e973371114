"""A plugin whose connection form asks for a secret of each shape; a notebook of tests saves as plugin.py."""

from __future__ import annotations

from devsession.plugin import (
    ConnectionConfigurationParameters,
    ConnectionMethod,
    ConnectResponse,
    FormInputField,
    FormSshKeypair,
    FormTextAreaField,
    Plugin,
    PluginManifest,
)


class Guarded(Plugin):
    """Connects to nothing: what it is given is what matters."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="guarded", plugin_name="Guarded", developer_id="us", developer_name="Us"
        )

    def connection_form(self, connectivity_option: str = "direct") -> list[ConnectionMethod]:
        return [
            ConnectionMethod(
                name="All",
                fields=[
                    FormInputField(name="password", label="Password", secret=True, required=True),
                    FormTextAreaField(name="token", label="Token", secret=True, required=True),
                    FormSshKeypair(name="key", label="Signing key", required=True),
                ],
            )
        ]

    def network_addresses(self, parameters: ConnectionConfigurationParameters) -> list[str]:
        return []

    def connect(self, parameters: ConnectionConfigurationParameters) -> ConnectResponse:
        """Its log and its print are shown under the cell, and kept in the notebook."""
        print("connecting with", parameters.secret("password"))
        return ConnectResponse()
