"""Where inbound records are kept: a table a stream, and the state that covers what is in it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from devsession.errors import UsageError, WarehouseError
from devsession.plugin.record_json import as_json
from devsession.quoting import quoted
from devsession.warehouse.inbound_criteria import condition
from devsession.warehouse.inbound_files import loaded
from devsession.warehouse.inbound_samples import sampled
from devsession.warehouse.inbound_types import inferred
from devsession.warehouse.inbound_views import view_name, view_sql
from devsession.warehouse.statements import statement
from devsession.warehouse.store import bound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from devsession.plugin.stream_store import Checkpoint
    from devsession.plugin.streams import StoredStreamConfiguration
    from devsession.warehouse.account import Account
    from devsession.warehouse.records import InboundSyncRecord


@dataclass(frozen=True)
class StreamRecord:
    """A stream of a sync, as its rows are; `id` is what its tables are named by.

    state, json_schema: JSON; the schema only when it was inferred. storage_behaviour and key_fields
    are None before anything is stored. fresh_state: what becomes the state with the rows of `fresh`.
    """

    id: int
    name: str
    storage_behaviour: str | None
    key_fields: str | None
    state: str | None
    fresh_state: str | None
    json_schema: str | None
    view_name: str

    @property
    def table(self) -> str:
        """The table of its records: the inbound result columns, and POSITION, their order."""
        return f"DEVSESSION.INBOUND_{self.id}"

    @property
    def fresh(self) -> str:
        """What `replace` fills before it takes the place of the table's rows."""
        return f"{self.table}_FRESH"


