"""The streams of a sync at a glance: one row each, read or not; `people.streams`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devsession.render import NEUTRAL, counted, html_report, html_table, shortened, text_table
from devsession.session.stream_usual import dotted, spelled, usual

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pandas import DataFrame

    from devsession.plugin.streams import (
        StoredStreamConfiguration,
        StoredStreamsConfiguration,
        StreamConfiguration,
    )

HEADINGS = (
    "stream",
    "read",
    "strategy",
    "cursor",
    "key",
    "storage",
    "mandatory",
    "depends on",
    "state",
)
_STATE = 60


@dataclass(frozen=True)
class StreamRow:
    """A stream of the app. stored: how it is read, or how it would be."""

    stored: StoredStreamConfiguration
    is_read: bool
    state: Mapping[str, Any] | None

    @property
    def name(self) -> str:
        """What the app calls it."""
        return self.stored.stream_name

    @property
    def cells(self) -> tuple[str, ...]:
        """As in `HEADINGS`."""
        stored, stream = self.stored, self.stored.stream
        state = "" if self.state is None else json.dumps(self.state, ensure_ascii=False)
        return (
            self.name,
            _yes(self.is_read),
            str(stored.sync_strategy),
            dotted(stored.cursor_field) or ("the app's own" * stream.source_defined_cursor),
            spelled(stored.primary_key_field),
            stored.storage_behaviour,
            _yes(stream.mandatory),
            stream.depends_on_stream or "",
            state,
        )

    @property
    def shown(self) -> tuple[str, ...]:
        """The same, the state in short."""
        return (*self.cells[:-1], shortened(self.cells[-1], _STATE))

    @property
    def text(self) -> str:
        """`Incremental by updated_at, merge by id`; of one that is not read just that."""
        if not self.is_read:
            return "not read"
        _, _, strategy, cursor, key, storage, *_ = self.cells
        by = f" by {cursor}" if cursor and strategy == "Incremental" else ""
        named = f" by {key}" if key and storage != "append" else ""
        return f"{strategy}{by}, {storage}{named}"


class StreamTable:
    """All streams that the app has, those that others depend on first.

    Shown it is a table; `to_frame()` has the same.
    """

    def __init__(self, sync: str, rows: Sequence[StreamRow], *, include_new: bool) -> None:
        self._sync = sync
        self._include_new = include_new
        self.rows = tuple(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return "\n".join([self._title, text_table(HEADINGS, self._shown())])

    def _repr_html_(self) -> str:
        return html_report(self._title, html_table(HEADINGS, self._shown()), edge=NEUTRAL)

    def to_frame(self) -> DataFrame:
        """One row a stream, the columns as they are headed; state as JSON, None before the first."""
        from pandas import DataFrame

        cells = [[*row.cells[:-1], row.cells[-1] or None] for row in self.rows]
        return DataFrame(cells, columns=list(HEADINGS), dtype=object)

    @property
    def _title(self) -> str:
        read = sum(row.is_read for row in self.rows)
        new = ", and new ones" if self._include_new else ""
        return f"{self._sync}: {read:,} of {counted(len(self.rows), 'stream')} read{new}"

    def _shown(self) -> list[tuple[str, ...]]:
        return [row.shown for row in self.rows]


def read_as(streams: Iterable[StoredStreamConfiguration]) -> dict[str, str]:
    """Name -> how it is read: `Incremental by updated_at, merge by id`."""
    rows = [StreamRow(stream, is_read=True, state=None) for stream in streams]
    return {row.name: row.text for row in rows}


def stream_table(
    sync: str,
    listed: Sequence[StreamConfiguration],
    chosen: StoredStreamsConfiguration,
    states: Mapping[str, Mapping[str, Any]],
) -> StreamTable:
    """The table of these streams, as they are chosen."""
    included = chosen.included_streams
    rows = [
        StreamRow(
            included.get(stream.stream_name) or usual(stream),
            stream.stream_name in included,
            states.get(stream.stream_name),
        )
        for stream in listed
    ]
    return StreamTable(sync, rows, include_new=chosen.include_new_streams)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
