"""What a miss shows: the nearest recorded request, and where it differs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devsession.plugin import RequestMatching
from devsession.recording.differences import contents, differences, shown
from devsession.recording.exchange import Exchange
from devsession.recording.matching import PLAIN, canonical
from devsession.recording.miss import nearest
from devsession.recording.volatile import ignoring_line
from tests.recording.multipart import multipart
from tests.recording.test_matching import FILE, FORM, PART, TEXT, XML, request

TENANT = RequestMatching(match_headers=["x-tenant"])


def as_json(value: Any) -> Exchange:
    return request(body=json.dumps(value).encode())


def lines(one: Exchange, other: Exchange, matching: RequestMatching = TENANT) -> list[str]:
    return shown(differences(canonical(one, matching), canonical(other, matching)))


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        (request(method="GET"), request(), "method: 'GET', recorded 'POST'"),
        (
            request("https://app.example:80/x"),
            request(),
            "scheme: 'https', recorded 'http'",
        ),
        (request("http://app.test/x"), request(), "host: 'app.test', recorded 'app.example'"),
        (request("http://app.example:81/x"), request(), "port: 81, recorded 80"),
        (request("http://app.example/y"), request(), "path: '/y', recorded '/x'"),
        (request("http://app.example/x?a="), request(), "query a: '', recorded nothing"),
        (request(body=b'{"a": 1}'), request(body=b'{"a": "1"}'), "body.a: 1, recorded '1'"),
        (request(body=b'{"a": 1}'), request(body=b'{"a": 1.0}'), "body.a: 1, recorded 1.0"),
        (request(body=b'{"a": 1}'), request(body=b'{"a": true}'), "body.a: 1, recorded True"),
        (request(body=b'{"a": 0.0}'), request(body=b'{"a": -0.0}'), "body.a: 0.0, recorded -0.0"),
        (request(body=b'{"a": null}'), request(body=b'{"a": ""}'), "body.a: None, recorded ''"),
        (request(body=b'{"a": 1}'), request(body=b"{}"), "body.a: 1, recorded without it"),
        (request(body=b"{}"), request(body=b'{"a": 1}'), "body.a: missing, recorded 1"),
        (
            request(body=b'{"a": {"b": [1, NaN]}}'),
            request(body=b'{"a": [NaN]}'),
            "body.a: {'b': [1, NaN]}, recorded [NaN]",
        ),
        (request(body=b"[1, 2]"), request(body=b"[1]"), "body: 2 items, recorded 1"),
        (
            request(body=b'[{"a": {"b": 1}}]'),
            request(body=b'[{"a": {"b": 2}}]'),
            "body[0].a.b: 1, recorded 2",
        ),
        (
            request(body=b"a=1&a=2", kind=FORM),
            request(body=b"a=1", kind=FORM),
            "body a: ['1', '2'], recorded '1'",
        ),
        (request(body=b"x"), request(), "body: 'x', recorded nothing"),
        (request(body=b"a=1", kind=FORM), request(body=b"{}"), "body: a form, recorded JSON"),
        (
            request(body=b"<a>" + b"b" * 500 + b"c", kind=XML),
            request(body=b"<a>" + b"b" * 500 + b"d", kind=XML),
            f"body, from character 463: '{'b' * 40}c', recorded '{'b' * 40}d'",
        ),
        (
            request(body=b"\xff\x00", kind="image/png"),
            request(body=b"\xfe", kind="image/png"),
            r"body: '\\xff\x00', recorded '\\xfe'",
        ),
        (
            request(body=b'{"a": "\\ud800 \xc3\xbc"}'),
            request(body='{"a": "\U0001f600"}'.encode()),
            r"body.a: '\ud800 ü', recorded '😀'",
        ),
        (
            multipart("x", (PART, b'{"a": [1]}')),
            multipart("y", (PART, b'{"a": [2]}')),
            "body part meta.a[0]: 1, recorded 2",
        ),
        (
            multipart("x", (TEXT, b"a")),
            multipart("y", (TEXT, b"b")),
            "body part text: 'a', recorded 'b'",
        ),
        (
            multipart("x", (FILE, b"")),
            multipart("y", (FILE.replace(b"a.png", b"b.png"), b"")),
            "body part file filename: 'a.png', recorded 'b.png'",
        ),
        (
            Exchange("GET", "http://app.example/x", {"X-Tenant": ["a"]}),
            Exchange("GET", "http://app.example/x"),
            "header x-tenant: 'a', recorded nothing",
        ),
    ],
)
def test_field_by_field(one: Exchange, other: Exchange, difference: str) -> None:
    assert lines(one, other) == [difference]


def test_a_part_that_is_not_there() -> None:
    assert lines(multipart("x", (TEXT, b"a"), (TEXT, b"b")), multipart("x", (TEXT, b"a"))) == [
        "body: 2 parts, recorded 1",
        "body part text (2): recorded without it",
    ]


def test_a_multipart_body_inside_another_one() -> None:
    inner = multipart("in", (TEXT, b"a")).request_body, multipart("in", (TEXT, b"b")).request_body
    part = b"Content-Type: multipart/mixed; boundary=in"
    one, other = (multipart("x", (part, each), kind="mixed") for each in inner)

    assert lines(one, other) == ["body part 1 part text: 'a', recorded 'b'"]
    assert lines(one, request()) == ["body: 'multipart', recorded nothing"]
    assert contents(canonical(one)) == ["body part : 'multipart'"]


def test_what_is_the_same_differs_nowhere() -> None:
    assert lines(as_json({"a": [1, {"b": None}]}), as_json({"a": [1, {"b": None}]})) == []


def test_a_large_body_is_shown_in_part() -> None:
    found = lines(as_json([1] * 100), as_json([2] * 100))

    assert len(found) == 13
    assert found[-1] == "and 88 more"


def test_a_body_with_very_many_differences_is_not_counted_to_the_end() -> None:
    assert lines(as_json([1] * 10_000), as_json([2] * 10_000))[-1] == "and at least 188 more"


def test_json_that_is_deep_is_compared() -> None:
    one, other = (request(body=b"[" * 200 + end + b"]" * 200) for end in (b"1", b"2"))

    assert lines(one, other) == [f"body{'[0]' * 200}: 1, recorded 2"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("a.\ud800ü", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.\ud800"), inner),
    max_leaves=6,
)
REQUESTS = (
    st.builds(as_json, VALUES)
    | st.builds(request, body=st.binary(max_size=9), kind=st.sampled_from([FORM, XML, "", "a/json"]))
    | st.builds(
        lambda *parts: multipart("x", *parts),
        st.tuples(st.sampled_from([PART, TEXT, FILE, b""]), st.sampled_from([b"{}", b"\xff", b"1"])),
        st.tuples(st.sampled_from([PART, TEXT, FILE, b""]), st.sampled_from([b"{}", b"\xff", b"1"])),
    )
)  # fmt: skip


@settings(deadline=None)  # a loaded machine is no failure
@given(one=REQUESTS, other=REQUESTS)
def test_there_is_a_difference_whenever_they_differ_and_it_can_be_written(
    one: Exchange, other: Exchange
) -> None:
    found = lines(one, other)

    assert bool(found) == (canonical(one) != canonical(other))
    said = "\n".join([*found, *contents(canonical(one))])
    assert said.encode().decode() == said


class TestNearest:
    """Which recorded request a miss is compared with."""

    def test_the_one_of_the_same_place_that_differs_least(self) -> None:
        wanted = canonical(as_json({"a": 1, "b": 2}))
        near = canonical(as_json({"a": 1, "b": 3}))
        far = canonical(as_json({"a": 4, "b": 5}))
        elsewhere = canonical(request("http://other.example/x", body=b'{"a": 1, "b": 2}'))

        assert nearest(wanted, [elsewhere, far, near]) == near

    def test_among_thousands_of_one_place(self) -> None:
        recorded = [canonical(as_json({"id": at, "name": f"n{at:05}"})) for at in range(10_000)]
        wanted = canonical(as_json({"id": 7_777, "name": "another"}))

        assert nearest(wanted, recorded) == recorded[7_777]

    def test_of_huge_bodies_the_one_of_the_same_size(self) -> None:
        small, large = canonical(as_json(["x"])), canonical(as_json(["x"] * 500_000))
        wanted = canonical(as_json(["x"] * 499_999))

        assert nearest(wanted, [small, large]) == large

    def test_of_none_there_is_none(self) -> None:
        assert nearest(canonical(request()), []) is None


class TestIgnoringLine:
    """The line of plugin.py that is suggested when only clocks and random numbers differ."""

    @staticmethod
    def suggested(one: Exchange, other: Exchange, matching: RequestMatching = PLAIN) -> str:
        found = differences(canonical(one, matching), canonical(other, matching))
        return ignoring_line(found, matching)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("2026-11-21T12:00:00Z", "2025-01-01 00:00:00+01:00"),
            ("Sat, 21 Nov 2026 12:00:00 GMT", "Sun, 22 Nov 2026 12:00:00 GMT"),
            (1_732_190_000, 1_732_190_999),
            (1_732_190_000_123, 1_732_190_000.5),
            ("0b0c6bf0-8a6e-4d77-9b57-5a3e1d3c1f22", "d9428888-122b-11e1-b85c-61cd3cbb3210"),
            ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "01BX5ZZKBKACTAV9WEVGEMMVRZ"),
            ("9f86d081884c7d65", "2c26b46b68ffc68f"),
        ],
    )
    def test_by_values(self, one: object, other: object) -> None:
        sent = as_json({"meta": {"x": one}}), as_json({"meta": {"x": other}})

        line = 'request_matching = RequestMatching(ignore_json=["meta.x"])'
        assert self.suggested(*sent) == line

    @pytest.mark.parametrize("name", ["sent_at", "requestId", "X-Nonce", "ts", "idempotencyKey"])
    def test_by_names(self, name: str) -> None:
        line = f'request_matching = RequestMatching(ignore_json=["{name}"])'
        assert self.suggested(as_json({name: "a"}), as_json({name: "b"})) == line

    @pytest.mark.parametrize("name", ["email", "charts", "format", "signature_colour_id_of_x"])
    def test_other_names_and_values_may_be_a_mistake(self, name: str) -> None:
        assert self.suggested(as_json({name: "a"}), as_json({name: "b"})) == ""

    def test_one_that_is_no_chance_is_enough_to_suggest_nothing(self) -> None:
        sent = as_json({"ts": 1, "email": "a"}), as_json({"ts": 2, "email": "b"})

        assert self.suggested(*sent) == ""

    def test_a_field_that_only_one_of_them_has_is_no_chance(self) -> None:
        assert self.suggested(as_json({"ts": 1}), as_json({})) == ""

    def test_items_of_a_list_stand_for_all_and_odd_keys_are_quoted(self) -> None:
        sent = (
            as_json([{"a.b": {"nonce": at}} for at in (1, 2)]),
            as_json([{"a.b": {"nonce": 3}}] * 2),
        )

        line = """request_matching = RequestMatching(ignore_json=['[*]."a.b".nonce'])"""
        assert self.suggested(*sent) == line

    def test_parameters_of_query_form_and_parts(self) -> None:
        form = request("http://app.example/x?ts=1", b"nonce=a", FORM)
        other = request("http://app.example/x?ts=2", b"nonce=b", FORM)

        line = 'request_matching = RequestMatching(ignore_parameters=["ts", "nonce"])'
        assert self.suggested(form, other) == line

    def test_what_is_declared_stays_declared(self) -> None:
        declared = RequestMatching(ignore_json=["a"], match_headers=["x-tenant"])
        line = (
            'request_matching = RequestMatching(ignore_json=["a", "ts"], '
            'match_headers=["x-tenant"])'
        )
        assert self.suggested(as_json({"ts": 1}), as_json({"ts": 2}), declared) == line
