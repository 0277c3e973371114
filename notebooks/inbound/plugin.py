"""Practice Crm, the other way round: reads the app's records into tables of the warehouse.

It speaks to the practice app that comes with devsession. inbound_stream_list says what there is to
read, sync_inbound reads it, from where the last run ended.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from devsession.plugin import (
    ConnectionConfigurationParameters,
    ConnectionMethod,
    ConnectResponse,
    FormInputField,
    InboundSyncConfigurationParameters,
    InboundSyncRequest,
    Plugin,
    PluginManifest,
    StoredStreamConfiguration,
    StreamConfiguration,
    managed_inbound_processing,
)

PAGE_RECORDS = 40
TIMEOUT_SECONDS = 30
BEGINNING = "2000-01-01T00:00:00.000+00:00"


class PracticeCrm(Plugin):
    """Reads each stream in the order of its changes, deleted records included."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="practice_crm",
            plugin_name="Practice Crm",
            developer_id="my_company",
            developer_name="My Company",
            docs_url="https://example.com/docs",
            supports_inbound=True,
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
        account = call(parameters, "/account")
        return ConnectResponse(
            connection_parameters={"account_name": account["name"]},
            network_addresses=self.network_addresses(parameters),
        )

    # What there is to read

    def inbound_stream_list(
        self, parameters: InboundSyncConfigurationParameters
    ) -> list[StreamConfiguration]:
        return [
            StreamConfiguration(
                stream_name=stream["name"],
                supported_sync_strategies=["Full Refresh", "Incremental"],
                source_defined_cursor=True,
                source_defined_primary_key=stream["key"] or None,
                default_cursor_field=stream["cursor"],
                json_schema=stream["json_schema"],
            )
            for stream in call(parameters, "/streams")["streams"]
            if stream["parent"] is None  # the others are asked for one parent at a time
        ]

    # The sync itself

    def sync_inbound(
        self,
        parameters: InboundSyncConfigurationParameters,
        inbound_sync_request: InboundSyncRequest,
    ) -> None:
        self.read(parameters, inbound_sync_request)

    @managed_inbound_processing(concurrency=4)
    def read(
        self,
        parameters: InboundSyncConfigurationParameters,
        request: InboundSyncRequest,
        stream: StoredStreamConfiguration,
    ) -> None:
        """One stream; when it returns, the stream is complete. One that fails leaves the others."""
        cursor = str(stream.stream.default_cursor_field)
        state = stream.latest_state or {cursor: BEGINNING}
        asked = {
            "limit": PAGE_RECORDS,
            "updated_since": state[cursor],
            "include_deleted": "true",
        }
        while True:
            page = call(parameters, f"/streams/{stream.stream_name}/records", **asked)
            records = page["records"]
            if records:  # in the order of their changes: the last one's covers all before it
                state = {cursor: records[-1][cursor]}
            gone = ["deleted_at" in record for record in records]
            request.enqueue_results(stream.stream_name, records, state, is_delete=gone)
            if page["next_cursor"] is None:
                return
            asked["cursor"] = page["next_cursor"]


def call(parameters: ConnectionConfigurationParameters, path: str, **asked: Any) -> dict[str, Any]:
    """One request to the app; its own words when it refuses."""
    response = requests.get(
        parameters["tenant_url"].rstrip("/") + path,
        params=asked,
        headers={"Authorization": f"Bearer {parameters.secret('api_key')}"},
        timeout=TIMEOUT_SECONDS,
    )
    if not response.ok:
        raise RuntimeError(f"GET {path} answered {response.status_code}: {response.text}")
    answer: dict[str, Any] = response.json()
    return answer
