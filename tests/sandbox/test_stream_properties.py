"""What holds for a practice stream, whatever happens in it and whenever one looks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from devsession.sandbox.generated_stream import Changes, GeneratedStream
from devsession.sandbox.stream_types import STREAM_TYPES, StreamSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

NEVER = datetime(2000, 1, 1, tzinfo=UTC)
HAPPENS = st.fixed_dictionaries(
    {"changed": st.integers(0, 4), "deleted": st.integers(0, 2), "added": st.integers(0, 4)}
)


def stream_of(records: int) -> GeneratedStream:
    stream = GeneratedStream(STREAM_TYPES["customer"])
    stream.set(StreamSettings(records=records))
    return stream


def happen(stream: GeneratedStream, what: dict[str, int]) -> None:
    """As much of it as there are records for."""
    there = len(stream)
    changed = min(what["changed"], there)
    deleted = min(what["deleted"], there - changed)
    stream.change(Changes(changed=changed, deleted=deleted, added=what["added"]))


def pages(stream: GeneratedStream, limit: int, **options: Any) -> Iterator[list[dict[str, Any]]]:
    page = stream.page(limit, None, **options)
    yield page.records
    while page.next_cursor is not None:
        page = stream.page(limit, page.next_cursor, **options)
        yield page.records


def everything(stream: GeneratedStream) -> dict[object, object]:
    records = [each for page in pages(stream, 500, deleted=True) for each in page]
    return {record["id"]: record for record in records}


@settings(deadline=None)
@given(st.integers(0, 12), st.integers(1, 5), st.lists(HAPPENS, max_size=5))
def test_who_pages_through_the_changes_while_they_happen_ends_with_what_is_there(
    records: int, limit: int, happenings: list[dict[str, int]]
) -> None:
    stream = stream_of(records)
    seen: dict[object, object] = {}

    for page in pages(stream, limit, since=NEVER, deleted=True):
        seen |= {record["id"]: record for record in page}
        if happenings:
            happen(stream, happenings.pop())
    missed = stream.last_time if happenings else NEVER
    for rest in happenings:
        happen(stream, rest)
    for page in pages(stream, limit, since=missed, deleted=True):
        seen |= {record["id"]: record for record in page}

    assert seen == everything(stream)


@settings(deadline=None)
@given(st.integers(0, 12), st.integers(1, 5), st.lists(HAPPENS, max_size=5))
def test_who_goes_on_from_the_last_time_that_was_seen_ends_with_what_is_there(
    records: int, limit: int, happenings: list[dict[str, int]]
) -> None:
    stream = stream_of(records)
    seen: dict[object, object] = {}
    state = NEVER

    for what in [*happenings, None]:
        for page in pages(stream, limit, since=state, deleted=True):
            seen |= {record["id"]: record for record in page}
            times = [datetime.fromisoformat(record["updated_at"]) for record in page]
            assert times == sorted(times)
            state = max([state, *times])
        if what is not None:
            happen(stream, what)

    assert seen == everything(stream)


@settings(deadline=None)
@given(st.integers(0, 12), st.integers(1, 5), st.lists(HAPPENS, max_size=5))
def test_both_orders_hold_every_record_once(
    records: int, limit: int, happenings: list[dict[str, int]]
) -> None:
    stream = stream_of(records)
    for what in happenings:
        happen(stream, what)

    created = [record["id"] for page in pages(stream, limit) for record in page]
    changed = [record["id"] for page in pages(stream, limit, since=NEVER) for record in page]

    assert len(set(created)) == len(created) == len(stream)
    assert sorted(changed) == created
