"""Ledger: reads customers, projects with their tasks, and invoices. Full refresh and incremental."""

import logging
from collections.abc import Iterator
from typing import Any

import requests
from omnata_plugin_runtime.configuration import (
    ConnectionConfigurationParameters,
    InboundSyncConfigurationParameters,
    InboundSyncStrategy,
    StoredConfigurationValue,
    StoredStreamConfiguration,
    StreamConfiguration,
)
from omnata_plugin_runtime.forms import (
    ConnectionMethod,
    FormCheckboxField,
    FormDropdownField,
    FormInputField,
    FormOption,
    InboundSyncConfigurationForm,
    StaticFormOptionsDataSource,
)
from omnata_plugin_runtime.omnata_plugin import (
    ConnectResponse,
    InboundSyncRequest,
    OmnataPlugin,
    PluginManifest,
    managed_inbound_processing,
)
from omnata_plugin_runtime.rate_limiting import ApiLimits, HttpRequestMatcher, RequestRateLimit

logger = logging.getLogger(__name__)

BEGINNING = "2000-01-01T00:00:00.000+00:00"
STREAMS = ("customer", "project", "task", "invoice")


class LedgerStreams(OmnataPlugin):
    """What the accounts department knows."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="ledger_streams",
            plugin_name="Ledger",
            developer_id="lighthouse",
            developer_name="Lighthouse Works",
            docs_url="https://example.com/ledger",
            supports_inbound=True,
            supported_outbound_strategies=[],
        )

    def connection_form(self) -> list[ConnectionMethod]:
        return [
            ConnectionMethod(
                name="Access key",
                fields=[
                    FormInputField(name="host", label="Host", required=True),
                    FormInputField(name="access_key", label="Key", required=True, secret=True),
                ],
            )
        ]

    def network_addresses(self, parameters: ConnectionConfigurationParameters) -> list[str]:
        return [parameters.get_connection_parameter("host").value.split("//")[-1]]

    def connect(self, parameters: ConnectionConfigurationParameters) -> ConnectResponse:
        account = self.get(parameters, "/account")
        return ConnectResponse(
            connection_parameters={"ledger": StoredConfigurationValue(value=account["name"])}
        )

    def api_limits(self, parameters: InboundSyncConfigurationParameters) -> list[ApiLimits]:
        return [
            ApiLimits(
                endpoint_category="Reading",
                request_matchers=[
                    HttpRequestMatcher(http_methods=["GET"], url_regex="/streams/.*/records")
                ],
                request_rates=[
                    RequestRateLimit(request_count=600, time_unit="minute", unit_count=1)
                ],
            )
        ]

    def inbound_configuration_form(
        self, parameters: InboundSyncConfigurationParameters
    ) -> InboundSyncConfigurationForm:
        sizes = [FormOption(value=each, label=f"{each} records") for each in ("50", "500")]
        return InboundSyncConfigurationForm(
            fields=[
                FormDropdownField(
                    name="page_size",
                    label="Page size",
                    default_value="500",
                    data_source=StaticFormOptionsDataSource(values=sizes),
                ),
                FormCheckboxField(name="deleted", label="Deleted records too", default_value=True),
            ]
        )

    def inbound_stream_list(
        self, parameters: InboundSyncConfigurationParameters
    ) -> list[StreamConfiguration]:
        described = self.get(parameters, "/streams")["streams"]
        return [self.stream(each) for each in described if each["name"] in STREAMS]

    def stream(self, described: dict[str, Any]) -> StreamConfiguration:
        belongs = described["parent"] is not None
        both = [InboundSyncStrategy.FULL_REFRESH, InboundSyncStrategy.INCREMENTAL]
        return StreamConfiguration(
            stream_name=described["name"],
            supported_sync_strategies=both[:1] if belongs else both,
            source_defined_cursor=not belongs,
            source_defined_primary_key=described["key"],
            default_cursor_field=None if belongs else described["cursor"],
            json_schema=described["json_schema"],
            depends_on_stream=described["parent"],
            mandatory=described["name"] == "customer",
            metadata={"label": described["label"]},
        )

    def sync_inbound(
        self,
        parameters: InboundSyncConfigurationParameters,
        inbound_sync_request: InboundSyncRequest,
    ) -> None:
        self.read_stream(
            parameters=parameters,
            inbound_sync_request=inbound_sync_request,
            streams=inbound_sync_request.streams,
        )

    @managed_inbound_processing(concurrency=3)
    def read_stream(
        self,
        parameters: InboundSyncConfigurationParameters,
        inbound_sync_request: InboundSyncRequest,
        stream: StoredStreamConfiguration,
    ) -> None:
        read = self.read_children if stream.stream.depends_on_stream else self.read
        read(parameters, inbound_sync_request, stream)
        inbound_sync_request.mark_stream_complete(stream.stream_name)

    def read(
        self,
        parameters: InboundSyncConfigurationParameters,
        inbound_sync_request: InboundSyncRequest,
        stream: StoredStreamConfiguration,
    ) -> None:
        state = dict(stream.latest_state or {})
        options = {"include_deleted": parameters.get_sync_parameter("deleted", "true").value}
        if stream.sync_strategy == "Incremental":  # in the order of the changes, from the first on
            options["updated_since"] = state.get("updated_at", BEGINNING)
        for records in self.pages(parameters, stream.stream_name, **options):
            if stream.sync_strategy == "Incremental":
                newest = max(record["updated_at"] for record in records)
                state = {"updated_at": max(newest, state.get("updated_at", ""))}
            inbound_sync_request.enqueue_results(
                stream.stream_name,
                records,
                state,
                is_delete=["deleted_at" in record for record in records],
            )
            logger.info("%s of %s", len(records), stream.stream_name)

    def read_children(
        self,
        parameters: InboundSyncConfigurationParameters,
        inbound_sync_request: InboundSyncRequest,
        stream: StoredStreamConfiguration,
    ) -> None:
        for parents in self.pages(parameters, stream.stream.depends_on_stream):
            for parent in parents:
                for records in self.pages(parameters, stream.stream_name, parent_id=parent["id"]):
                    inbound_sync_request.enqueue_results(
                        stream.stream_name, records, {"last_parent": parent["id"]}
                    )

    def pages(
        self, parameters: InboundSyncConfigurationParameters, name: str, **options: str
    ) -> Iterator[list[dict[str, Any]]]:
        options["limit"] = parameters.get_sync_parameter("page_size", "500").value
        while True:
            page = self.get(parameters, f"/streams/{name}/records", options)
            if page["records"]:
                yield page["records"]
            if page["next_cursor"] is None:
                return
            options["cursor"] = page["next_cursor"]

    def http(self) -> requests.Session:
        return self.get_ratelimit_retrying_http_session()

    def get(self, parameters: Any, path: str, options: dict[str, str] | None = None) -> Any:
        answer = self.http().get(
            parameters.get_connection_parameter("host").value.rstrip("/") + path,
            params=options,
            headers={
                "Authorization": f"Bearer {parameters.get_connection_secret('access_key').value}"
            },
            timeout=30,
        )
        answer.raise_for_status()
        return answer.json()
