"""A plugin that reads numbers, and kills its own process or the warehouse's at a point of its run.

`KILL` names it: `WHAT PAGE PHASE`, as `process 3 stored`; while it is `storing`, it dies a little
later. What it is asked to go on from is told in a file.
"""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from threading import Thread

from devsession.plugin import (
    ConnectionConfigurationParameters,
    ConnectionMethod,
    ConnectResponse,
    InboundSyncConfigurationParameters,
    InboundSyncRequest,
    Plugin,
    PluginManifest,
    StreamConfiguration,
)

FOLDER = Path(__file__).parent
PHASES = ("read", "enqueued", "storing", "stored")
PAGES, PAGE = 6, 10
STREAMS = ("numbers", "lines")


class Counting(Plugin):
    """Two streams of the same numbers: one with a key, which is merged, and one that is appended."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="counting",
            plugin_name="Counting",
            developer_id="tests",
            developer_name="Tests",
            supports_inbound=True,
        )

    def connection_form(self, connectivity_option: str = "direct") -> list[ConnectionMethod]:
        return [ConnectionMethod(name="None", fields=[])]

    def connect(self, parameters: ConnectionConfigurationParameters) -> ConnectResponse:
        return ConnectResponse()

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
        (FOLDER / "begun.json").write_text(json.dumps(begun), encoding="utf-8")
        for page in range(PAGES):
            for name in STREAMS:
                first = max(page * PAGE, (begun[name] or {"n": -1})["n"] + 1)
                numbers = range(first, (page + 1) * PAGE)
                reached("read", page)
                if numbers:
                    rows = [{"n": number} for number in numbers]
                    inbound_sync_request.enqueue_results(name, rows, {"n": numbers[-1]})
            reached("enqueued", page)
            reached("storing", page)
            inbound_sync_request.flush()
            reached("stored", page)
        for name in STREAMS:
            inbound_sync_request.mark_stream_complete(name)


def reached(phase: str, page: int) -> None:
    """Kill, when this is the point."""
    what, wanted, at = os.environ.get("KILL", "nothing 0 read").split()
    if what == "nothing" or (phase, page) != (at, int(wanted)):
        return
    port_file = FOLDER / ".devsession" / "warehouse.json"
    warehouse = json.loads(port_file.read_text(encoding="utf-8"))["pid"]
    victim = warehouse if what == "warehouse" else os.getpid()
    if phase != "storing":
        os.kill(victim, signal.SIGKILL)
        return
    delay = float(os.environ["KILL_AFTER"])
    Thread(target=lambda: (time.sleep(delay), os.kill(victim, signal.SIGKILL)), daemon=True).start()
