"""A plugin that reads the practice streams: incremental with tombstones, a child stream, one without
a key, and one that always fails."""

from __future__ import annotations

from typing import Any

import requests

from devsession.plugin import (
    ConnectionConfigurationParameters,
    ConnectionMethod,
    ConnectResponse,
    FormInputField,
    InboundSyncConfigurationForm,
    InboundSyncConfigurationParameters,
    InboundSyncRequest,
    Plugin,
    PluginManifest,
    StoredStreamConfiguration,
    StreamConfiguration,
    managed_inbound_processing,
)

STREAMS = ["customer", "task", "project", "click", "broken"]


class Reading(Plugin):
    """Reads each stream page by page."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="reading",
            plugin_name="Reading",
            developer_id="tests",
            developer_name="Tests",
            supports_inbound=True,
        )

    def connection_form(self, connectivity_option: str = "direct") -> list[ConnectionMethod]:
        fields = [
            FormInputField(name="url", label="Address", required=True),
            FormInputField(name="api_key", label="API key", required=True, secret=True),
        ]
        return [ConnectionMethod(name="API Key", fields=fields)]

    def connect(self, parameters: ConnectionConfigurationParameters) -> ConnectResponse:
        get(parameters, "/account")
        return ConnectResponse()

    def inbound_configuration_form(
        self, parameters: InboundSyncConfigurationParameters
    ) -> InboundSyncConfigurationForm:
        field = FormInputField(name="page_size", label="Page size", default_value="50")
        return InboundSyncConfigurationForm(fields=[field])

    def inbound_stream_list(
        self, parameters: InboundSyncConfigurationParameters
    ) -> list[StreamConfiguration]:
        found = {each["name"]: each for each in get(parameters, "/streams")["streams"]}
        return [listed(found[name]) for name in STREAMS]

    def sync_inbound(
        self,
        parameters: InboundSyncConfigurationParameters,
        inbound_sync_request: InboundSyncRequest,
    ) -> None:
        self.read(parameters, inbound_sync_request)

    @managed_inbound_processing(concurrency=2)
    def read(
        self,
        parameters: InboundSyncConfigurationParameters,
        request: InboundSyncRequest,
        stream: StoredStreamConfiguration,
    ) -> None:
        if stream.stream_name == "task":
            for project in pages(parameters, "project", None):
                for parent in project:
                    for page in pages(parameters, "task", None, parent_id=parent["id"]):
                        request.enqueue_results("task", page)
            return
        state = stream.latest_state or {}
        cursor = stream.cursor_field if isinstance(stream.cursor_field, str) else ""
        for page in pages(parameters, stream.stream_name, state.get(cursor)):
            state = {cursor: max([state.get(cursor, ""), *(each[cursor] for each in page)])}
            gone = ["deleted_at" in each for each in page]
            request.enqueue_results(stream.stream_name, page, state, is_delete=gone)


def listed(found: dict[str, Any]) -> StreamConfiguration:
    key = [part if isinstance(part, str) else list(part) for part in found["key"]]
    keyed = bool(key)
    return StreamConfiguration(
        stream_name=found["name"],
        supported_sync_strategies=["Full Refresh", "Incremental"] if keyed else ["Full Refresh"],
        source_defined_primary_key=key if keyed else None,
        default_cursor_field=found["cursor"],
        depends_on_stream=found["parent"],
        metadata={"label": found["label"]},
    )


def pages(
    parameters: ConnectionConfigurationParameters, stream: str, since: str | None, **asked: str
) -> Any:
    query: dict[str, Any] = {"limit": int(parameters["page_size"]), **asked}
    query |= {"updated_since": since, "include_deleted": "true"} if since else {}
    while True:
        page = get(parameters, f"/streams/{stream}/records", **query)
        yield page["records"]
        if page["next_cursor"] is None:
            return
        query["cursor"] = page["next_cursor"]


def get(parameters: ConnectionConfigurationParameters, path: str, **query: Any) -> Any:
    headers = {"Authorization": f"Bearer {parameters.secret('api_key')}"}
    answer = requests.get(parameters["url"] + path, params=query, headers=headers, timeout=60)
    answer.raise_for_status()
    return answer.json()
