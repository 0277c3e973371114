"""What holds for any records, written in any order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from devsession.sandbox.bulk import write_all
from devsession.sandbox.objects import OBJECT_TYPES
from devsession.sandbox.store import Record, RecordStore

# Few values, so that records meet each other; some that no field takes.
CONTACTS = st.fixed_dictionaries(
    {},
    optional={
        "external_id": st.sampled_from(["1", "2", "3", "", None, 4]),
        "email": st.sampled_from(["a@x.test", "A@x.test", "b@x.test", "c@x.test", None, "no"]),
        "score": st.one_of(st.none(), st.integers(), st.text("1a☃", max_size=2)),
        "first_name": st.one_of(st.none(), st.text("aß☃ ", max_size=4)),
        "colour": st.just("red"),
    },
)
BULKS = st.lists(
    st.tuples(st.sampled_from(["create", "upsert"]), st.lists(CONTACTS, min_size=1, max_size=5)),
    max_size=6,
)


def contact_store() -> RecordStore:
    return RecordStore(OBJECT_TYPES["contact"])


def written(bulks: list[tuple[str, list[dict[str, object]]]]) -> RecordStore:
    store = contact_store()
    for operation, records in bulks:
        write_all(store, operation, records)
    return store


def every_page(store: RecordStore, limit: int) -> list[Record]:
    records, cursor = store.page(limit, None)
    while cursor is not None:
        page = store.page(limit, cursor)
        records, cursor = records + page.records, page.next_cursor
    return records


@settings(deadline=None)
@given(BULKS)
def test_no_two_records_share_the_value_of_a_unique_field(bulks: list) -> None:
    records = written(bulks).page(500, None).records

    emails = [str(record["email"]).casefold() for record in records]
    keys = [record["external_id"] for record in records if record["external_id"]]

    assert len(set(emails)) == len(emails)
    assert len(set(keys)) == len(keys)


@settings(deadline=None)
@given(BULKS)
def test_the_same_writes_give_the_same_ids(bulks: list) -> None:
    ids = [record["id"] for record in written(bulks).page(500, None).records]

    assert ids == [record["id"] for record in written(bulks).page(500, None).records]
    assert len(set(ids)) == len(ids)


@settings(deadline=None)
@given(BULKS, st.lists(CONTACTS, min_size=1, max_size=5))
def test_a_record_is_as_sent_or_as_it_was(bulks: list, records: list) -> None:
    store = written(bulks)
    before = {record["id"]: record for record in store.page(500, None).records}

    results = write_all(store, "create", records)

    stored = {result["id"]: records[result["index"]] for result in results if result["id"]}
    after = {record["id"]: record for record in store.page(500, None).records}
    assert {record_id: after[record_id] for record_id in before} == before
    assert all(after[record_id].items() >= sent.items() for record_id, sent in stored.items())
    assert after.keys() == before.keys() | stored.keys()


@settings(deadline=None)
@given(BULKS, st.integers(1, 4))
def test_pages_of_any_length_hold_every_record_once_in_order(bulks: list, limit: int) -> None:
    store = written(bulks)

    assert every_page(store, limit) == store.page(500, None).records