class InboundTables:
    """The tables of one inbound sync. A `StreamStore`, for one run.

    Readers of a stream's table see all of a checkpoint or nothing of it; with replace the old rows,
    until the stream is complete. Deleted records stay, with IS_DELETED and the data that they had.
    """

    def __init__(self, account: Account, sync: InboundSyncRecord) -> None:
        self._account = account
        self._sync = sync
        self._streams: dict[str, StreamRecord] = {}

    def prepare(self, streams: Iterable[StoredStreamConfiguration]) -> None:
        """Make tables and views for the streams of a run, before any record is asked for.

        Raises:
            UsageError: a stream has rows under another key; nothing of it is changed.
        """
        with self._account.alone():
            known = {each.name: each for each in self._known()}
            for stream in streams:
                if stream.stream_name not in known:
                    self._declare(stream.stream_name)
                    known = {each.name: each for each in self._known()}
                self._prepare(known[stream.stream_name], stream)

    def states(self) -> dict[str, dict[str, Any]]:
        """Stream -> the state that covers the records that are stored, of streams that have one."""
        return {each.name: json.loads(each.state) for each in self._known() if each.state}

    def schemas(self) -> dict[str, dict[str, Any]]:
        """Stream -> the json_schema of its records so far, of streams whose plugin names none."""
        return {
            each.name: json.loads(each.json_schema) for each in self._known() if each.json_schema
        }

    def tables(self) -> dict[str, str]:
        """Stream -> its table, of all streams that ever had one."""
        made = {name for (name,) in self._account.rows(statement("inbound/made"))}
        # Of a stream there may be none: the process was killed before `prepare` had made it.
        return {each.name: each.table for each in self._known() if each.table in made}

    def views(self) -> dict[str, str]:
        """Stream -> its view, of all streams that ever had one."""
        return {each.name: each.view_name for each in self._known()}

    def counts(self) -> dict[str, tuple[int, int]]:
        """Stream -> how many rows there are, and how many of them are deleted records."""
        return {
            name: self._account.rows(statement("inbound/counts", table=table))[0]
            for name, table in self.tables().items()
        }

    def store(self, checkpoint: Checkpoint) -> None:
        """Records, deletes and the state that covers them: all of it, or nothing.

        Raises:
            UsageError: as `prepare`.
            WarehouseError: the warehouse refused, or is gone; nothing was stored then, unless it
                went away at the very end, and then all of it may be.
        """
        stream = checkpoint.stream
        if stream.stream_name not in self._streams:
            self.prepare([stream])
        before = self._streams[stream.stream_name]
        after = self._after(before, checkpoint)
        with (
            loaded(self._account, checkpoint.files, before.table) as loading,
            self._account.transaction(),
        ):
            self._change_rows(before, checkpoint, loading)
            if after != before:
                self._save(after)
        self._streams[before.name] = after
        if after.json_schema != before.json_schema:
            # The records are stored, whatever becomes of the view: the next `prepare` tells.
            with suppress(WarehouseError):
                self._show(after, stream)

    def _change_rows(
        self, record: StreamRecord, checkpoint: Checkpoint, loading: str | None
    ) -> None:
        """Only DML, which Snowflake does not commit by itself."""
        behaviour = checkpoint.stream.storage_behaviour
        replacing = behaviour == "replace"
        table = record.fresh if replacing else record.table
        if replacing and checkpoint.first:
            self._execute("clear", table=table)
        if behaviour == "merge" and record.storage_behaviour == "append":
            self._execute("keep_last", table=table)
        if checkpoint.delete_criteria:
            criteria, values = condition(checkpoint.delete_criteria)
            self._execute(
                "mark_deleted", bound(datetime.now(UTC)), *values, table=table, criteria=criteria
            )
        if loading:
            merged = behaviour != "append" and checkpoint.stream.key
            self._execute(
                "merge" if merged else "append", record.name, table=table, loading=loading
            )
        if replacing and checkpoint.complete:
            self._execute("clear", table=record.table)
            self._execute("put_in_place", table=record.table, fresh=table)
            self._execute("clear", table=table)

    def _after(self, record: StreamRecord, checkpoint: Checkpoint) -> StreamRecord:
        """The stream as it is when this checkpoint is stored."""
        stream = checkpoint.stream
        record = replace(record, json_schema=_schema_after(record, checkpoint))
        state = None if checkpoint.state is None else as_json(checkpoint.state).decode()
        if stream.storage_behaviour == "replace":
            earlier = None if checkpoint.first else record.fresh_state
            record = replace(record, fresh_state=state or earlier)
            if not checkpoint.complete:
                return record
            state = record.fresh_state
        return replace(
            record,
            storage_behaviour=stream.storage_behaviour,
            key_fields=json.dumps(stream.key),
            state=state or record.state,
            fresh_state=None,
        )

    def _declare(self, stream_name: str) -> None:
        rows = self._account.rows(statement("inbound/taken"), (self._account.schema,))
        taken = {name for (name,) in rows}
        view = view_name(self._sync.slug, stream_name, taken)
        self._execute("insert_stream", self._sync.id, stream_name, view)

    def _prepare(self, record: StreamRecord, stream: StoredStreamConfiguration) -> None:
        for table in (record.table, record.fresh):
            self._execute("records_table", table=table)
        self._check_key(record, stream)
        self._streams[record.name] = record
        self._show(record, stream)

    def _check_key(self, record: StreamRecord, stream: StoredStreamConfiguration) -> None:
        key = json.dumps(stream.key)
        if stream.storage_behaviour == "replace" or record.key_fields in (None, key):
            return
        if not self._account.rows(statement("inbound/has_rows", table=record.table))[0][0]:
            return
        raise UsageError(
            f"stream {record.name!r} has records under another key",
            tried=f"stored: {_spelled(record.key_fields)}; now: {_spelled(key)}",
            where=f"sync {self._sync.slug!r}",
            next_step="take the key as it was, or replace the records once: "
            "storage_behaviour='replace'",
            sync=self._sync.slug,
            stream=record.name,
        )

    def _show(self, record: StreamRecord, stream: StoredStreamConfiguration) -> None:
        schema = stream.stream.json_schema or json.loads(record.json_schema or "{}")
        view = f"{quoted(self._account.schema)}.{quoted(record.view_name)}"
        self._account.execute(view_sql(view, record.table, schema))

    def _save(self, record: StreamRecord) -> None:
        self._execute(
            "save_stream",
            record.storage_behaviour,
            record.key_fields,
            record.state,
            record.fresh_state,
            record.json_schema,
            record.id,
        )

    def _known(self) -> list[StreamRecord]:
        rows = self._account.rows(statement("inbound/streams"), [self._sync.id])
        return [StreamRecord(*row) for row in rows]

    def _execute(self, name: str, *params: object, **parts: str) -> None:
        self._account.execute(statement(f"inbound/{name}", **parts), params)


def _schema_after(record: StreamRecord, checkpoint: Checkpoint) -> str | None:
    """What is known of a stream's fields, where its plugin does not say."""
    if checkpoint.stream.stream.json_schema or not checkpoint.files:
        return record.json_schema
    before: Mapping[str, Any] = json.loads(record.json_schema or "{}")
    return json.dumps(inferred(sampled(checkpoint.files), before))


def _spelled(key: str | None) -> str:
    fields: Sequence[Sequence[str]] = json.loads(key or "[]")
    return ", ".join(".".join(path) for path in fields) or "none"
