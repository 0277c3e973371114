"""What came of an inbound pass against what is expected: record by record, and the states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.recording.received import ReceivedDelete, ReceivedStream
from devsession.testing.comparison import field_differences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.recording.received import Received


def received_differences(received: Received, expected: Received) -> list[str]:
    """A line for each difference: `stream people, record 7: name 'Ada', expected 'Eve'`.

    Streams may come in any order; of one stream the records of one key, and those without, may not.
    """
    ours, theirs = received.streams, expected.streams
    lines: list[str] = []
    for name in sorted({*ours, *theirs}):
        if name not in ours:
            lines.append(f"stream {name}: nothing came, expected {_told(theirs[name])}")
        elif name not in theirs:
            lines.append(f"stream {name}: {_told(ours[name])}, expected nothing")
        else:
            lines += [f"stream {name}{line}" for line in _differences(ours[name], theirs[name])]
    return lines


def _differences(got: ReceivedStream, wanted: ReceivedStream) -> Iterator[str]:
    ours, theirs = _by_name(got), _by_name(wanted)
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


def _by_name(stream: ReceivedStream) -> dict[str, dict[str, Any]]:
    """Each record by its key, or by its place; a key that came again has a number."""
    found: dict[str, dict[str, Any]] = {}
    times: dict[str, int] = {}
    for number, each in enumerate(stream.records):
        name = f"row {number}" if each.key is None else each.key
        times[name] = times.get(name, 0) + 1
        again = f" (time {times[name]})" if times[name] > 1 else ""
        found[name + again] = {**each.record, **({"IS_DELETED": True} if each.deleted else {})}
    return found


def _criteria(stream: ReceivedStream) -> list[dict[str, Any]]:
    return [dict(each.criteria) for each in stream.items if isinstance(each, ReceivedDelete)]


def _told(stream: ReceivedStream) -> str:
    return f"{len(stream.records):,} records"
