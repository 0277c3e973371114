"""Records of an inbound run from their files into their table, merged by key.

The baseline is a MERGE for each record, by the same client on the same warehouse; of so many it
would take minutes, so that fewer are measured.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from devsession.plugin.stream_store import Checkpoint
from devsession.warehouse import embedded_service, open_embedded
from devsession.warehouse.inbound import InboundTables
from devsession.warehouse.inbound_syncs import InboundSyncs
from tests.benchmarks.figure import Figure
from tests.warehouse.streams import parquet, stream

if TYPE_CHECKING:
    from devsession.warehouse import Account

_RECORDS = 100_000
_RECORDS_OF_BASELINE = 300
_RUNS = 3
_SCHEMA = {"properties": {"id": {"type": "integer"}, "email": {"type": "string"}}}
_MERGE = (
    "merge into BASELINE as t using (select ? as ID, ? as RECORD) as s on t.ID = s.ID"
    " when matched then update set RECORD = parse_json(s.RECORD)"
    " when not matched then insert (ID, RECORD) values (s.ID, parse_json(s.RECORD))"
)


def inbound_merge_100k() -> Figure:
    """Records a second: 100,000 new ones, then half of them again and as many new ones."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        try:
            account = open_embedded(folder)
            measured = [(_ours(account, folder, run), _baseline(account)) for run in range(_RUNS)]
            account.close()
        finally:
            embedded_service(folder).stop()
    ours, baseline = (median(side) for side in zip(*measured, strict=True))
    return Figure(ours, baseline, "records/s")


def _ours(account: Account, folder: Path, run: int) -> float:
    read = stream(f"contacts {run}", schema=_SCHEMA)
    tables = InboundTables(account, InboundSyncs(account).save("benchmark").record)
    tables.prepare([read])
    seconds = 0.0
    for first in (0, _RECORDS // 2):
        file = parquet(folder, [_row(number) for number in range(first, first + _RECORDS)])
        start = perf_counter()
        tables.store(Checkpoint(read, [file], state={"first": first}))
        seconds += perf_counter() - start
    rows, _ = tables.counts()[read.stream_name]
    if rows != _RECORDS * 3 // 2:
        raise RuntimeError(f"{rows} rows are merged")
    return 2 * _RECORDS / seconds


def _baseline(account: Account) -> float:
    account.execute("create or replace table BASELINE (ID varchar, RECORD variant)")
    start = perf_counter()
    for number in range(_RECORDS_OF_BASELINE):
        name, record, _ = _row(number)
        account.execute(_MERGE, [name, json.dumps(record)])
    return _RECORDS_OF_BASELINE / (perf_counter() - start)


def _row(number: int) -> tuple[str, dict[str, object], bool]:
    record = {"id": number, "email": f"u{number}@x.test", "owner": {"id": number % 7}}
    return str(number), record, False
