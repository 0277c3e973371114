"""Beacon: posts an alert to a chat channel for each row. Event style, in the dialect's older words."""

import json
from datetime import datetime

import pandas
import requests
from omnata_plugin_runtime.configuration import (
    ConnectionConfigurationParameters,
    OutboundSyncConfigurationParameters,
    SendSyncStrategy,
    StoredConfigurationValue,
)
from omnata_plugin_runtime.forms import (
    ConnectionMethod,
    DynamicFormOptionsDataSource,
    FormCheckboxField,
    FormDropdownField,
    FormInputField,
    FormJinjaTemplate,
    FormOption,
    FormRadioField,
    FormSliderField,
    InformationBoxField,
    InformationField,
    NewOptionCreator,
    OutboundSyncConfigurationForm,
    StaticFormOptionsDataSource,
)
from omnata_plugin_runtime.logging import getLogger
from omnata_plugin_runtime.omnata_plugin import (
    ConnectResponse,
    OmnataPlugin,
    OutboundSyncRequest,
    PluginManifest,
    jinja_filter,
    omnata_udf,
)
from omnata_plugin_runtime.rate_limiting import ApiLimits, HttpRequestMatcher, RequestRateLimit

logger = getLogger(__name__)

SEVERITIES = ["info", "warning", "critical"]


class BeaconAlerts(OmnataPlugin):
    """Alerts for the people on duty."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="beacon_alerts",
            plugin_name="Beacon Alerts",
            developer_id="lighthouse",
            developer_name="Lighthouse Works",
            docs_url="https://example.com/beacon",
            supports_inbound=False,
            supported_outbound_strategies=[SendSyncStrategy()],
        )

    def connection_form(self) -> list[ConnectionMethod]:
        return [
            ConnectionMethod(
                name="Bot Token",
                description="Make a bot in the workspace's settings and copy **its token**.",
                fields=[
                    InformationField(name="intro", markdown="Messages are posted as this bot."),
                    FormInputField(name="workspace_url", label="Workspace URL", required=True),
                    FormInputField(name="bot_token", label="Bot token", required=True, secret=True),
                ],
            )
        ]

    def network_addresses(self, parameters: ConnectionConfigurationParameters) -> list[str]:
        url = parameters.get_connection_parameter("workspace_url").value
        return [url.split("//")[-1].rstrip("/")]

    def connect(self, parameters: ConnectionConfigurationParameters) -> ConnectResponse:
        account = self._call(parameters, "GET", "/account")
        return ConnectResponse(
            connection_parameters={
                "workspace": account["name"],
                "limit": StoredConfigurationValue(value="4000", metadata={"unit": "characters"}),
            }
        )

    def api_limits(self, parameters: OutboundSyncConfigurationParameters) -> list[ApiLimits]:
        return [
            ApiLimits(
                endpoint_category="Messages",
                request_matchers=[
                    HttpRequestMatcher(http_methods=["POST"], url_regex="/channels/.*/messages")
                ],
                request_rates=[
                    RequestRateLimit(request_count=50, time_unit="second", unit_count=1)
                ],
            )
        ]

    def outbound_configuration_form(
        self, parameters: OutboundSyncConfigurationParameters
    ) -> OutboundSyncConfigurationForm:
        return OutboundSyncConfigurationForm(
            fields=[
                FormDropdownField(
                    name="channel",
                    label="Channel",
                    required=True,
                    reload_on_change=False,
                    data_source=DynamicFormOptionsDataSource(
                        source_function=self.channels,
                        new_option_creator=NewOptionCreator(
                            creation_form_function=self.channel_form,
                            creation_complete_function=self.create_channel,
                        ),
                    ),
                ),
                FormRadioField(
                    name="severity",
                    label="Severity",
                    default_value="warning",
                    data_source=StaticFormOptionsDataSource(
                        values=[FormOption(value=each, label=each.title()) for each in SEVERITIES]
                    ),
                ),
                FormCheckboxField(name="quiet", label="Do not notify anybody", default_value=False),
                FormSliderField(
                    name="attempts",
                    label="Attempts",
                    default_value=1,
                    min=1,
                    max=3,
                    step=1,
                ),
                InformationBoxField(
                    name="cost", markdown="Each row is **one message**.", box_type="info"
                ),
            ],
            mapper=FormJinjaTemplate(label="Message", depends_on="channel"),
        )

    def channels(self, parameters: OutboundSyncConfigurationParameters) -> list[FormOption]:
        page = self._call(parameters, "GET", "/channels")
        return [
            FormOption(value=each["name"], label=f"#{each['name']}", metadata={"id": each["id"]})
            for each in page["channels"]
        ]

    def channel_form(self, parameters: OutboundSyncConfigurationParameters) -> list:
        return [FormInputField(name="name", label="Name", required=True)]

    def create_channel(
        self,
        parameters: OutboundSyncConfigurationParameters,
        values: dict[str, StoredConfigurationValue],
    ) -> FormOption:
        made = self._call(parameters, "POST", "/channels", {"name": values["name"].value})
        return FormOption(value=made["name"], label=f"#{made['name']}", metadata={"id": made["id"]})

    @jinja_filter
    def clock(self, value: str) -> str:
        """`{{ row.RAISED_AT | clock }}`: hours and minutes."""
        return datetime.fromisoformat(str(value)).strftime("%H:%M")

    @jinja_filter
    def shout(self, value: str, mark: str = "!") -> str:
        return str(value).upper() + mark

    @omnata_udf(name_prefix="BEACON", expose_to_consumer=True)
    def severity_rank(self, severity: str) -> int:
        return SEVERITIES.index(severity)

    def apply_records(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: OutboundSyncRequest,
    ) -> None:
        channel = parameters.get_sync_parameter("channel").value
        severity = parameters.get_sync_parameter("severity", "info").value
        for records in outbound_sync_request.get_records(sync_actions=["Send"], batched=True):
            outcomes = []
            for record in records.to_dict("records"):
                outcomes.append(self._post(parameters, channel, severity, record))
            outbound_sync_request.enqueue_results(pandas.DataFrame(outcomes))
            logger.info("posted %s alerts to #%s", len(outcomes), channel)

    def _post(self, parameters, channel: str, severity: str, record: dict) -> dict:
        message = {
            "text": record["TRANSFORMED_RECORD"],
            "blocks": [{"type": "section", "text": severity}],
            "idempotency_key": f"beacon-{record['IDENTIFIER']}",
        }
        outcome = {"IDENTIFIER": record["IDENTIFIER"], "APP_IDENTIFIER": None}
        try:
            posted = self._call(parameters, "POST", f"/channels/{channel}/messages", message)
        except requests.RequestException as error:
            return {**outcome, "SUCCESS": False, "RESULT": {"error": self._why(error)}}
        result = {"posted_at": posted["created_at"]}
        return {
            **outcome,
            "APP_IDENTIFIER": posted["id"],
            "SUCCESS": True,
            "RESULT": json.dumps(result),
        }

    def _why(self, error: requests.RequestException) -> str:
        """The app's own words where it has any."""
        try:
            return error.response.json()["error"]["message"]
        except (AttributeError, ValueError):
            return str(error)

    def _call(self, parameters, method: str, path: str, body: dict | None = None) -> dict:
        answer = requests.request(
            method,
            parameters.get_connection_parameter("workspace_url").value.rstrip("/") + path,
            headers={
                "Authorization": f"Bearer {parameters.get_connection_secret('bot_token').value}"
            },
            json=body,
            timeout=30,
        )
        answer.raise_for_status()
        return answer.json()
