"""A plugin for the practice app that a person signs in to, with a template of either kind."""

from __future__ import annotations

import requests

from devsession.plugin import (
    ConnectionConfigurationParameters,
    ConnectionMethod,
    ConnectResponse,
    FormInputField,
    OAuthAuthorizationCode,
    Plugin,
    PluginManifest,
)

URL = "http://app.invalid"  # the tests write the app's address here


def template(url: str, client: str = "") -> OAuthAuthorizationCode:
    return OAuthAuthorizationCode(
        oauth_client_id=client,
        oauth_token_endpoint=f"{url}/oauth/token",
        oauth_authorization_endpoint=f"{url}/oauth/authorize",
    )


class Friendly(Plugin):
    """Its template stands in its form, or comes from connect()."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="friendly", plugin_name="Friendly", developer_id="us", developer_name="Us"
        )

    def connection_form(self, connectivity_option: str = "direct") -> list[ConnectionMethod]:
        address = FormInputField(name="url", label="Address", required=True)
        client = FormInputField(name="client", label="Client", required=True)
        key = FormInputField(name="oauth_client_secret", label="Key", required=True, secret=True)
        return [
            ConnectionMethod(name="Known app", fields=[], oauth_template=template(URL)),
            ConnectionMethod(name="Typed address", fields=[address, client, key]),
        ]

    def network_addresses(self, parameters: ConnectionConfigurationParameters) -> list[str]:
        return [URL.removeprefix("http://")]

    def connect(
        self, parameters: ConnectionConfigurationParameters
    ) -> ConnectResponse | OAuthAuthorizationCode:
        if "access_token" not in parameters.connection_secrets:
            return template(parameters["url"], parameters["client"])
        answer = requests.get(
            f"{URL}/account",
            headers={"Authorization": f"Bearer {parameters.secret('access_token')}"},
            timeout=30,
        )
        answer.raise_for_status()
        return ConnectResponse()
