"""What came of an inbound pass against what is expected: record by record, and the states."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from devsession.plugin.record_key import app_identifiers, at
from devsession.plugin.record_matching import RecordMatching
from devsession.recording.body import without_path
from devsession.recording.received import ReceivedDelete, ReceivedStream
from devsession.render import counted
from devsession.testing.comparison import field_differences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.recording.received import Received


def received_differences(
    received: Received, expected: Received, matching: RecordMatching | None = None
) -> list[str]:
    """A line for each difference: `stream people, record 7: name 'Ada', expected 'Eve'`.

    matching: what does not count, as the plugin declares it. Streams may come in any order; of one stream the records of one key, and those without, may not.
    """
    ours, theirs = received.streams, expected.streams
    matching = matching or RecordMatching()
    lines: list[str] = []
    for name in sorted({*ours, *theirs}):
        if name not in ours:
            lines.append(f"stream {name}: nothing came, expected {_told(theirs[name])}")
        elif name not in theirs:
            lines.append(f"stream {name}: {_told(ours[name])}, expected nothing")
        else:
            found = _differences(name, ours[name], theirs[name], matching)
            lines += [f"stream {name}{line}" for line in found]
    return lines


def _differences(
    stream: str, got: ReceivedStream, wanted: ReceivedStream, matching: RecordMatching
) -> Iterator[str]:
    ours, theirs = (_by_name(stream, each, matching) for each in (got, wanted))
    for name, record in theirs.items():
        if name not in ours:
            yield f": no record {name}, expected one"
        else:
            for line in field_differences("", ours[name], record):
                yield f", record {name}: {line}"
    for name in ours:
        if name not in theirs:
            yield f", record {name}: came, expected none"
    for line in field_differences("deleted by criteria", _criteria(got), _criteria(wanted)):
        yield f": {line}"
    for line in field_differences("state", got.state, wanted.state):
        yield f": {line}"
    if got.complete != wanted.complete:
        yield (
            ": not marked complete, expected so"
            if wanted.complete
            else ": marked complete, expected not"
        )


def _by_name(
    stream: str, came: ReceivedStream, matching: RecordMatching
) -> dict[str, dict[str, Any]]:
    """Each record by its key, or by its place; a key that came again has a number."""
    found: dict[str, dict[str, Any]] = {}
    times: dict[str, int] = {}
    key, ignored = matching.key(stream), matching.ignored(stream)
    counting = [each for each in came.records if matching.counts(stream, each.record)]
    for number, each in enumerate(counting):
        name = each.key
        if key:
            name = app_identifiers([each.record], [key])[0] if at(each.record, key) else None
        name = f"row {number}" if name is None else name
        times[name] = times.get(name, 0) + 1
        again = f" (time {times[name]})" if times[name] > 1 else ""
        record = copy.deepcopy(each.record) if ignored else each.record
        for path in ignored:
            record = without_path(record, path)
        found[name + again] = {**record, **({"IS_DELETED": True} if each.deleted else {})}
    return found


def _criteria(stream: ReceivedStream) -> list[dict[str, Any]]:
    return [dict(each.criteria) for each in stream.items if isinstance(each, ReceivedDelete)]


def _told(stream: ReceivedStream) -> str:
    return counted(len(stream.records), "record")
