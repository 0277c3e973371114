"""A plugin for both directions at the practice app: outbound batches side by side, inbound streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.plugin import (
    UPSERT,
    OutboundSyncConfigurationParameters,
    OutboundSyncRequest,
    Outcomes,
    PluginManifest,
    managed_outbound_processing,
)
from tests.session.reading_plugin import Reading
from tests.session.storm_plugin import Stormproof, upsert

if TYPE_CHECKING:
    from pandas import DataFrame


class Soaking(Stormproof, Reading):
    """Upserts contacts, four bulks at a time; reads the practice streams."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="soaking",
            plugin_name="Soaking",
            developer_id="tests",
            developer_name="Tests",
            supports_inbound=True,
            supported_outbound_strategies=[UPSERT],
        )

    def sync_outbound(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: OutboundSyncRequest,
    ) -> None:
        batches = outbound_sync_request.get_records(batched=True)
        outbound_sync_request.enqueue_results(self.send(batches, parameters))

    @managed_outbound_processing(concurrency=4, batch_size=25)
    def send(self, records: DataFrame, parameters: OutboundSyncConfigurationParameters) -> Outcomes:
        return upsert(parameters, records)
