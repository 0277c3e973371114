"""A plugin that kills its own process, or the warehouse's, at a point of its run.

`KILL` names it: `WHAT NUMBER PHASE`, as `process 3 sent`; `interrupt` is Ctrl-C. What was stored, or about to be, is told
in two files, so that a test knows what a kill left behind.
"""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from tests.session.storm_plugin import Stormproof, upsert

if TYPE_CHECKING:
    from devsession.plugin import OutboundSyncConfigurationParameters, OutboundSyncRequest

FOLDER = Path(__file__).parent
PHASES = ("read", "sent", "stored")


class Dying(Stormproof):
    """Upserts contacts one by one."""

    def sync_outbound(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: OutboundSyncRequest,
    ) -> None:
        for batch in outbound_sync_request.get_records(batched=True):
            for number in range(len(batch)):
                part = batch.iloc[number : number + 1]
                reached("read", number)
                outcomes = upsert(parameters, part)
                reached("sent", number)
                outbound_sync_request.enqueue_results(outcomes)
                with (FOLDER / "stored.txt").open("a", encoding="utf-8") as stored:
                    stored.write(f"{part['IDENTIFIER'].iloc[0]}\n")
                reached("stored", number)


def reached(phase: str, number: int) -> None:
    """Kill, when this is the point."""
    what, wanted, at = os.environ.get("KILL", "nothing 0 read").split()
    if what == "nothing" or (phase, number) != (at, int(wanted)):
        return
    if what == "interrupt":
        raise KeyboardInterrupt
    port_file = FOLDER / ".devsession" / "warehouse.json"
    warehouse = json.loads(port_file.read_text(encoding="utf-8"))["pid"]
    os.kill(warehouse if what == "warehouse" else os.getpid(), signal.SIGKILL)
