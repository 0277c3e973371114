"""What a live pass answers differently from the recording, and what differs each time anyway."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devsession.plugin.request_matching import RequestMatching
from devsession.recording.exchange import Exchange
from devsession.testing.bound import bound_to_differ
from devsession.testing.drift import DriftReport, compare

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

URL = "https://crm.example"
CONTACT = {
    "id": 12,
    "status": "created",
    "tags": ["new"],
    "owner": {"name": "Ada", "age": 36},
    "created_at": "2026-01-02T03:04:05Z",
}


def exchange(answer: object = CONTACT, **changes: object) -> Exchange:
    """A contact is created, or what is given instead."""
    values = {
        "method": "POST",
        "url": f"{URL}/contacts",
        "request_headers": {"Content-Type": ["application/json"]},
        "request_body": b'{"email": "ada@example.com"}',
        "status": 201,
        "reason": "Created",
        "response_headers": {"Content-Type": ["application/json"]},
        "response_body": answer if isinstance(answer, bytes) else json.dumps(answer).encode(),
        **changes,
    }
    return Exchange(**values)


def get(path: str, answer: object, **changes: object) -> Exchange:
    return exchange(
        answer,
        **{"method": "GET", "url": URL + path, "request_body": b"", "status": 200, **changes},
    )


def test_an_id_whose_digits_stand_in_the_address_is_one_that_differs_each_time() -> None:
    recorded = exchange({"id": "17"}, url="http://127.0.0.1:18917/contacts")
    live = exchange({"id": "40"}, url="http://127.0.0.1:18917/contacts")

    report = compare([recorded], [live])

    assert report
    assert [str(each) for each in report.bound] == ["body.id: '40', recorded '17'"]


@pytest.mark.parametrize(
    ("recorded", "live"),
    [(17, 40), ([17, 18], [40, 41]), ({"created": [17]}, {"created": [40]})],
    ids=["alone", "listed", "under a name"],
)
def test_bare_numbers_that_a_write_answers_are_ids(recorded: object, live: object) -> None:
    report = compare([exchange(recorded)], [exchange(live)])

    assert report
    assert report.bound


def test_a_list_of_bare_numbers_is_one_of_ids_and_a_number_that_is_read_is_none() -> None:
    assert compare([get("/stories", [17, 18])], [get("/stories", [40, 41])])
    assert not compare([get("/count", 17)], [get("/count", 40)])
    assert not compare([get("/sums", {"sums": [17]})], [get("/sums", {"sums": [40]})])


def lines(report: DriftReport) -> list[str]:
    return [str(each) for each in report.drifted]


def drift(recorded: object, live: object) -> list[str]:
    return lines(compare([exchange(recorded)], [exchange(live)]))


class TestFields:
    @pytest.mark.parametrize(
        ("live", "expected"),
        [
            (CONTACT | {"status": "queued"}, ["body.status: 'queued', recorded 'created'"]),
            (CONTACT | {"plan": "pro"}, ["body.plan: 'pro', recorded without it"]),
            (
                {name: CONTACT[name] for name in ["id", "status", "tags", "created_at"]},
                ["body.owner: missing, recorded {'name': 'Ada', 'age': 36}"],
            ),
            (CONTACT | {"id": "12"}, ["body.id: '12', recorded 12"]),
            (CONTACT | {"tags": []}, ["body.tags: 0 items, recorded 1 item"]),
            (CONTACT | {"tags": None}, ["body.tags: None, recorded ['new']"]),
            (
                CONTACT | {"owner": {"name": "Ada", "age": True}},
                ["body.owner.age: True, recorded 36"],
            ),
            (
                [CONTACT],
                ["body: " + str([CONTACT])[:119] + "…, recorded " + str(CONTACT)[:119] + "…"],
            ),
        ],
        ids=["value", "new", "missing", "type", "length", "null", "truth", "shape"],
    )
    def test_each_difference_has_its_path(self, live: object, expected: list[str]) -> None:
        assert drift(CONTACT, live) == expected

    def test_ids_and_moments_are_counted_apart(self) -> None:
        live = CONTACT | {"id": 99, "created_at": "2027-05-06T07:08:09Z"}

        report = compare([exchange()], [exchange(live)], scenario="creates")

        assert report
        assert [each.place for each in report.bound] == ["body.id", "body.created_at"]
        assert str(report) == "creates: as recorded, 1 exchange compared, 2 values bound to differ"

    def test_one_number_in_two_spellings_is_one(self) -> None:
        assert drift({"amount": 1}, {"amount": 1.0}) == []

    def test_the_items_of_a_list_are_told_once(self) -> None:
        recorded = [{"code": "ok"} for _ in range(5)]
        live = [{"code": "done"} for _ in range(5)]

        assert drift(recorded, live) == ["body[0].code: 'done', recorded 'ok' (and 4 more like it)"]

    def test_what_both_requests_sent_is_not_made_by_the_app(self) -> None:
        sent = {"request_body": b'{"birthday": "1990-01-01"}'}
        report = compare(
            [exchange({"birthday": "1990-01-01"}, **sent)],
            [exchange({"birthday": "1990-01-02"}, **sent)],
        )

        assert lines(report) == ["body.birthday: '1990-01-02', recorded '1990-01-01'"]

    @pytest.mark.parametrize(
        "body", [b"", b"plain", b"\xff\xfe", b"[" * 100_000, b'{"cut'], ids=range(5)
    )
    def test_any_body_can_be_compared(self, body: bytes) -> None:
        assert compare([exchange(body)], [exchange(body)])
        assert drift(b"<p>other</p>", body) != []


class TestAnswers:
    def test_a_status_and_headers_count(self, snapshot: SnapshotAssertion) -> None:
        live = exchange(
            b"gone",
            status=404,
            response_headers={"Content-Type": ["text/plain"], "Retry-After": ["3"]},
        )

        report = compare([exchange()], [live], scenario="creates contacts")

        assert not report
        assert str(report) == snapshot

    def test_other_headers_do_not(self) -> None:
        live = exchange(response_headers={"content-type": ["application/JSON"], "X-Trace": ["7"]})

        assert compare([exchange()], [live])

    @pytest.mark.parametrize(
        ("location", "same"),
        [
            (f"{URL}/contacts/99", True),
            (f"{URL}/people/12", False),
            ("https://other.example/contacts/12", False),
        ],
    )
    def test_a_redirect_may_hold_another_id(self, location: str, same: bool) -> None:
        recorded = exchange(response_headers={"Location": [f"{URL}/contacts/12"]})
        live = exchange(response_headers={"Location": [location]})

        assert bool(compare([recorded], [live])) is same

    def test_no_answer_is_told(self) -> None:
        live = exchange(status=None, problem="no answer: Connection refused")

        assert lines(compare([exchange()], [live])) == [
            "no answer: Connection refused, recorded 201"
        ]

    def test_what_stands_for_a_secret_is_not_shown(self) -> None:
        report = compare(
            [exchange({"note": "REDACTED-api-key"})], [exchange({"note": "live-secret-of-today"})]
        )

        assert report
        assert "live-secret" not in report.text(values=True)
        assert "live-secret" not in str(report.to_dict())


class TestPairs:
    def test_an_id_of_an_earlier_answer_may_stand_in_a_later_request(self) -> None:
        recorded = [exchange({"id": 1}), get("/jobs/1?v=2", {"state": "done"})]
        live = [exchange({"id": 7}), get("/jobs/7?v=2", {"state": "failed"})]

        assert lines(compare(recorded, live)) == ["body.state: 'failed', recorded 'done'"]

    def test_threads_may_ask_in_any_order(self) -> None:
        both = [get("/a", {"n": "a"}), get("/b", {"n": "b"})]

        assert compare(both, both[::-1])

    @pytest.mark.parametrize("polls", [1, 2, 5])
    def test_a_loop_asks_as_often_as_it_has_to(self, polls: int) -> None:
        waiting, done = get("/jobs/1", {"state": "waits"}), get("/jobs/1", {"state": "done"})

        report = compare([waiting, waiting, done], [*[waiting] * polls, done])

        assert [each.kind for each in report.drifted] == ["not sent"][: max(0, 2 - polls)]

    def test_a_request_more_and_one_less_are_told(self) -> None:
        recorded, live = [exchange(), get("/me", {})], [exchange(), get("/us", {}, status=404)]

        assert [str(each) for each in compare(recorded, live).drifted] == [
            "not sent now, recorded 200 Created",
            "sent now and not recorded, answered 404 Created",
        ]

    def test_what_the_plugin_ignores_in_requests_is_ignored(self) -> None:
        recorded = [
            exchange({"n": "a"}, request_body=b'{"to": "a", "sent": 1}'),
            exchange({"n": "b"}, request_body=b'{"to": "b", "sent": 2}'),
        ]
        live = [
            exchange({"n": "b"}, request_body=b'{"to": "b", "sent": 8}'),
            exchange({"n": "a"}, request_body=b'{"to": "a", "sent": 9}'),
        ]

        assert not compare(recorded, live)
        assert compare(recorded, live, matching=RequestMatching(ignore_json=["sent"]))

    def test_nothing_at_all_is_no_drift(self) -> None:
        assert compare([], [])


class TestReport:
    def test_it_is_data(self) -> None:
        report = compare([exchange()], [exchange(CONTACT | {"id": 9, "status": "x"})])

        frame = report.to_frame()

        assert list(frame["place"]) == ["body.id", "body.status"]
        assert list(frame["bound"]) == [True, False]
        assert json.loads(json.dumps(report.to_dict()))["drifted"] is True

    def test_it_escapes_what_the_app_says(self) -> None:
        report = compare([exchange({"a": "<b>"})], [exchange({"a": "<script>"})])

        assert "<script>" not in report._repr_html_()
        assert "&lt;script&gt;" in report._repr_html_()

    def test_a_long_one_is_cut(self) -> None:
        recorded = [get(f"/{name}", {}) for name in ALPHABET]
        live = [replace(each, status=500) for each in recorded]

        assert "and 32 more" in str(compare(recorded, live))


ALPHABET = "abcdefghijklmnopqrstuvwxyz"


JSON_LIKE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(deadline=None)
@given(JSON_LIKE, JSON_LIKE)
def test_any_two_answers_can_be_compared(recorded: object, live: object) -> None:
    report = compare([exchange(recorded)], [exchange(live)])

    assert compare([exchange(recorded)], [exchange(recorded)]).differences == ()
    assert report.differences or recorded == live
    assert json.dumps(report.to_dict())


@pytest.mark.parametrize(
    ("name", "recorded", "live"),
    [
        ("id", 1, 2),
        ("contact_id", "con_12", "con_99"),
        ("contactId", "con_12", "con_99"),
        ("self", "9f8b6c1e-2f3a-4b5c-8d7e-0a1b2c3d4e5f", "1f8b6c1e-2f3a-4b5c-8d7e-0a1b2c3d4e5f"),
        ("at", "2026-01-02T03:04:05Z", "2027-01-02T03:04:05.123+01:00"),
        ("at", "Fri, 21 Nov 2026 10:00:00 GMT", "Sat, 22 Nov 2026 10:00:00 GMT"),
        ("day", "2026-01-02", "2026-01-03"),
        ("at", 1_700_000_000, 1_800_000_000),
        ("next_cursor", "abc", "xyz"),
        ("session", "a1b2c3d4e5f6a7b8c9", "z1b2c3d4e5f6a7b8c9"),
        ("href", "/contacts/12?page=2", "/contacts/15?page=2"),
        ("message", "stored at 2026-01-02T03:04:05Z", "stored at 2026-01-02T03:09:05Z"),
        ("took_ms", 12, 40),
    ],
)
def test_these_differ_each_time(name: str, recorded: object, live: object) -> None:
    assert bound_to_differ(name, recorded, live)


@pytest.mark.parametrize(
    ("name", "recorded", "live"),
    [
        ("count", 1, 2),
        ("status", "created", "updated"),
        ("object_id", "contact", "deal"),
        ("id", 1, True),
        ("id", 1, "1"),
        ("id", "a1", None),
        ("at", "2026-01-02T03:04:05Z", "yesterday"),
        ("day", "2026-01-02", "2026-01-02T00:00:00Z"),
        ("href", "/contacts/12", "/people/12"),
        ("email", "ada@example.com", "grace@example.com"),
        ("message", "email already taken", "email taken"),
        ("valid", True, False),
    ],
)
def test_these_do_not(name: str, recorded: object, live: object) -> None:
    assert not bound_to_differ(name, recorded, live)
