"""Handing over a million records of a stream, into files with their keys and states."""

from __future__ import annotations

import csv
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from devsession.plugin import StoredStreamConfiguration, StreamConfiguration
from devsession.plugin.inbound import InboundSyncRequest
from tests.benchmarks.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.plugin.stream_store import Checkpoint

_RECORDS = 1_000_000
_PAGE = 1_000
_PAGES_OF_A_CHECKPOINT = 100
_RUNS = 3
_NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def inbound_enqueue_1m() -> Figure:
    """Records a second, in pages of 1,000 with five fields, a datetime among them.

    Ours has every rule and the name of each key, spools to Parquet, and has a checkpoint each
    100,000 records, in a store that counts. The baseline writes json.dumps of each into a CSV file.
    """
    pages = list(_pages())
    ours, baseline = [], []
    for _ in range(_RUNS):
        start = perf_counter()
        _enqueue(pages)
        ours.append(_RECORDS / (perf_counter() - start))
        start = perf_counter()
        _dump(pages)
        baseline.append(_RECORDS / (perf_counter() - start))
    return Figure(median(ours), median(baseline), "records/s")


class _Counting:
    def __init__(self) -> None:
        self.checkpoints = 0

    def store(self, checkpoint: Checkpoint) -> None:
        """A checkpoint more."""
        self.checkpoints += bool(checkpoint.files)


def _pages() -> Iterator[list[dict[str, Any]]]:
    for first in range(0, _RECORDS, _PAGE):
        yield [
            {
                "id": f"contact-{number}",
                "name": f"Person number {number}",
                "amount": number * 0.25,
                "active": number % 2 == 0,
                "updated_at": _NOON + timedelta(seconds=number),
            }
            for number in range(first, first + _PAGE)
        ]


def _enqueue(pages: list[list[dict[str, Any]]]) -> None:
    stream = StoredStreamConfiguration(
        stream_name="contacts",
        sync_strategy="Incremental",
        storage_behaviour="merge",
        stream=StreamConfiguration(
            stream_name="contacts",
            supported_sync_strategies=["Incremental"],
            source_defined_primary_key="id",
            default_cursor_field="updated_at",
        ),
    )
    store = _Counting()
    with InboundSyncRequest([stream], store) as request:
        for number, page in enumerate(pages, start=1):
            ends = number % _PAGES_OF_A_CHECKPOINT == 0
            state = {"updated_at": page[-1]["updated_at"]} if ends else None
            request.enqueue_results("contacts", page, state)
        request.mark_stream_complete("contacts")
    request.report.raise_if_failed()
    if store.checkpoints < _RECORDS / _PAGE / _PAGES_OF_A_CHECKPOINT:
        raise RuntimeError(f"only {store.checkpoints} checkpoints were stored")


def _dump(pages: list[list[dict[str, Any]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            for page in pages:
                writer.writerows((record["id"], json.dumps(record, default=str)) for record in page)
