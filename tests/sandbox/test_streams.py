"""Streams: what an inbound plugin has to live with, page by page."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from devsession.sandbox import streams
from tests.sandbox.answers import refusal

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.client import Client
    from tests.sandbox.conftest import Clock

NEVER = "2000-01-01T00:00:00Z"
PRACTICE = [
    "customer",
    "project",
    "task",
    "invoice",
    "document",
    "measurement",
    "click",
    "slow",
    "flaky",
    "broken",
]


def page(client: Client, stream: str, **parameters: Any) -> dict[str, Any]:
    answer = client.get(f"/streams/{stream}/records", params=parameters)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def every(client: Client, stream: str, **parameters: Any) -> list[dict[str, Any]]:
    """All pages."""
    got = page(client, stream, **parameters)
    records = got["records"]
    while got["next_cursor"]:
        got = page(client, stream, cursor=got["next_cursor"], **parameters)
        records += got["records"]
    return list(records)


def given(client: Client, stream: str, **settings: Any) -> None:
    assert client.patch(f"/_control/streams/{stream}", json=settings).is_success


def happened(client: Client, stream: str, **changes: Any) -> dict[str, Any]:
    answer = client.post(f"/_control/streams/{stream}/changes", json=changes)
    assert answer.is_success, answer.text
    return dict(answer.json())


def changed_since(client: Client, stream: str, since: str, **more: Any) -> list[dict[str, Any]]:
    return every(client, stream, updated_since=since, include_deleted="true", **more)


def test_streams_are_listed_with_what_a_plugin_declares(
    client: Client, snapshot: SnapshotAssertion
) -> None:
    listed = {each.pop("name"): each for each in client.get("/streams").json()["streams"]}

    assert list(listed) == [*PRACTICE, "contact", "company", "deal", "order", "profile"]
    assert listed["task"] == snapshot


@pytest.mark.parametrize(
    "stream", ["customer", "project", "invoice", "document", "measurement", "click", "flaky"]
)
def test_records_are_as_their_schema_says(client: Client, stream: str) -> None:
    schemas = {each["name"]: each for each in client.get("/streams").json()["streams"]}

    records = page(client, stream, limit=20)["records"]

    assert len(records) == 20
    Draft202012Validator(
        {"type": "array", "items": schemas[stream]["json_schema"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    ).validate(records)


def test_a_record_looks_like_this(client: Client, snapshot: SnapshotAssertion) -> None:
    happened(client, "document", deleted=1, at="2026-02-01T00:00:00Z")

    assert changed_since(client, "document", "2026-02-01T00:00:00Z") == snapshot(name="tombstone")
    assert page(client, "customer", limit=1)["records"] == snapshot(name="customer")
    assert page(client, "invoice", limit=1)["records"] == snapshot(name="invoice")
    assert page(client, "document", limit=1)["records"] == snapshot(name="document")
    assert page(client, "click", limit=1)["records"] == snapshot(name="click")


def test_pages_of_any_size_hold_every_record_once_in_order(client: Client) -> None:
    given(client, "customer", records=23)

    by_five = every(client, "customer", limit=5)

    assert by_five == page(client, "customer")["records"]
    assert len({record["id"] for record in by_five}) == 23
    assert every(client, "customer", limit=4, updated_since=NEVER) == by_five


def test_a_million_records_are_made_up_as_they_are_asked_for(client: Client) -> None:
    given(client, "customer", records=1_000_000)

    last = page(client, "customer", updated_since="2025-11-25T10:35:00Z")

    assert [record["id"] for record in last["records"]] == [
        f"cus_{number:07}" for number in range(999_995, 1_000_000)
    ]


def test_another_seed_is_other_records_and_the_same_seed_the_same(client: Client) -> None:
    before = page(client, "customer", limit=5)
    given(client, "customer", seed=1)
    other = page(client, "customer", limit=5)
    given(client, "customer", seed=0)

    assert other["records"] != before["records"] == page(client, "customer", limit=5)["records"]


def test_a_second_run_sees_what_changed_was_deleted_and_is_new(
    client: Client, clock: Clock
) -> None:
    given(client, "customer", records=50)
    first = {record["id"]: record for record in every(client, "customer")}
    told = happened(client, "customer", changed=5, deleted=3, added=2)

    changes = changed_since(client, "customer", told["at"], limit=3)

    deleted = {record["id"] for record in changes if "deleted_at" in record}
    there = {record["id"]: record for record in changes if record["id"] not in deleted}
    assert (len(deleted), len(there)) == (3, 7)
    assert {record["updated_at"] for record in changes} == {clock().isoformat("T", "milliseconds")}
    assert len(there.keys() - first.keys()) == 2
    assert all(there[key]["email"] != first[key]["email"] for key in there.keys() & first.keys())
    merged = {key: record for key, record in (first | there).items() if key not in deleted}
    assert merged == {record["id"]: record for record in every(client, "customer")}


def test_a_tombstone_has_the_key_and_the_times(client: Client, snapshot: SnapshotAssertion) -> None:
    at = "2026-02-01T00:00:00Z"
    happened(client, "customer", deleted=1, at=at)

    assert changed_since(client, "customer", at) == snapshot


def test_who_goes_on_from_the_time_of_any_record_misses_none_of_that_time(client: Client) -> None:
    given(client, "customer", records=12)
    records = every(client, "customer")
    times = Counter(record["updated_at"] for record in records)

    again = every(client, "customer", updated_since=records[6]["updated_at"], limit=2)

    assert times[records[6]["updated_at"]] == 5
    assert again == records[5:]


def test_what_changes_while_one_pages_comes_at_the_end(client: Client) -> None:
    given(client, "customer", records=6)
    first = page(client, "customer", updated_since=NEVER, limit=2)
    happened(client, "customer", changed=6)

    rest = page(client, "customer", updated_since=NEVER, cursor=first["next_cursor"])

    assert sorted(record["id"] for record in rest["records"]) == [
        f"cus_{number:07}" for number in range(6)
    ]
    assert rest["next_cursor"] is None


def test_children_are_asked_for_parent_by_parent(client: Client) -> None:
    given(client, "project", records=3)
    given(client, "task", records=8)

    tasks = [
        (task["project_id"], task["number"])
        for project in every(client, "project")
        for task in every(client, "task", parent_id=project["id"], limit=2)
    ]

    assert tasks == [
        *(("pro_0000000", number) for number in (1, 2, 3)),
        *(("pro_0000001", number) for number in (1, 2, 3)),
        *(("pro_0000002", number) for number in (1, 2)),
    ]


def test_children_change_and_come_with_tombstones_too(client: Client) -> None:
    given(client, "project", records=1)
    at = happened(client, "task", changed=2, deleted=1, added=1)["at"]

    changes = changed_since(client, "task", at, parent_id="pro_0000000", limit=2)

    assert ["deleted_at" in record for record in changes] == [False, False, True, False]
    assert changes[-1]["number"] == 101


@pytest.mark.parametrize(
    ("stream", "parameters"),
    [
        pytest.param("task", {}, id="no parent is said"),
        pytest.param("task", {"parent_id": "pro_9"}, id="not as ids are written"),
        pytest.param("task", {"parent_id": "pro_0000020"}, id="no such parent"),
        pytest.param("customer", {"parent_id": "pro_0000001"}, id="a stream without"),
        pytest.param("contact", {"parent_id": "pro_0000001"}, id="an object"),
        pytest.param("custmer", {}, id="no such stream"),
        pytest.param("customer", {"cursor": "nonsense"}, id="no cursor"),
        pytest.param("customer", {"limit": 501}, id="a page too long"),
        pytest.param("customer", {"updated_since": "yesterday"}, id="no time"),
    ],
)
def test_what_cannot_be_read_is_refused(
    client: Client, stream: str, parameters: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    assert refusal(client.get(f"/streams/{stream}/records", params=parameters)) == snapshot


def test_children_of_a_deleted_parent_are_gone_with_it(client: Client) -> None:
    happened(client, "project", deleted=20)

    status, error = refusal(
        client.get("/streams/task/records", params={"parent_id": "pro_0000001"})
    )

    assert (status, error["code"]) == (410, "record_deleted")


def test_a_cursor_is_one_of_its_stream_order_and_parent(client: Client) -> None:
    cursor = page(client, "task", parent_id="pro_0000001", limit=1)["next_cursor"]

    answers = [
        client.get(f"/streams/{stream}/records", params={"cursor": cursor, **parameters})
        for stream, parameters in (
            ("customer", {}),
            ("task", {"parent_id": "pro_0000002"}),
            ("task", {"parent_id": "pro_0000001", "updated_since": NEVER}),
        )
    ]

    assert [refusal(each)[1]["code"] for each in answers] == ["invalid_cursor"] * 3


def test_nested_values_are_the_kind_that_programs_stumble_over(client: Client) -> None:
    records = every(client, "document", limit=500)
    text = json.dumps(records, ensure_ascii=False)

    assert {record["size"] for record in records} >= {None, 2**53 + 1, 2**63 - 1, -(2**63)}
    assert {10**30, 5e-324} <= {record["score"] for record in records}
    assert {"", "007", "名前"} <= {record["title"] for record in records}
    assert {"0001-01-01", "9999-12-31"} <= {record["valid_on"] for record in records}
    assert max(len(record["balance"] or "") for record in records) == 39
    assert "\u2028" in text
    assert any(
        link["url"]
        for record in records
        for section in record["sections"] or ()
        for link in section.get("links") or ()
    )


def test_a_key_may_stand_inside_an_object(client: Client) -> None:
    (described,) = (
        each for each in client.get("/streams").json()["streams"] if each["name"] == "document"
    )
    references = [record["reference"] for record in every(client, "document", limit=500)]

    assert described["key"] == [["reference", "shelf"], ["reference", "number"]]
    assert len({(each["shelf"], each["number"]) for each in references}) == 1_000
    assert len({each["number"] for each in references}) < 200


def test_a_wide_record_has_more_than_200_fields(client: Client) -> None:
    (record,) = page(client, "measurement", limit=1)["records"]

    assert len(record) > 200
    assert None in record.values()


def test_records_without_a_key_have_nothing_but_their_time(client: Client) -> None:
    at = happened(client, "click", added=2)["at"]

    new = every(client, "click", updated_since=at)

    assert [record.keys() for record in new] == [{"page", "referrer", "clicked_at"}] * 2


def test_a_page_that_fails_once_comes_when_it_is_asked_for_again(client: Client) -> None:
    cursor = page(client, "flaky", limit=400)["next_cursor"]
    asked = {"cursor": cursor, "limit": 400}

    answers = [client.get("/streams/flaky/records", params=asked) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [500, 200, 500]
    last = page(client, "flaky", cursor=answers[1].json()["next_cursor"], limit=400)
    assert (len(last["records"]), last["next_cursor"]) == (200, None)


def test_who_goes_on_from_the_last_record_gets_on(client: Client) -> None:
    given(client, "flaky", records=900)
    first = page(client, "flaky", limit=500)
    asked = {"cursor": first["next_cursor"], "limit": 500}
    refused = client.get("/streams/flaky/records", params=asked)

    last = first["records"][-1]["updated_at"]
    rest = page(client, "flaky", updated_since=last, limit=500)["records"]

    assert refused.status_code == 500
    assert len({record["id"] for record in first["records"] + rest}) == 900


def test_a_broken_stream_fails_however_often_it_is_asked(
    client: Client, snapshot: SnapshotAssertion
) -> None:
    answers = [client.get("/streams/broken/records") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [500] * 3
    assert refusal(answers[0]) == snapshot


def test_the_page_that_fails_is_chosen(client: Client) -> None:
    given(client, "customer", records=30, fails_at_page=3, fails="always")
    second = page(
        client, "customer", limit=10, cursor=page(client, "customer", limit=10)["next_cursor"]
    )

    third = client.get(
        "/streams/customer/records", params={"limit": 10, "cursor": second["next_cursor"]}
    )
    given(client, "customer", fails_at_page=None)

    assert third.status_code == 500
    assert len(every(client, "customer", limit=10)) == 30


def test_a_slow_stream_takes_its_time_for_a_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(streams, "sleep", wait)
    given(client, "customer", page_seconds=7)

    page(client, "slow", limit=1)
    page(client, "customer", limit=1)
    page(client, "project", limit=1)

    assert waited == [0.5, 7, 0]


def test_what_was_written_to_the_crm_is_a_stream_too(client: Client, clock: Clock) -> None:
    client.post("/objects/contact/records", json={"email": "ada@example.com", "external_id": "1"})
    client.post("/objects/contact/records", json={"email": "eve@example.com", "external_id": "2"})
    clock.move(minutes=1)
    client.delete("/objects/contact/records/external/1")

    (eve,) = every(client, "contact")
    changes = changed_since(client, "contact", clock().isoformat())

    assert eve["email"] == "eve@example.com"
    assert [(record["external_id"], "deleted_at" in record) for record in changes] == [("1", True)]


@pytest.mark.parametrize(
    ("stream", "changes"),
    [
        pytest.param("project", {"changed": 15, "deleted": 6}, id="more than there are"),
        pytest.param("click", {"deleted": 1}, id="without a key"),
        pytest.param("customer", {"added": 999_001}, id="more than fit"),
        pytest.param("customer", {"changed": -1}, id="less than none"),
        pytest.param("customer", {"at": "2024-01-01T00:00:00Z"}, id="before the last change"),
        pytest.param("customer", {"at": "2026-02-01T00:00:00"}, id="a time without offset"),
        pytest.param("customer", {"renamed": 1}, id="no such change"),
        pytest.param("contact", {"added": 1}, id="what the CRM holds"),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    client: Client, stream: str, changes: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    answer = client.post(f"/_control/streams/{stream}/changes", json={"changed": 1} | changes)

    assert refusal(answer) == snapshot
    assert changed_since(client, "project", "2025-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    "settings",
    [
        {"records": 1_000_001},
        {"records": -1},
        {"page_seconds": 61},
        {"fails_at_page": 0},
        {"fails": "twice"},
        {"colour": "red"},
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    client: Client, settings: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    before = client.get("/_control/streams/customer").json()

    assert refusal(client.patch("/_control/streams/customer", json=settings)) == snapshot
    assert client.get("/_control/streams/customer").json() == before


def test_another_number_of_records_begins_anew_and_other_settings_do_not(client: Client) -> None:
    happened(client, "customer", deleted=10)
    given(client, "customer", page_seconds=0.001)
    still = len(every(client, "customer", limit=500))
    given(client, "customer", records=500)

    assert (still, len(every(client, "customer", limit=500))) == (990, 500)
