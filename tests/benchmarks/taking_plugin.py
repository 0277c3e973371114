"""A plugin whose app is not there: it takes all records at once, in managed batches of 100."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    managed_outbound_processing,
)

if TYPE_CHECKING:
    from pandas import DataFrame

FIELDS = ("amount", "city", "email", "name")


class Taking(Plugin):
    """Upserts into nothing."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="taking",
            plugin_name="Taking",
            developer_id="tests",
            developer_name="Tests",
            supported_outbound_strategies=[UPSERT],
        )

    def connection_form(self, connectivity_option: str = "direct") -> list[ConnectionMethod]:
        field = FormInputField(name="tenant", label="Tenant", required=True)
        return [ConnectionMethod(name="None", fields=[field])]

    def connect(self, parameters: ConnectionConfigurationParameters) -> ConnectResponse:
        return ConnectResponse()

    def outbound_configuration_form(
        self, parameters: OutboundSyncConfigurationParameters
    ) -> OutboundSyncConfigurationForm:
        options = StaticFormOptionsDataSource(
            values=[FormOption(value=name, label=name) for name in FIELDS]
        )
        return OutboundSyncConfigurationForm(
            fields=[], mapper=FormFieldMappingSelector(data_source=options)
        )

    def sync_outbound(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: OutboundSyncRequest,
    ) -> None:
        records = outbound_sync_request.get_records(batched=True)
        outbound_sync_request.enqueue_results(self.take(records))

    @managed_outbound_processing(concurrency=4, batch_size=100)
    def take(self, batch: DataFrame) -> Outcomes:
        outcomes = Outcomes(batch)
        for identifier in batch["IDENTIFIER"]:
            outcomes.ok(identifier, f"A{identifier}")
        return outcomes
