"""The app that stands in: as recorded, else carried over to other records, else not found."""

from __future__ import annotations

import json
from http import HTTPStatus
from itertools import count
from typing import Any

import requests

from devsession.plugin import RequestMatching
from devsession.recording.exchange import Exchange
from devsession.secrets.redact import Redactor
from devsession.testing.contract.carrying import carried
from devsession.testing.contract.refusal import refusals
from devsession.testing.contract.stand_in import StandIn

APP = "https://acme.test"


def exchange(path: str, sent: Any, answered: Any, method: str = "POST") -> Exchange:
    return Exchange(
        method=method,
        url=APP + path,
        request_headers={"Content-Type": ["application/json"]},
        request_body=json.dumps(sent).encode() if sent is not None else b"",
        status=200,
        response_headers={"Content-Type": ["application/json"]},
        response_body=json.dumps(answered).encode(),
    )


def said(recorded: Exchange, sent: Any, path: str = "") -> Any:
    request = exchange(path or recorded.url.removeprefix(APP), sent, None)
    return json.loads(carried(recorded, request, count(1)).response_body)


def stand_in(*recorded: Exchange, **options: Any) -> StandIn:
    redactor = Redactor({"api_key": "k-0123456789"})
    return StandIn(recorded, [], redactor=redactor, matching=RequestMatching(), **options)


def test_a_bulk_answer_has_an_item_for_each_record() -> None:
    recorded = exchange(
        "/bulk",
        {"records": [{"key": "1"}, {"key": "2"}]},
        {"took": 3, "results": [{"index": 0, "id": "c-1"}, {"index": 1, "id": "c-2"}]},
    )

    answer = said(recorded, {"records": [{"key": "a"}, {"key": "b"}, {"key": "c"}]})

    assert [each["index"] for each in answer["results"]] == [0, 1, 2]
    assert len({each["id"] for each in answer["results"]}) == 3
    assert answer["took"] == 3


def test_what_an_answer_repeats_is_what_was_sent() -> None:
    recorded = exchange("/bulk", [{"key": "1", "email": "a@x"}], [{"ref": "1", "said": "a@x"}])

    assert said(recorded, [{"key": "7", "email": "z@x"}]) == [{"ref": "7", "said": "z@x"}]


def test_of_a_mixed_answer_the_item_that_was_taken_is_repeated() -> None:
    failed = {"id": None, "error": {"message": "no email"}}
    taken = {"id": "c-100200300400", "error": None}
    recorded = exchange("/bulk", [{"k": 1}, {"k": 2}, {"k": 3}], [failed, failed, taken])

    assert said(recorded, [{"k": 9}]) == [{"id": "c-100200000001", "error": None}]


def test_an_answer_to_one_record_has_a_new_identifier() -> None:
    recorded = exchange("/people/17", {"name": "Ada"}, {"id": 5, "name": "Ada", "parent": "17"})

    answer = said(recorded, {"name": "Grace"}, path="/people/18")

    assert answer == {"id": 100_000_001, "name": "Grace", "parent": "18"}


def test_text_that_is_no_json_stays_as_it_was_recorded() -> None:
    recorded = exchange("/bulk", [{"k": 1}], None)
    recorded = Exchange(**{**vars(recorded), "response_body": b"<ok/>"})

    assert carried(recorded, exchange("/bulk", [{"k": 2}], None), count(1)) is recorded


def test_a_recorded_request_gets_its_answers_in_their_order_and_the_last_one_again() -> None:
    waiting, done = (exchange("/job", None, {"state": each}, "GET") for each in ("run", "done"))
    with stand_in(waiting, done):
        states = [requests.get(APP + "/job", timeout=5).json()["state"] for _ in range(3)]

    assert states == ["run", "done", "done"]


def test_what_is_not_known_is_not_found() -> None:
    with stand_in(exchange("/people/1", None, {"id": 1}, "GET")) as app:
        status = requests.get(APP + "/companies/1?key=k-0123456789", timeout=5).status_code

    assert status == 404
    assert app.unknown == ["GET https://acme.test/companies/1?key=REDACTED-api-key"]


def test_it_refuses_what_it_is_told_to_refuse() -> None:
    refused = HTTPStatus.BAD_REQUEST
    [refusal, *_] = refusals(refused, refuses=lambda request: request.method == "POST")
    with stand_in(exchange("/people", None, [], "GET"), refusal=refusal):
        statuses = [
            requests.request(method, APP + "/people", timeout=5).status_code
            for method in ("GET", "POST")
        ]

    assert statuses == [200, 400]
