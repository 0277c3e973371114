"""A plugin that sends contacts one by one, and reads two streams page by page: slow, to be killed.

What is stored for sure is told in a file, and what an inbound run goes on from in another.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.plugin import (
    UPSERT,
    InboundSyncConfigurationParameters,
    InboundSyncRequest,
    PluginManifest,
    StreamConfiguration,
)
from tests.session.storm_plugin import Stormproof, upsert

if TYPE_CHECKING:
    from devsession.plugin import OutboundSyncConfigurationParameters, OutboundSyncRequest

FOLDER = Path(__file__).parent
STORED, BEGUN = "stored.txt", "begun.json"
PAGES, PAGE = 6, 10
STREAMS = ("numbers", "lines")
INTERRUPTED = "INTERRUPT_AFTER"


class Slow(Stormproof):
    """Of the two streams one has a key, and is merged; the other is appended."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="slow",
            plugin_name="Slow",
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
        for batch in outbound_sync_request.get_records(batched=True):
            for number in range(len(batch)):
                part = batch.iloc[number : number + 1]
                outbound_sync_request.enqueue_results(upsert(parameters, part))
                with (FOLDER / STORED).open("a", encoding="utf-8") as stored:
                    stored.write(f"{part['IDENTIFIER'].iloc[0]}\n")
                if os.environ.get(INTERRUPTED) == str(number + 1):
                    raise KeyboardInterrupt

    def inbound_stream_list(
        self, parameters: InboundSyncConfigurationParameters
    ) -> list[StreamConfiguration]:
        return [
            StreamConfiguration(
                stream_name=name,
                supported_sync_strategies=["Incremental"],
                default_cursor_field="n",
                source_defined_primary_key="n" if name == "numbers" else None,
            )
            for name in STREAMS
        ]

    def sync_inbound(
        self,
        parameters: InboundSyncConfigurationParameters,
        inbound_sync_request: InboundSyncRequest,
    ) -> None:
        begun = {each.stream_name: each.latest_state for each in inbound_sync_request.streams}
        (FOLDER / BEGUN).write_text(json.dumps(begun), encoding="utf-8")
        for page in range(PAGES):
            for name in STREAMS:
                first = max(page * PAGE, (begun[name] or {"n": -1})["n"] + 1)
                numbers = range(first, (page + 1) * PAGE)
                if numbers:
                    rows = [{"n": number} for number in numbers]
                    inbound_sync_request.enqueue_results(name, rows, {"n": numbers[-1]})
            inbound_sync_request.flush()
        for name in STREAMS:
            inbound_sync_request.mark_stream_complete(name)
