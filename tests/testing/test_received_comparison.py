"""What came of two inbound passes, compared: each difference is a line that names its record."""

from __future__ import annotations

from typing import Any

import pytest

from devsession.errors import DefinitionError
from devsession.plugin import Plugin, RecordMatching
from devsession.recording.received import (
    Received,
    ReceivedDelete,
    ReceivedRecord,
    ReceivedStream,
)
from devsession.testing.received_comparison import received_differences


def people(*records: dict[str, Any], **about: Any) -> Received:
    """A stream with these records, each with its `id` as key."""
    items: list[Any] = [ReceivedRecord(str(each["id"]), each) for each in records]
    return Received({"people": ReceivedStream(items, **about)})


ADA = {"id": 1, "name": "Ada", "meta": {"read_at": "09:00", "tags": ["a"]}}
EVE = {"id": 2, "name": "Eve", "meta": {"read_at": "09:01", "tags": []}}
STATE = {"updated_at": "2026-01-01"}


def test_equal_passes_differ_in_nothing() -> None:
    assert received_differences(people(ADA, EVE), people(EVE, ADA)) == []


@pytest.mark.parametrize(
    ("got", "line"),
    [
        (people({**ADA, "name": "Bo"}, EVE), ", record 1: name 'Bo', expected 'Ada'"),
        (people(ADA), ": no record 2, expected one"),
        (people(ADA, EVE, {"id": 3}), ", record 3: came, expected none"),
        (people(ADA, EVE, ADA), ", record 1 (time 2): came, expected none"),
        (people(ADA, EVE, state={"updated_at": 5}), ": state {'updated_at': 5}, expected None"),
        (people(ADA, EVE, complete=True), ": marked complete, expected not"),
    ],
)
def test_each_difference_is_a_line(got: Received, line: str) -> None:
    assert received_differences(got, people(ADA, EVE)) == [f"stream people{line}"]


def test_a_deleted_record_and_criteria_differ_from_none() -> None:
    got = people(EVE)
    got.streams["people"].items += [
        ReceivedRecord("1", ADA, deleted=True),
        ReceivedDelete({"a": 1}),
    ]

    assert received_differences(got, people(ADA, EVE)) == [
        "stream people, record 1: IS_DELETED True, expected missing",
        "stream people: deleted by criteria [{'a': 1}], expected []",
    ]


def test_streams_that_did_not_come_are_told() -> None:
    other = Received({"notes": ReceivedStream()})

    assert received_differences(other, people(ADA)) == [
        "stream notes: 0 records, expected nothing",
        "stream people: nothing came, expected 1 record",
    ]


def test_what_is_declared_does_not_count() -> None:
    matching = RecordMatching(
        ignore_fields={"people": ["meta.read_at", "meta.tags[*]", "id"]},
        keys={"people": "name"},
        ignore_records={"people": {"name": "Robot"}},
    )
    later = [{**ADA, "id": 7, "meta": {"read_at": "10:00", "tags": ["b"]}}, {**EVE, "id": 8}]

    found = received_differences(
        people(*later, {"id": 9, "name": "Robot"}), people(ADA, EVE), matching
    )

    assert found == []
    assert ADA["meta"] == {"read_at": "09:00", "tags": ["a"]}
    assert received_differences(people({"id": 7}), people(ADA), matching) != []


@pytest.mark.parametrize(
    "options", [{"ignore_fields": {"people": ["a..b"]}}, {"keys": {"people": "items[*].id"}}]
)
def test_paths_that_cannot_be(options: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError):
        RecordMatching(**options)


def test_a_plugin_declares_nothing_else() -> None:
    with pytest.raises(DefinitionError, match="record_matching is a dict"):
        type("Wrong", (Plugin,), {"record_matching": {}})
