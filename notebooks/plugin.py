"""Practice Crm: keeps the app's records in step with a table.

It speaks to the practice app that comes with devsession, so that every part runs from the first
minute. Put your own app in its place from the top down: connection_form and connect, then the
configuration form and its mapper, then sync_outbound. In plugin_development.ipynb what the forms are
filled with and the cells that call the app follow, and contacts.csv if your app keeps other things.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from devsession.plugin import (
    UPSERT,
    ConnectionConfigurationParameters,
    ConnectionMethod,
    ConnectResponse,
    DynamicFormOptionsDataSource,
    FormDropdownField,
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

BULK_LIMIT = 100  # records in one call, the most that the app takes; 1 where it takes one by one
TIMEOUT_SECONDS = 30


class PracticeCrm(Plugin):
    """Upserts records by their external id, in bulk, and reports each one's outcome."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="practice_crm",
            plugin_name="Practice Crm",
            developer_id="my_company",
            developer_name="My Company",
            docs_url="https://example.com/docs",
            supports_inbound=False,
            supported_outbound_strategies=[UPSERT],
        )

    # What a user fills in to connect, and the check of it

    def connection_form(self, connectivity_option: str = "direct") -> list[ConnectionMethod]:
        return [
            ConnectionMethod(
                name="API Key",
                fields=[
                    FormInputField(
                        name="tenant_url",
                        label="App address",
                        required=True,
                        help_text="Where the app answers, such as https://acme.example.com",
                    ),
                    FormInputField(name="api_key", label="API key", required=True, secret=True),
                ],
            )
        ]

    def network_addresses(self, parameters: ConnectionConfigurationParameters) -> list[str]:
        return [urlsplit(parameters["tenant_url"]).netloc]

    def connect(self, parameters: ConnectionConfigurationParameters) -> ConnectResponse:
        account = call(parameters, "GET", "/account")
        return ConnectResponse(
            connection_parameters={"account_name": account["name"]},
            network_addresses=self.network_addresses(parameters),
        )

    # What a user fills in for one sync

    def outbound_configuration_form(
        self, parameters: OutboundSyncConfigurationParameters
    ) -> OutboundSyncConfigurationForm:
        return OutboundSyncConfigurationForm(
            fields=[
                FormDropdownField(
                    name="object",
                    label="Object",
                    required=True,
                    help_text="What each row becomes in the app",
                    data_source=DynamicFormOptionsDataSource(source_function=self.objects),
                )
            ],
            mapper=FormFieldMappingSelector(
                label="Fields",
                depends_on="object",
                data_source=DynamicFormOptionsDataSource(source_function=self.object_fields),
            ),
        )

    def objects(self, parameters: OutboundSyncConfigurationParameters) -> list[FormOption]:
        answer = call(parameters, "GET", "/objects")
        return [FormOption(value=item["name"], label=item["label"]) for item in answer["objects"]]

    def object_fields(self, parameters: OutboundSyncConfigurationParameters) -> list[FormOption]:
        chosen = parameters.get_current_form_parameter("object").value
        answer = call(parameters, "GET", f"/objects/{chosen}")
        return [
            FormOption(
                value=field["name"],
                label=field["label"],
                required=field["required"],
                unique=field["unique"],
                data_type_icon=field["type"],
            )
            for field in answer["fields"]
            if not field["read_only"]
        ]

    # The sync itself

    def sync_outbound(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: OutboundSyncRequest,
    ) -> None:
        for batch in outbound_sync_request.get_records(batched=True):
            for start in range(0, len(batch), BULK_LIMIT):
                part = batch.iloc[start : start + BULK_LIMIT]
                outcomes = Outcomes(part)
                for identifier, result in zip(
                    part["IDENTIFIER"], self.upsert(parameters, part), strict=True
                ):
                    if result["status"] == "failed":
                        outcomes.fail(identifier, result["error"]["message"])
                    else:
                        outcomes.ok(identifier, result["id"])
                outbound_sync_request.enqueue_results(outcomes)

    def upsert(
        self, parameters: OutboundSyncConfigurationParameters, part: Any
    ) -> list[dict[str, Any]]:
        records = [
            {**record, "external_id": identifier}
            for identifier, record in zip(
                part["IDENTIFIER"], part["TRANSFORMED_RECORD"], strict=True
            )
        ]
        path = f"/objects/{parameters['object']}/records/bulk/upsert"
        try:
            answer = call(parameters, "POST", path, json={"records": records})
            results: list[dict[str, Any]] = answer["results"]
            return sorted(results, key=lambda result: int(result["index"]))  # in their order
        except AppRefusedError as error:  # these records; another error ends the run
            return [{"status": "failed", "error": {"message": str(error)}} for _ in records]


class AppRefusedError(Exception):
    """The app refuses what is asked of it, or everything for now; why."""


def call(
    parameters: ConnectionConfigurationParameters, method: str, path: str, **arguments: Any
) -> dict[str, Any]:
    """One request to the app; its own words when it refuses."""
    try:
        response = requests.request(
            method,
            parameters["tenant_url"].rstrip("/") + path,
            headers={"Authorization": f"Bearer {parameters.secret('api_key')}"},
            timeout=TIMEOUT_SECONDS,
            **arguments,
        )
        if response.status_code in (400, 409, 422):  # what it says of a record
            raise AppRefusedError(response.json()["error"]["message"])
        if response.status_code == 429 or response.status_code >= 500:  # it cannot, for now
            raise AppRefusedError(f"The app answered {response.status_code} {response.reason}")
        if not response.ok:  # the address or the key is wrong: no other request would fare better
            raise RuntimeError(f"{method} {path} answered {response.status_code}: {response.text}")
        answer: dict[str, Any] = response.json()
    except requests.RequestException as error:  # no answer, or none that can be read
        raise AppRefusedError(f"The app did not answer: {error}") from error
    return answer
