"""Where an inbound run's records go: a Protocol, what it is given, and a store in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pandas import DataFrame

    from devsession.plugin.streams import StoredStreamConfiguration

APP_IDENTIFIER, RECORD_DATA = "APP_IDENTIFIER", "RECORD_DATA"
IS_DELETED, RETRIEVE_DATE = "IS_DELETED", "RETRIEVE_DATE"

# Source: sync contract, inbound result columns. A file is one stream's, so that the name of the
# stream stands beside it and not in it.
SPOOL_COLUMNS = (APP_IDENTIFIER, RECORD_DATA, IS_DELETED, RETRIEVE_DATE)


@dataclass(frozen=True)
class Checkpoint:
    """Records of one stream, and the state that covers them.

    files: Parquet, in order, columns as in `SPOOL_COLUMNS`: text (null only for an append without a
    key; without one replace has the records' numbers in this run), JSON text, bool, timestamp in UTC; of rows with one APP_IDENTIFIER the last one counts.
    They are there until `store` returns. delete_criteria: field -> value each; what is stored and
    matches all of one is marked deleted before the files come. state: None leaves it as it was.
    first: of this stream in this run, where replace begins anew. complete: the last one, which may
    have nothing but this mark.
    """

    stream: StoredStreamConfiguration
    files: Sequence[Path] = ()
    delete_criteria: Sequence[Mapping[str, Any]] = ()
    state: dict[str, Any] | None = None
    first: bool = False
    complete: bool = False

    def rows(self) -> list[dict[str, Any]]:
        """What is in the files, in memory."""
        from pyarrow.parquet import read_table

        return [row for file in self.files for row in read_table(file).to_pylist()]


class StreamStore(Protocol):
    """Where an inbound run's records go: the warehouse, or a scenario."""

    def store(self, checkpoint: Checkpoint) -> None:
        """Records, deletes and the state that covers them: all of it, or nothing.

        Of one stream one call at a time, in their order; of several streams from several threads.
        """


@dataclass
class _Stored:
    """What is stored of one stream: APP_IDENTIFIER (or a number of its own) -> its row."""

    rows: dict[object, dict[str, Any]] = field(default_factory=dict)
    state: dict[str, Any] | None = None
    complete: bool = False
    # What replace collects, until the stream is complete and it takes the place of the above.
    fresh: _Stored | None = None


class StreamRecords:
    """A StreamStore in memory: the records of each stream, and its state.

    Deleted records stay, with IS_DELETED and the data that they had. With replace the rows and the
    state from before stay until the stream is complete.
    """

    def __init__(self) -> None:
        self._streams: dict[str, _Stored] = {}
        self._lock = Lock()
        self.checkpoints: list[Checkpoint] = []

    def store(self, checkpoint: Checkpoint) -> None:
        """Append, merge or replace, as the stream is configured."""
        read = checkpoint.rows()
        name, behaviour = checkpoint.stream.stream_name, checkpoint.stream.storage_behaviour
        with self._lock:
            stored = self._of(name)
            if behaviour == "replace":
                begun = None if checkpoint.first else stored.fresh
                fresh = _changed(begun or _Stored(), checkpoint, read)
                stored = fresh if checkpoint.complete else replace(stored, fresh=fresh)
                stored.complete = checkpoint.complete
            else:
                stored = _changed(stored, checkpoint, read)
            self._streams[name] = stored
            self.checkpoints.append(checkpoint)

    def records(self, stream_name: str) -> DataFrame:
        """What is stored of a stream, columns as in `SPOOL_COLUMNS`; the last word of each record."""
        from pandas import DataFrame

        rows = list(self._of(stream_name).rows.values())
        return DataFrame(rows, columns=list(SPOOL_COLUMNS), dtype=object)

    def state(self, stream_name: str) -> dict[str, Any] | None:
        """The state that covers them; None before the first."""
        return self._of(stream_name).state

    def is_complete(self, stream_name: str) -> bool:
        """Whether the stream was read to its end."""
        return self._of(stream_name).complete

    def _of(self, stream_name: str) -> _Stored:
        return self._streams.get(stream_name, _Stored())


def _changed(stored: _Stored, checkpoint: Checkpoint, read: list[dict[str, Any]]) -> _Stored:
    rows = dict(stored.rows)
    for criteria in checkpoint.delete_criteria:
        rows = {name: _deleted_if(criteria, row) for name, row in rows.items()}
    for row in read:
        appends = checkpoint.stream.storage_behaviour == "append"
        name = object() if appends else row[APP_IDENTIFIER]
        before = rows.pop(name, None)
        # A tombstone says that a record is gone, not what it was.
        data = before[RECORD_DATA] if before and row[IS_DELETED] else row[RECORD_DATA]
        rows[name] = {**row, RECORD_DATA: data}
    state = stored.state if checkpoint.state is None else checkpoint.state
    return _Stored(rows, state, checkpoint.complete)


def _deleted_if(criteria: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    from pydantic_core import from_json

    record = from_json(row[RECORD_DATA])
    absent = object()
    fits = all(record.get(name, absent) == value for name, value in criteria.items())
    return {**row, IS_DELETED: True} if fits else row
