"""Variants are made of recorded exchanges alone: what an app would have answered instead."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devsession.recording.exchange import Exchange
from devsession.testing.faults.bulk import bulk_of, in_another_order, with_one_refused
from devsession.testing.faults.kinds import BEFORE_THE_ANSWER
from devsession.testing.faults.variants import (
    before_the_answer,
    most_calls,
    of_bulk_answers,
    spread,
)

KINDS = {kind.name: kind for kind in BEFORE_THE_ANSWER}
SENT = [{"email": "a@x"}, {"email": "b@x"}, {"email": "c@x"}]
RESULTS: list[dict[str, Any]] = [
    {"email": "a@x", "id": "c1", "error": None},
    {"email": "b@x", "id": None, "error": "taken already"},
    {"email": "c@x", "id": "c3", "error": None},
]

texts = st.text(max_size=8)
scalars = st.none() | st.booleans() | st.integers() | texts
objects = st.dictionaries(texts, scalars | st.lists(scalars, max_size=2), max_size=3)
documents = st.lists(objects | scalars, max_size=3) | objects


def exchange(
    answer: Any, *, sent: Any = None, method: str = "POST", content_type: str = "application/json"
) -> Exchange:
    return Exchange(
        method=method,
        url="http://app.test/contacts",
        request_headers={"Content-Type": ["application/json"]},
        request_body=json.dumps(sent).encode(),
        status=200,
        reason="OK",
        response_headers={"Content-Type": [content_type], "X-Request-Id": ["r1"]},
        response_body=answer if isinstance(answer, bytes) else json.dumps(answer).encode(),
        from_tape=True,
    )


def bulk(results: list[dict[str, Any]], sent: list[dict[str, Any]] = SENT) -> Exchange:
    return exchange({"request_id": "r1", "results": results}, sent={"contacts": sent})


def read(answered: Exchange) -> Any:
    return json.loads(answered.response_body)


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("429 with Retry-After", [(429, "text/plain")]),
        ("500", [(500, "text/html")]),
        ("503 twice", [(503, "text/html"), (503, "text/html")]),
        ("connection reset", [(None, "")]),
        ("timeout", [(None, "")]),
        ("truncated body", [(200, "application/json")]),
        ("HTML instead of JSON", [(200, "text/html")]),
    ],
)
def test_what_a_call_is_answered_before_its_recorded_answer(
    kind: str, answers: list[tuple[int | None, str]]
) -> None:
    given_before = KINDS[kind].answers(exchange({"id": 1}))

    assert [
        (each.status, each.response_headers.get("Content-Type", [""])[0]) for each in given_before
    ] == answers
    assert not any(each.from_tape for each in given_before)


def test_a_429_says_how_long_to_wait() -> None:
    (answer,) = KINDS["429 with Retry-After"].answers(exchange({"id": 1}))

    assert answer.response_headers["Retry-After"] == ["3"]


@pytest.mark.parametrize(
    "answered",
    [
        exchange(b"id,name\n1,Ada\n", content_type="text/csv"),
        exchange(b""),
        exchange(b"7"),
        exchange({"id": 1}, method="HEAD"),
    ],
    ids=["CSV", "nothing", "a number", "HEAD"],
)
def test_what_is_no_json_document_cannot_be_seen_to_be_cut_off(answered: Exchange) -> None:
    assert KINDS["truncated body"].answers(answered) == ()
    assert KINDS["HTML instead of JSON"].answers(answered) == ()


@given(documents)
def test_a_truncated_body_is_the_beginning_of_it_and_no_json(content: Any) -> None:
    whole = exchange(content)
    (cut,) = KINDS["truncated body"].answers(whole)

    assert isinstance(cut.response_body, bytes)
    assert whole.response_body.startswith(cut.response_body)
    with pytest.raises(json.JSONDecodeError):
        read(cut)


def test_answers_turned_round_name_their_records_still() -> None:
    whole = bulk_of(bulk(RESULTS))
    assert whole is not None
    turned = in_another_order(whole)

    assert whole.naming == ("email",)
    assert turned is not None
    assert read(turned) == {"request_id": "r1", "results": RESULTS[::-1]}


@given(st.lists(objects, min_size=2, max_size=6))
def test_another_order_keeps_every_answer(contents: list[dict[str, Any]]) -> None:
    results = [{"index": place, "of": each} for place, each in enumerate(contents)]
    whole = bulk_of(bulk(results, [{"n": place} for place in range(len(results))]))
    assert whole is not None
    turned = in_another_order(whole)
    assert turned is not None
    came = read(turned)["results"]

    assert Counter(map(json.dumps, came)) == Counter(map(json.dumps, results))
    assert came != results


@pytest.mark.parametrize(
    "results",
    [
        [{"id": "c1"}, {"id": "c2"}, {"id": "c3"}],
        [{"email": "a@x"}, {"email": "a@x"}, {"email": "a@x"}],
        [{"email": "a@x"}, {"email": "b@x"}],
    ],
    ids=["ids of the app's own", "one name for all", "fewer than were sent"],
)
def test_where_the_order_alone_tells_there_is_no_other(results: list[dict[str, Any]]) -> None:
    chosen = {
        each.name: each for each in of_bulk_answers([bulk(results)], 10, messages=[], taken=[])
    }

    assert chosen["answers in another order"].variants == ()


def test_one_more_record_is_refused_as_the_app_refused_another_one() -> None:
    whole = bulk_of(bulk(RESULTS))
    assert whole is not None
    refusal = with_one_refused(whole, [], ["taken already"], ["c1", "c3"])

    assert refusal is not None
    assert refusal.app_identifier == "c1"
    assert read(refusal.exchange)["results"] == [
        {"email": "a@x", "id": None, "error": "taken already"},
        *RESULTS[1:],
    ]


def test_where_none_was_refused_nobody_knows_how_the_app_does_it() -> None:
    whole = bulk_of(bulk([each for each in RESULTS if each["id"]], SENT[:2]))
    assert whole is not None

    assert with_one_refused(whole, [], ["taken already"], ["c1", "c3"]) is None


def test_of_many_calls_the_first_the_last_and_some_between_are_chosen() -> None:
    kinds = list(before_the_answer([exchange({"id": each}) for each in range(40)], most=4))

    assert {(each.fitting, len(each.variants)) for each in kinds} == {(40, 4)}
    assert [each.at for each in kinds[0].variants] == [0, 13, 26, 39]


@pytest.mark.parametrize(
    ("calls", "records", "most"),
    [(1, 10, 10), (10, 10, 10), (24, 1_120, 2), (10, 1_000, 3), (5_000, 50_000, 2)],
)
def test_of_a_large_recording_fewer_calls_are_chosen(calls: int, records: int, most: int) -> None:
    assert most_calls(calls, records) == most


@given(st.integers(0, 500), st.integers(2, 12))
def test_a_choice_has_both_ends_and_no_place_twice(count: int, most: int) -> None:
    places = spread(count, most)

    assert len(places) == len(set(places)) == min(count, most)
    assert places == sorted(places)
    assert {0, count - 1} <= set(places) or count == 0
