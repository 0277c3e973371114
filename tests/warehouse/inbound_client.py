"""A process that reads three streams without an end, until it or its warehouse is killed.

`python -m tests.warehouse.inbound_client WORKSPACE`: each round is one number, in every record and
in every state, and is told when all of it is stored.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from devsession.plugin.stream_store import Checkpoint
from devsession.warehouse import open_embedded
from devsession.warehouse.inbound import InboundTables
from devsession.warehouse.inbound_syncs import InboundSyncs
from tests.warehouse.streams import parquet, stream

SLUG = "killed"
RECORDS = 200
SCHEMA = {"properties": {"n": {"type": "integer"}}}
APPENDED = stream("appended", "append", schema=SCHEMA)
MERGED = stream("merged", "merge", schema=SCHEMA)
REPLACED = stream("replaced", "replace", schema=SCHEMA)


def main(workspace: Path) -> None:
    """Goes on behind the states that are stored."""
    account = open_embedded(workspace)
    run = InboundTables(account, InboundSyncs(account).save(SLUG).record)
    run.prepare([APPENDED, MERGED, REPLACED])
    states = run.states()
    print("begun", flush=True)
    with TemporaryDirectory() as folder:
        for number in count():
            for each in (APPENDED, MERGED, REPLACED):
                after = states.get(each.stream_name, {"n": -1})["n"] + 1 + number
                for checkpoint in _round(each, after, Path(folder)):
                    run.store(checkpoint)
                print(f"{each.stream_name} {after}", flush=True)


def _round(read: Any, number: int, folder: Path) -> list[Checkpoint]:
    rows = [(str(each), {"id": each, "n": number}, False) for each in range(RECORDS)]
    state = {"n": number}
    if read is REPLACED:
        half = RECORDS // 2
        return [
            Checkpoint(read, [parquet(folder, rows[:half])], state=state, first=True),
            Checkpoint(read, [parquet(folder, rows[half:])], complete=True),
        ]
    gone = [{"n": number - 1}] if read is MERGED else []
    files = [parquet(folder, rows[:50]), parquet(folder, rows[50:])]
    return [Checkpoint(read, files, delete_criteria=gone, state=state)]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
