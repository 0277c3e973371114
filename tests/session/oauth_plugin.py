"""A plugin that signs in with OAuth, in the three ways in which it can say so."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

from devsession.plugin import (
    ConnectionConfigurationParameters,
    ConnectionMethod,
    ConnectResponse,
    FormInputField,
    OAuthAuthorizationCode,
    OAuthClientCredentials,
    Plugin,
    PluginManifest,
)

URL = "http://app.invalid"  # the tests write the app's address here


class Signed(Plugin):
    """Its app's address is known when it is written, or typed."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="signed", plugin_name="Signed", developer_id="us", developer_name="Us"
        )

    def connection_form(self, connectivity_option: str = "direct") -> list[ConnectionMethod]:
        return [
            ConnectionMethod(
                name="Known app",
                fields=[],
                oauth_template=OAuthClientCredentials(oauth_token_endpoint=f"{URL}/oauth/token"),
            ),
            ConnectionMethod(
                name="Typed address",
                fields=[
                    FormInputField(name="url", label="Address", required=True),
                    FormInputField(name="client", label="Client", required=True),
                    FormInputField(name="key", label="Key", required=True, secret=True),
                ],
            ),
            ConnectionMethod(
                name="Person",
                fields=[],
                oauth_template=OAuthAuthorizationCode(
                    oauth_client_id="a-client",
                    oauth_token_endpoint=f"{URL}/token",
                    oauth_authorization_endpoint=f"{URL}/authorize?tenant=1",
                    oauth_allowed_scopes=["read", "write"],
                ),
            ),
        ]

    def network_addresses(self, parameters: ConnectionConfigurationParameters) -> list[str]:
        return [urlsplit(parameters.get_connection_parameter("url", URL).value).netloc]

    def connect(
        self, parameters: ConnectionConfigurationParameters
    ) -> ConnectResponse | OAuthClientCredentials:
        if "access_token" not in parameters.connection_secrets:
            return OAuthClientCredentials(
                oauth_client_id=parameters["client"],
                oauth_client_secret=parameters.get_connection_secret("key").value,
                oauth_token_endpoint=f"{parameters['url']}/oauth/token",
                oauth_client_auth_method="client_secret_post",
            )
        answer = requests.get(
            f"{parameters.get_connection_parameter('url', URL).value}/account",
            headers={"Authorization": f"Bearer {parameters.secret('access_token')}"},
            timeout=30,
        )
        answer.raise_for_status()
        return ConnectResponse()
