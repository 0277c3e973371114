"""A plugin with every standard strategy and one of its own; each action leaves a message at the app."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests

from devsession.plugin import (
    ConnectionConfigurationParameters,
    ConnectionMethod,
    ConnectResponse,
    FormFieldMappingSelector,
    FormInputField,
    FormOption,
    OutboundSyncConfigurationForm,
    OutboundSyncConfigurationParameters,
    OutboundSyncRequest,
    OutboundSyncStrategy,
    Outcomes,
    Plugin,
    PluginManifest,
    StaticFormOptionsDataSource,
)

if TYPE_CHECKING:
    from collections.abc import Hashable

STANDARD = ["Create", "Upsert", "Update", "Delete", "Mirror", "Send", "Replace"]
OWN = OutboundSyncStrategy(
    name="Keep in touch", new="Create", changed="Update", gone="Archive", unchanged="Remind"
)
ACTIONS = ["Create", "Update", "Delete", "Recreate", "Send", "Archive", "Remind"]
CONTACTS = "/objects/contact/records"
MESSAGES = "/channels/general/messages"
# The identifiers that the app is to refuse: they are sent where there is nothing.
REFUSED = "refused.json"


class EveryStrategy(Plugin):
    """Keeps contacts in step, or does something else with them."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="every_strategy",
            plugin_name="Every strategy",
            developer_id="tests",
            developer_name="Tests",
            supported_outbound_strategies=[*STANDARD, OWN],
        )

    def connection_form(self, connectivity_option: str = "direct") -> list[ConnectionMethod]:
        fields = [
            FormInputField(name="url", label="Address", required=True),
            FormInputField(name="api_key", label="API key", required=True, secret=True),
        ]
        return [ConnectionMethod(name="API Key", fields=fields)]

    def connect(self, parameters: ConnectionConfigurationParameters) -> ConnectResponse:
        call(parameters, "GET", "/account").raise_for_status()
        return ConnectResponse()

    def outbound_configuration_form(
        self, parameters: OutboundSyncConfigurationParameters
    ) -> OutboundSyncConfigurationForm:
        names = ["email", "first_name"]
        options = [FormOption(value=name, label=name) for name in names]
        source = StaticFormOptionsDataSource(values=options)
        mapper = FormFieldMappingSelector(label="Fields", data_source=source)
        return OutboundSyncConfigurationForm(fields=[], mapper=mapper)

    def sync_outbound(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: OutboundSyncRequest,
    ) -> None:
        refused = json.loads(Path(__file__).with_name(REFUSED).read_text(encoding="utf-8"))
        for action in ACTIONS:
            records = outbound_sync_request.get_records(
                sync_actions=[action], sort_column="IDENTIFIER", sort_direction="asc"
            )
            outcomes = Outcomes(records)
            for record in records.to_dict("records"):
                outcome_of(parameters, action, record, outcomes, refused)
            if len(outcomes):
                outbound_sync_request.enqueue_results(outcomes)


def outcome_of(
    parameters: OutboundSyncConfigurationParameters,
    action: str,
    record: dict[Hashable, Any],
    outcomes: Outcomes,
    refused: list[str],
) -> None:
    """Do it, and say so at the app; or hand on why the app refused."""
    identifier, values = record["IDENTIFIER"], record["TRANSFORMED_RECORD"]
    if identifier in refused:
        answer = call(parameters, "PATCH", f"{CONTACTS}/con_0", {"first_name": "nobody"})
        outcomes.fail(identifier, answer.json()["error"]["message"])
        return
    done = perform(parameters, action, identifier, values)
    call(parameters, "POST", MESSAGES, {"text": f"{action} {identifier}"}).raise_for_status()
    outcomes.ok(identifier, done.get("id"))


def perform(
    parameters: OutboundSyncConfigurationParameters,
    action: str,
    identifier: str,
    values: dict[str, Any] | None,
) -> dict[str, Any]:
    """The app's answer to what changes the contact."""
    one = f"{CONTACTS}/external/{quote(identifier, safe='')}"
    match action:
        case "Create":
            answer = call(
                parameters, "POST", CONTACTS, {**(values or {}), "external_id": identifier}
            )
        case "Update":
            answer = call(parameters, "PUT", one, values)
        case "Delete" | "Archive":
            answer = call(parameters, "DELETE", one)
        case "Recreate":
            call(parameters, "DELETE", one)  # 404 the first time
            answer = call(
                parameters, "POST", CONTACTS, {**(values or {}), "external_id": identifier}
            )
        case _:
            return {}
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def call(
    parameters: ConnectionConfigurationParameters,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
) -> requests.Response:
    headers = {"Authorization": f"Bearer {parameters.secret('api_key')}"}
    return requests.request(
        method, parameters["url"] + path, json=body, headers=headers, timeout=60
    )
