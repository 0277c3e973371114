"""What came of an inbound pass, stream by stream in its order: a StreamStore that keeps all of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from devsession.plugin.stream_store import APP_IDENTIFIER, IS_DELETED, RECORD_DATA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pandas import DataFrame

    from devsession.plugin.stream_store import Checkpoint

STREAM_NAME = "STREAM_NAME"
# When a record was retrieved is another time in each pass.
COLUMNS = (STREAM_NAME, APP_IDENTIFIER, RECORD_DATA, IS_DELETED)


@dataclass(frozen=True)
class ReceivedRecord:
    """A record as its JSON is read. key: its APP_IDENTIFIER, None without one."""

    key: str | None
    record: dict[str, Any]
    deleted: bool = False


@dataclass(frozen=True)
class ReceivedDelete:
    """Records that came before and have these values are gone in the app."""

    criteria: Mapping[str, Any]


@dataclass
class ReceivedStream:
    """What came of one stream. state: None when none came."""

    items: list[ReceivedRecord | ReceivedDelete] = field(default_factory=list)
    state: dict[str, Any] | None = None
    complete: bool = False

    @property
    def records(self) -> list[ReceivedRecord]:
        """The records among it."""
        return [each for each in self.items if isinstance(each, ReceivedRecord)]


class Received:
    """The streams of a pass by name; nothing in it is stored anywhere else."""

    def __init__(self, streams: Mapping[str, ReceivedStream] | None = None) -> None:
        self._streams = dict(streams or {})
        self._lock = Lock()

    def store(self, checkpoint: Checkpoint) -> None:
        """Keep what came with a checkpoint, behind what came before."""
        from pydantic_core import from_json

        records = [
            ReceivedRecord(row[APP_IDENTIFIER], from_json(row[RECORD_DATA]), row[IS_DELETED])
            for row in checkpoint.rows()
        ]
        with self._lock:
            stream = self._streams.setdefault(checkpoint.stream.stream_name, ReceivedStream())
            stream.items += [ReceivedDelete(each) for each in checkpoint.delete_criteria]
            stream.items += records
            stream.complete = checkpoint.complete
            if checkpoint.state is not None:
                stream.state = checkpoint.state

    @property
    def streams(self) -> dict[str, ReceivedStream]:
        """By name, in the order of the names."""
        return dict(sorted(self._streams.items()))

    @property
    def states(self) -> dict[str, dict[str, Any]]:
        """The last state of each stream that has one."""
        return {
            name: stream.state for name, stream in self.streams.items() if stream.state is not None
        }

    def __len__(self) -> int:
        """How many records."""
        return sum(len(stream.records) for stream in self._streams.values())

    def __bool__(self) -> bool:
        return bool(self._streams)

    def frame(self) -> DataFrame:
        """One row a record as it came, columns as in `COLUMNS`, RECORD_DATA a dict."""
        from pandas import DataFrame

        return DataFrame(list(self._rows()), columns=list(COLUMNS), dtype=object)

    def _rows(self) -> Iterator[tuple[object, ...]]:
        for name, stream in self.streams.items():
            for each in stream.records:
                yield name, each.key, each.record, each.deleted
