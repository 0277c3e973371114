"""A plugin that puts its secrets wherever its code can: what it sends, gets, says, logs and raises."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import requests

from devsession.plugin import (
    UPSERT,
    ConnectionConfigurationParameters,
    ConnectionMethod,
    ConnectResponse,
    FormFieldMappingSelector,
    FormInputField,
    FormOption,
    OutboundSyncConfigurationForm,
    OutboundSyncConfigurationParameters,
    OutboundSyncRequest,
    Outcomes,
    Plugin,
    PluginManifest,
    StaticFormOptionsDataSource,
    StoredConfigurationValue,
)
from devsession.plugin.parameters import StoredSecret

# Not told to anybody beforehand: they come while the plugin runs.
RETURNED = "Returned0123456789"
METADATA = "Metadata0123456789"
ARRIVED = "Arrived0123456789"
COOKIE = "Cookie0123456789"
DERIVED = "Derived0123456789"
log = logging.getLogger("leaky")


class Leaky(Plugin):
    """Sends contacts nowhere in particular."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="leaky",
            plugin_name="Leaky",
            developer_id="tests",
            developer_name="Tests",
            supported_outbound_strategies=[UPSERT],
        )

    def connection_form(self, connectivity_option: str = "direct") -> list[ConnectionMethod]:
        return [
            ConnectionMethod(
                name="API Key",
                fields=[
                    FormInputField(name="url", label="Address", required=True),
                    FormInputField(name="api_key", label="API key", required=True, secret=True),
                    FormInputField(name="password", label="Password", required=True, secret=True),
                ],
            )
        ]

    def connect(self, parameters: ConnectionConfigurationParameters) -> ConnectResponse:
        session_key = StoredSecret(value=RETURNED, metadata={"refresh": METADATA})
        account = StoredConfigurationValue(value=" ".join(in_both(parameters, "connection")))
        return ConnectResponse(
            connection_parameters={"account": account},
            connection_secrets={"session_key": session_key},
        )

    def outbound_configuration_form(
        self, parameters: OutboundSyncConfigurationParameters
    ) -> OutboundSyncConfigurationForm:
        options = [FormOption(value="note", label="note")]
        source = StaticFormOptionsDataSource(values=options)
        mapper = FormFieldMappingSelector(label="Fields", data_source=source)
        return OutboundSyncConfigurationForm(fields=[], mapper=mapper)

    def sync_outbound(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: OutboundSyncRequest,
    ) -> None:
        self.register_secret("derived", DERIVED)
        exchange(parameters)
        print(in_both(parameters, "printed by the plugin"), "printed-", DERIVED)
        log.warning("%s", in_both(parameters, "logged by the plugin"))
        records = outbound_sync_request.get_records()
        outcomes = Outcomes(records)
        for identifier in records["IDENTIFIER"]:
            outcomes.fail(identifier, " ".join(in_both(parameters, "result")))
        outbound_sync_request.enqueue_results(outcomes)


def in_both(parameters: ConnectionConfigurationParameters, place: str) -> list[str]:
    """The place's text with the one secret, and with the other."""
    return [f"{place}-{parameters.secret(name)}" for name in ("api_key", "password")]


def exchange(parameters: ConnectionConfigurationParameters) -> Any:
    """By two libraries: what was known, what the app hands out, and what was derived."""
    url = parameters["url"]
    with requests.Session() as session:
        token = session.post(f"{url}/login", json=in_both(parameters, "sent"), timeout=60).json()
        known = [token["access_token"], session.cookies["sid"], RETURNED, METADATA, DERIVED]
        words = [f"used-{word}" for word in known]
        session.get(f"{url}/{words[0]}", params={"words": words}, timeout=60)
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    return httpx.post(f"{url}/httpx", json=words, headers=headers, timeout=60).json()
