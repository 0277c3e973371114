"""A plugin that lives with a storm: whatever becomes of a request, its records get an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from devsession.plugin import (
    UPSERT,
    ConnectionConfigurationParameters,
    ConnectionMethod,
    ConnectResponse,
    DynamicFormOptionsDataSource,
    FormFieldMappingSelector,
    FormInputField,
    FormOption,
    OutboundSyncConfigurationForm,
    OutboundSyncConfigurationParameters,
    OutboundSyncRequest,
    Outcomes,
    Plugin,
    PluginManifest,
)

if TYPE_CHECKING:
    from pandas import DataFrame

BULK_LIMIT = 25
BULK_UPSERT = "/objects/contact/records/bulk/upsert"


class RequestFailedError(Exception):
    """A request without the answer that was wanted, in words for people."""


class Stormproof(Plugin):
    """Upserts contacts by their external id, in bulks of 25."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="stormproof",
            plugin_name="Stormproof",
            developer_id="tests",
            developer_name="Tests",
            docs_url="https://example.com/docs",
            supports_inbound=False,
            supported_outbound_strategies=[UPSERT],
        )

    def connection_form(self, connectivity_option: str = "direct") -> list[ConnectionMethod]:
        fields = [
            FormInputField(name="url", label="Address", required=True),
            FormInputField(name="api_key", label="API key", required=True, secret=True),
        ]
        return [ConnectionMethod(name="API Key", fields=fields)]

    def network_addresses(self, parameters: ConnectionConfigurationParameters) -> list[str]:
        return [urlsplit(parameters["url"]).netloc]

    def connect(self, parameters: ConnectionConfigurationParameters) -> ConnectResponse:
        call(parameters, "GET", "/account")
        return ConnectResponse(network_addresses=self.network_addresses(parameters))

    def outbound_configuration_form(
        self, parameters: OutboundSyncConfigurationParameters
    ) -> OutboundSyncConfigurationForm:
        source = DynamicFormOptionsDataSource(source_function=self.contact_fields)
        mapper = FormFieldMappingSelector(label="Fields", data_source=source)
        return OutboundSyncConfigurationForm(fields=[], mapper=mapper)

    def contact_fields(self, parameters: OutboundSyncConfigurationParameters) -> list[FormOption]:
        fields = call(parameters, "GET", "/objects/contact")["fields"]
        return [
            FormOption(value=field["name"], label=field["label"], required=field["required"])
            for field in fields
            if not field["read_only"]
        ]

    def sync_outbound(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: OutboundSyncRequest,
    ) -> None:
        for batch in outbound_sync_request.get_records(batched=True):
            for start in range(0, len(batch), BULK_LIMIT):
                outcomes = upsert(parameters, batch.iloc[start : start + BULK_LIMIT])
                outbound_sync_request.enqueue_results(outcomes)


def upsert(parameters: OutboundSyncConfigurationParameters, part: DataFrame) -> Outcomes:
    """One bulk; when it fails, each of its records fails with the cause."""
    outcomes = Outcomes(part)
    identifiers = part["IDENTIFIER"].tolist()
    records = [
        {**record, "external_id": identifier}
        for identifier, record in zip(identifiers, part["TRANSFORMED_RECORD"], strict=True)
    ]
    try:
        results = call(parameters, "POST", BULK_UPSERT, json={"records": records})["results"]
    except RequestFailedError as failed:
        for identifier in identifiers:
            outcomes.fail(identifier, str(failed))
        return outcomes
    for identifier, result in zip(identifiers, results, strict=True):
        if result["error"]:
            outcomes.fail(identifier, result["error"]["message"])
        else:
            outcomes.ok(identifier, result["id"])
    return outcomes


def call(
    parameters: ConnectionConfigurationParameters, method: str, path: str, **arguments: Any
) -> dict[str, Any]:
    """Raises: RequestFailedError, in whichever way it failed."""
    try:
        response = requests.request(
            method,
            parameters["url"] + path,
            headers={"Authorization": f"Bearer {parameters.secret('api_key')}"},
            timeout=60,
            **arguments,
        )
    except requests.ConnectionError:
        raise RequestFailedError("the app cut the connection before it answered") from None
    if response.ok:
        answer: dict[str, Any] = response.json()
        return answer
    if response.headers["Content-Type"] == "application/json":
        raise RequestFailedError(f"{response.status_code}: {response.json()['error']['message']}")
    raise RequestFailedError(f"{response.status_code}: {response.reason}, not said by the app")
