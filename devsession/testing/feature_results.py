"""The records of an inbound sync that a feature expects: a file of all streams, or a table of one.

Source: sync contract, inbound result columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from devsession.errors import ScenarioError
from devsession.plugin.record_key import NoKeyError, app_identifiers, at
from devsession.plugin.stream_store import APP_IDENTIFIER, IS_DELETED, RECORD_DATA
from devsession.recording.received import (
    STREAM_NAME,
    Received,
    ReceivedDelete,
    ReceivedRecord,
    ReceivedStream,
)
from devsession.testing.comparison import field_differences
from devsession.testing.feature_files import bar_lines
from devsession.testing.feature_tables import rows_from_frame
from devsession.testing.received_comparison import received_differences
from devsession.testing.scenarios import LoadedInbound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import DataFrame

    from devsession.plugin.record_matching import RecordMatching
    from devsession.plugin.streams import Path

# When a record was retrieved is another time in each pass: it does not count.
COLUMNS = (APP_IDENTIFIER, STREAM_NAME, "RETRIEVE_DATE", RECORD_DATA, IS_DELETED)
_PARSED = "RECORD_OBJECT"

Records = list[ReceivedRecord]


def results_text(expected: Received) -> str:
    """The file of the records of all streams, bar-separated, without the times of retrieval."""
    frame = expected.frame().assign(RETRIEVE_DATE=None)[list(COLUMNS)]
    _, headings, *rows = rows_from_frame(frame)
    return bar_lines([headings, *([_empty_for_none(cell) for cell in row] for row in rows)])


def records_from(frame: DataFrame, *, stream: str | None = None) -> dict[str, Records]:
    """The records of each stream, of a file or table.

    stream: whose they all are; by default the column STREAM_NAME says it. Raises: ScenarioError.
    """
    columns = set(frame.columns)
    data = _PARSED if _PARSED in columns and RECORD_DATA not in columns else RECORD_DATA
    needed = (data,) if stream else (data, STREAM_NAME)
    missing = [name for name in needed if name not in columns]
    if missing:
        raise ScenarioError(
            f"The expected records have no column {' and no '.join(missing)}",
            tried=f"columns: {', '.join(map(str, frame.columns))}",
            next_step=f"mend the table or file: {', '.join(COLUMNS)}",
            column=missing[0],
        )
    found: dict[str, Records] = {}
    for row in frame.to_dict("records"):
        key, deleted = _key(row.get(APP_IDENTIFIER)), row.get(IS_DELETED) is True
        record = ReceivedRecord(key, _record(row[data]), deleted)
        found.setdefault(stream or str(row[STREAM_NAME]), []).append(record)
    return found


def _empty_for_none(cell: str) -> str:
    return "" if cell == "null" else cell


def _key(value: object) -> str | None:
    # Parquet has NaN where there is none.
    return None if value is None or value != value else str(value)  # noqa: PLR0124


def _record(value: object) -> dict[str, Any]:
    """A record, which JSON and Parquet may hold as its text."""
    record = from_json(value) if isinstance(value, str) else value
    if not isinstance(record, dict):
        raise ScenarioError(
            f"The expected records have a {RECORD_DATA} that is no JSON object",
            next_step="mend the table or file",
            column=RECORD_DATA,
        )
    return record


def result_differences(
    stream: str, came: ReceivedStream, expected: Records, matching: RecordMatching
) -> list[str]:
    """A line for each record of a stream that differs; of the rest of it nothing is expected."""
    deletes = [each for each in came.items if isinstance(each, ReceivedDelete)]
    records = came.records
    if all(each.key is None for each in expected):
        records = [replace(each, key=None) for each in records]  # in their order, then
    ours = ReceivedStream([*deletes, *records], came.state, came.complete)
    theirs = ReceivedStream([*deletes, *expected], came.state, came.complete)
    return received_differences(Received({stream: ours}), Received({stream: theirs}), matching)


def state_differences(stream: str, came: ReceivedStream, expected: object) -> list[str]:
    """A line for each field of a stream's state that differs."""
    return [f"stream {stream}: {line}" for line in field_differences("state", came.state, expected)]


def with_our_keys(records: Records, key: Sequence[Path]) -> Records:
    """The records, keys that were glued together with `_` under the names that we give them.

    Source: sync contract, weak place 12.
    """
    return [replace(each, key=_our_key(each, key)) for each in records] if key else records


def stream_of(received: Received, name: str) -> ReceivedStream:
    """What came of a stream; an empty one when nothing did."""
    return received.streams.get(name) or ReceivedStream()


def _our_key(record: ReceivedRecord, key: Sequence[Path]) -> str | None:
    glued = "_".join(str(at(record.record, path)) for path in key)
    if record.key != glued:
        return record.key
    try:
        return app_identifiers([record.record], key)[0]
    except NoKeyError:
        return record.key


@dataclass(frozen=True)
class InboundInFeature(LoadedInbound):
    """An inbound scenario as its feature compares it: records and states, and nothing else."""

    def differences(self, received: Received, matching: RecordMatching) -> list[str]:
        """A line for each thing that came otherwise, of what a feature tells."""
        found: list[str] = []
        for name in [stream.stream_name for stream in self.frozen.streams]:
            came, expected = (stream_of(each, name) for each in (received, self.expected))
            found += result_differences(name, came, expected.records, matching)
            found += state_differences(name, came, expected.state)
        return found
