"""Harbour CRM: keeps objects of a CRM in step, in bulk calls. Its fields are asked of the app."""

from __future__ import annotations

import logging
from typing import Any

import pandas as pd
import requests
from omnata_plugin_runtime.configuration import (
    ConnectionConfigurationParameters,
    ConnectivityOption,
    CreateSyncStrategy,
    DeleteSyncAction,
    MirrorSyncStrategy,
    OutboundSyncConfigurationParameters,
    StoredConfigurationValue,
    StoredFieldMappings,
    UpsertSyncStrategy,
)
from omnata_plugin_runtime.forms import (
    ConnectionMethod,
    DynamicFormOptionsDataSource,
    FormDropdownField,
    FormFieldMappingSelector,
    FormInputField,
    FormOption,
    FormTextAreaField,
    NgrokTunnelSettings,
    OutboundSyncConfigurationForm,
    SecurityIntegrationTemplate,
)
from omnata_plugin_runtime.omnata_plugin import (
    ConnectResponse,
    OmnataPlugin,
    OutboundSyncRequest,
    PluginManifest,
    managed_outbound_processing,
)
from omnata_plugin_runtime.rate_limiting import ApiLimits, HttpRequestMatcher, RequestRateLimit

logger = logging.getLogger(__name__)

ICONS = {"text": "text", "email": "text", "number": "number", "datetime": "timestamp"}


