"""What changed since a time: in which order, with which tombstones, without a loss."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devsession.sandbox import timeline
from devsession.sandbox.objects import OBJECT_TYPES
from devsession.sandbox.store import Record, RecordStore
from devsession.sandbox.timeline import Place, Timeline
from tests.sandbox.answers import refusal
from tests.sandbox.conftest import Clock

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.client import Client

COMPANIES = "/objects/company/records"
BEGINNING = "2026-01-31T09:00:00+00:00"


def put(client: Client, key: str, **values: object) -> dict[str, Any]:
    record: dict[str, Any] = client.put(
        f"{COMPANIES}/external/{key}", json={"name": key, **values}
    ).json()
    return record


def page(client: Client, since: str = BEGINNING, **parameters: Any) -> tuple[list[str], str | None]:
    answer = client.get(COMPANIES, params={"updated_since": since, **parameters}).json()
    return [record["external_id"] for record in answer["records"]], answer["next_cursor"]


def test_changes_come_in_the_order_of_each_records_last(client: Client) -> None:
    put(client, "a")
    put(client, "b")
    put(client, "a", industry="Ships")

    assert page(client) == (["b", "a"], None)


def test_the_time_itself_is_included(client: Client, clock: Clock) -> None:
    put(client, "early")
    clock.move(seconds=1)
    time = put(client, "late")["updated_at"]

    assert page(client, since=time) == (["late"], None)
    assert page(client, since="2026-01-31T10:00:01+01:00") == (["late"], None)
    assert page(client, since="2026-01-31T09:00:01.001Z") == ([], None)


def test_many_changes_at_one_time_are_all_on_some_page(client: Client) -> None:
    keys = [str(number) for number in range(5)]
    written = [put(client, key)["updated_at"] for key in keys]

    first, cursor = page(client, limit=2)
    second, cursor = page(client, limit=2, cursor=cursor)
    third, end = page(client, limit=2, cursor=cursor)

    assert len(set(written)) == 1
    assert (first + second + third, end) == (keys, None)


def test_what_changes_while_one_pages_comes_at_the_end(client: Client) -> None:
    for key in ("a", "b", "c"):
        put(client, key)
    first, cursor = page(client, limit=1)
    put(client, "a", industry="Ships")
    put(client, "b", industry="Ships")

    rest, end = page(client, cursor=cursor)

    assert (first, rest, end) == (["a"], ["c", "a", "b"], None)


def test_deleted_records_are_told_when_asked_for(
    client: Client, clock: Clock, snapshot: SnapshotAssertion
) -> None:
    put(client, "a")
    put(client, "b")
    clock.move(minutes=1)
    client.delete(f"{COMPANIES}/external/a")
    parameters = {"updated_since": BEGINNING, "include_deleted": "true"}

    every = client.get(COMPANIES, params=parameters).json()["records"]

    assert page(client) == (["b"], None)
    assert [record["external_id"] for record in every] == ["b", "a"]
    assert every[1] == snapshot


def test_a_clock_that_is_set_back_hides_no_change(client: Client, clock: Clock) -> None:
    before = put(client, "a")["updated_at"]
    clock.move(hours=-1)
    put(client, "b")

    assert page(client, since=before) == (["a", "b"], None)


@pytest.mark.parametrize("since", ["", "yesterday", "2026-01-31", "2026-01-31T09:00:00"])
def test_a_time_without_an_offset_is_refused(
    client: Client, since: str, snapshot: SnapshotAssertion
) -> None:
    assert refusal(client.get(COMPANIES, params={"updated_since": since})) == snapshot


def test_a_flag_is_true_or_false(client: Client, snapshot: SnapshotAssertion) -> None:
    assert refusal(client.get(COMPANIES, params={"include_deleted": "yes"})) == snapshot


def test_a_cursor_of_the_other_order_is_refused(
    client: Client, snapshot: SnapshotAssertion
) -> None:
    put(client, "a")
    put(client, "b")
    _, by_change = page(client, limit=1)
    by_age = client.get(COMPANIES, params={"limit": 1}).json()["next_cursor"]

    assert refusal(client.get(COMPANIES, params={"cursor": by_change})) == snapshot
    since = {"updated_since": BEGINNING, "cursor": by_age}
    assert refusal(client.get(COMPANIES, params=since)) == snapshot


WRITES = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from(["put", "delete"]), st.integers(0, 1)),
    max_size=12,
)


def write(store: RecordStore, clock: Clock, writes: list[tuple[str, str, int]]) -> None:
    """Each after so many seconds, so that some have the same time."""
    for number, (key, what, seconds) in enumerate(writes):
        clock.move(seconds=seconds)
        if what == "put":
            store.upsert({"external_id": key, "name": f"{key}{number}"})
        elif store.holder("external_id", key):
            store.delete_external(key)


def followed(store: RecordStore, clock: Clock, batches: list[list]) -> list[Record]:
    """What one sees who takes one page after each batch of writes, then all that are left."""
    since, cursor, seen = clock(), None, []
    for batch in [*batches, *[[]] * 40]:
        write(store, clock, batch)
        got = store.page(2, cursor, since=since, deleted=True)
        seen += got.records
        if got.next_cursor is None and not batch:
            return seen
        cursor = got.next_cursor or cursor
    raise AssertionError("it does not end")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stale changes are taken out when there are ten."""
    monkeypatch.setattr(timeline, "_FEW", 10)


@pytest.mark.usefixtures("few")
def test_an_app_whose_records_change_for_days_does_not_grow() -> None:
    changes, sizes = Timeline("company"), []
    for number in range(1_000):
        place = changes.place_of_next("a")
        assert place == Place(0, number)
        changes.add(place, "a", f"2026-01-31T09:00:00.{number:03}+00:00")
        sizes.append(len(pickle.dumps(changes)))

    assert max(sizes[500:]) < 1.5 * max(sizes[:100])


@settings(deadline=None)
@given(st.lists(WRITES, max_size=4), st.sampled_from([-5, 1_000]))
def test_who_follows_the_changes_ends_with_what_is_there(batches: list[list], few: int) -> None:
    clock = Clock()
    store = RecordStore(OBJECT_TYPES["company"], clock)

    with patch.object(timeline, "_FEW", few):  # stale changes are taken out on the way, or not
        seen = {record["id"]: record for record in followed(store, clock, batches)}

    there = store.page(500, None, deleted=True).records
    assert seen == {record["id"]: record for record in there}
