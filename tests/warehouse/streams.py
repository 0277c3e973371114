"""Streams, files and checkpoints for tests of inbound tables."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa
from pyarrow.parquet import write_table

from devsession.plugin.stream_store import Checkpoint
from devsession.plugin.streams import (
    InboundSyncStrategy,
    StoredStreamConfiguration,
    StreamConfiguration,
)
from devsession.warehouse import quoted
from devsession.warehouse.inbound import InboundTables
from devsession.warehouse.inbound_syncs import InboundSyncs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from devsession.plugin.streams import StorageBehaviour
    from devsession.warehouse import Account
    from devsession.warehouse.records import InboundSyncRecord

RETRIEVED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_COLUMNS = pa.schema(
    [
        ("APP_IDENTIFIER", pa.string()),
        ("RECORD_DATA", pa.string()),
        ("IS_DELETED", pa.bool_()),
        ("RETRIEVE_DATE", pa.timestamp("us", "UTC")),
    ]
)


def stream(
    name: str = "contacts",
    storage: StorageBehaviour = "merge",
    *,
    key: str | None = "id",
    schema: dict[str, Any] | None = None,
) -> StoredStreamConfiguration:
    """A stream as a sync reads it."""
    return StoredStreamConfiguration(
        stream_name=name,
        sync_strategy=InboundSyncStrategy.INCREMENTAL,
        primary_key_field=key,
        storage_behaviour=storage,
        stream=StreamConfiguration(
            stream_name=name,
            supported_sync_strategies=[InboundSyncStrategy.INCREMENTAL],
            json_schema=schema,
        ),
    )


def parquet(folder: Path, rows: Sequence[tuple[str | None, dict[str, Any], bool]]) -> Path:
    """A file as a run spools it: name, record, whether it is a tombstone."""
    file = folder / f"it's {uuid4().hex} #1?*.parquet"
    columns = [
        [name for name, _, _ in rows],
        [json.dumps(record) for _, record, _ in rows],
        [gone for _, _, gone in rows],
        [RETRIEVED] * len(rows),
    ]
    arrays = [pa.array(values, kind) for values, kind in zip(columns, _COLUMNS.types, strict=True)]
    write_table(pa.Table.from_arrays(arrays, schema=_COLUMNS), file)
    return file


@dataclass
class Reading:
    """A sync that reads one stream, run by run."""

    account: Account
    folder: Path
    stream: StoredStreamConfiguration = field(default_factory=stream)
    slug: str = field(default_factory=lambda: f"sync {uuid4().hex}")
    sync: InboundSyncRecord = field(init=False)
    run: InboundTables = field(init=False)
    first: bool = True

    def __post_init__(self) -> None:
        self.sync = InboundSyncs(self.account).save(self.slug).record
        self.begin()

    def begin(self, stream: StoredStreamConfiguration | None = None) -> None:
        """A new run, of this stream from now on."""
        self.stream = stream or self.stream
        self.run = InboundTables(self.account, self.sync)
        self.run.prepare([self.stream])
        self.first = True

    def store(
        self, *records: dict[str, Any], gone: Sequence[dict[str, Any]] = (), **more: Any
    ) -> None:
        """A checkpoint of records and then tombstones; their field id is their name."""
        rows = [(_name(each), each, False) for each in records]
        rows += [(_name(each), each, True) for each in gone]
        files = [parquet(self.folder, rows)] if rows else []
        self.run.store(Checkpoint(self.stream, files, first=self.first, **more))
        self.first = False

    @property
    def state(self) -> dict[str, Any] | None:
        """What another process finds."""
        return InboundTables(self.account, self.sync).states().get(self.stream.stream_name)

    @property
    def rows(self) -> list[tuple[str | None, dict[str, Any], bool]]:
        """What readers of the table see, in the order in which it came."""
        table = self.run.tables()[self.stream.stream_name]
        found = self.account.rows(
            f"select APP_IDENTIFIER, RECORD_DATA, IS_DELETED from {table} order by POSITION"
        )
        return [(name, json.loads(record), gone) for name, record, gone in found]

    @property
    def shown(self) -> list[dict[str, Any]]:
        """What readers of the view see, without the columns that every view has."""
        view = quoted(self.run.views()[self.stream.stream_name])
        table = self.account.arrow(f"select * from PUBLIC.{view} order by 1")
        rows: list[dict[str, Any]] = table.drop_columns(
            ["APP_IDENTIFIER", "RETRIEVE_DATE"]
        ).to_pylist()
        return rows


def _name(record: dict[str, Any]) -> str | None:
    return str(record["id"]) if "id" in record else None