class HarbourCRM(OmnataPlugin):
    """Contacts, companies and deals of Harbour."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="harbour_crm",
            plugin_name="Harbour CRM",
            developer_id="lighthouse",
            developer_name="Lighthouse Works",
            docs_url="https://example.com/harbour",
            supports_inbound=False,
            supported_outbound_strategies=[
                CreateSyncStrategy(),
                UpsertSyncStrategy(),
                MirrorSyncStrategy(),
                "Update",
            ],
            supported_connectivity_options=[ConnectivityOption.DIRECT, ConnectivityOption.NGROK],
        )

    def connection_form(self, connectivity_option: ConnectivityOption) -> list[ConnectionMethod]:
        address = FormInputField(
            name="base_url",
            label="Address of your Harbour",
            required=True,
            help_text="The tunnel's address" if connectivity_option == "ngrok" else "https://..",
        )
        return [
            ConnectionMethod(
                name="OAuth",
                description="Register an app in Harbour, under **Settings, Developers**.",
                fields=[
                    address,
                    FormInputField(name="client_id", label="Client ID", required=True),
                    FormInputField(
                        name="client_secret", label="Client secret", required=True, secret=True
                    ),
                ],
            ),
            ConnectionMethod(
                name="API Key",
                fields=[
                    address,
                    FormTextAreaField(name="api_key", label="Key", required=True, secret=True),
                ],
            ),
        ]

    def ngrok_tunnel_settings(
        self, parameters: ConnectionConfigurationParameters
    ) -> NgrokTunnelSettings:
        return NgrokTunnelSettings(service_name="harbour", port=443)

    def network_addresses(self, parameters: ConnectionConfigurationParameters) -> list[str]:
        return [_base_url(parameters).split("//")[-1]]

    def connect(
        self, parameters: ConnectionConfigurationParameters
    ) -> ConnectResponse | SecurityIntegrationTemplate:
        if (
            parameters.connection_method == "OAuth"
            and "access_token" not in parameters.connection_secrets
        ):
            return SecurityIntegrationTemplate(
                oauth_docs_url="https://example.com/harbour/oauth",
                oauth_client_id=parameters.get_connection_parameter("client_id").value,
                oauth_client_secret=parameters.get_connection_secret("client_secret").value,
                oauth_token_endpoint=f"{_base_url(parameters)}/oauth/token",
                oauth_client_auth_method="CLIENT_SECRET_POST",
            )
        account = self.call(parameters, "GET", "/account")
        return ConnectResponse(
            connection_parameters={
                "account_name": StoredConfigurationValue(value=account["name"]),
            },
            network_addresses=self.network_addresses(parameters),
        )

    def api_limits(self, parameters: OutboundSyncConfigurationParameters) -> list[ApiLimits]:
        return [
            ApiLimits(
                endpoint_category="Bulk",
                request_matchers=[
                    HttpRequestMatcher(http_methods=["POST"], url_regex=r"/records/bulk/\w+$")
                ],
                request_rates=[
                    RequestRateLimit(request_count=100, time_unit="second", unit_count=1),
                    RequestRateLimit(request_count=50_000, time_unit="day", unit_count=1),
                ],
            )
        ]

    def outbound_configuration_form(
        self, parameters: OutboundSyncConfigurationParameters
    ) -> OutboundSyncConfigurationForm:
        return OutboundSyncConfigurationForm(
            fields=[
                FormDropdownField(
                    name="object",
                    label="Object",
                    required=True,
                    data_source=DynamicFormOptionsDataSource(source_function=self.objects),
                ),
            ],
            mapper=FormFieldMappingSelector(
                label="Fields",
                depends_on="object",
                data_source=DynamicFormOptionsDataSource(source_function=self.fields),
            ),
        )

    def objects(self, parameters: OutboundSyncConfigurationParameters) -> list[FormOption]:
        answer = self.call(parameters, "GET", "/objects")
        return [FormOption(value=each["name"], label=each["label"]) for each in answer["objects"]]

    def fields(self, parameters: OutboundSyncConfigurationParameters) -> list[FormOption]:
        name = parameters.get_current_form_parameter("object").value
        described = self.call(parameters, "GET", f"/objects/{name}")
        return [
            FormOption(
                value=field["name"],
                label=field["label"],
                required=field["required"],
                unique=field["unique"],
                metadata={"type": field["type"], "description": field["help"]},
                data_type_icon=ICONS.get(field["type"], "unknown"),
            )
            for field in described["fields"]
            if not field["read_only"] and field["name"] != "external_id"
        ]

    def outbound_record_validator(
        self,
        sync_parameters: dict[str, StoredConfigurationValue],
        field_mappings: StoredFieldMappings,
        transformed_record: dict[str, Any],
        source_types: dict[str, str],
    ) -> dict[str, str] | None:
        email = transformed_record.get("email")
        if isinstance(email, str) and "@" not in email:
            return {"email": "is not an email address"}
        return None

    def sync_outbound(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: OutboundSyncRequest,
    ) -> None:
        written = outbound_sync_request.get_records(sync_actions=["Create", "Update"], batched=True)
        self.write(data_frame=written, parameters=parameters)
        gone = outbound_sync_request.get_records(sync_actions=[DeleteSyncAction()])
        if len(gone):
            self.remove(dataframe=gone, parameters=parameters)

    @managed_outbound_processing(concurrency=3, batch_size=40)
    def write(
        self, data_frame: pd.DataFrame, parameters: OutboundSyncConfigurationParameters
    ) -> pd.DataFrame:
        records = [
            {"external_id": identifier, **record}
            for identifier, record in zip(
                data_frame["IDENTIFIER"], data_frame["TRANSFORMED_RECORD"], strict=True
            )
        ]
        return self.outcomes(data_frame, self.bulk(parameters, "upsert", records))

    @managed_outbound_processing(concurrency=2, batch_size=100)
    def remove(
        self, dataframe: pd.DataFrame, parameters: OutboundSyncConfigurationParameters
    ) -> pd.DataFrame:
        records = [{"id": each} for each in dataframe["APP_IDENTIFIER"]]
        return self.outcomes(dataframe, self.bulk(parameters, "delete", records))

    def outcomes(self, frame: pd.DataFrame, results: list[dict[str, Any]]) -> pd.DataFrame:
        refused = [result["error"] for result in results]
        return pd.DataFrame(
            {
                "IDENTIFIER": frame["IDENTIFIER"],
                "APP_IDENTIFIER": [result["id"] for result in results],
                "SUCCESS": [error is None for error in refused],
                "RESULT": [{"error": error["message"]} if error else {} for error in refused],
            }
        )

    def bulk(
        self,
        parameters: OutboundSyncConfigurationParameters,
        operation: str,
        records: list[dict[str, Any]],
    ) -> list[dict[str, Any]]:
        name = parameters.get_sync_parameter("object").value
        path = f"/objects/{name}/records/bulk/{operation}"
        answer = self.call(parameters, "POST", path, json={"records": records})
        logger.info("%s %s of %s", operation, len(records), name)
        return sorted(answer["results"], key=lambda result: result["index"])

    def call(self, parameters: Any, method: str, path: str, **options: Any) -> Any:
        secret = "access_token" if parameters.connection_method == "OAuth" else "api_key"
        token = parameters.get_connection_secret(secret).value
        answer = requests.request(
            method,
            _base_url(parameters) + path,
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
            **options,
        )
        answer.raise_for_status()
        return answer.json()


def _base_url(parameters: ConnectionConfigurationParameters) -> str:
    return parameters.get_connection_parameter("base_url").value.rstrip("/")
