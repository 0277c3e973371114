"""The replay of one scenario: each recorded exchange once, and nothing else."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests

from devsession.errors import MissError, NetworkShutError
from devsession.recording.exchange import Exchange
from devsession.recording.replay import Replay

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from devsession.recording.recorder import Recorder
    from tests.recording.app import App

URL = "http://app.example/jobs"


def answered(body: bytes, method: str = "GET", sent: bytes = b"") -> Exchange:
    return Exchange(
        method,
        URL,
        {"Content-Type": ["application/json"]},
        sent,
        status=200,
        reason="OK",
        response_headers={"Content-Type": ["application/json"]},
        response_body=body,
    )


def test_equal_requests_get_their_answers_in_order() -> None:
    with Replay([answered(b"1"), answered(b"2")], where="cassette.yaml") as replay:
        answers = [requests.get(URL, timeout=30).json() for _ in range(2)]

    assert answers == [1, 2]
    assert replay.unplayed == []


def test_one_request_too_many_is_a_miss(snapshot: SnapshotAssertion) -> None:
    with Replay([answered(b"1")], where="cassette.yaml") as replay:
        requests.get(URL, timeout=30)
        with pytest.raises(MissError) as error:
            requests.get(URL, timeout=30)

    assert str(error.value) == snapshot
    assert replay.misses == [error.value]


def test_what_was_not_asked_for_is_reported() -> None:
    with Replay([answered(b"1"), answered(b"2")], where="cassette.yaml") as replay:
        requests.get(URL, timeout=30)

    assert [left.response_body for left in replay.unplayed] == [b"2"]


def test_a_compressed_request_matches_its_recording() -> None:
    with Replay([answered(b"1", "POST", b'{"a": 1}')], where="cassette.yaml"):
        response = requests.post(
            URL,
            data=gzip.compress(b'{"a":1}'),
            headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
            timeout=30,
        )

    assert response.json() == 1


def test_threads_get_each_answer_once() -> None:
    exchanges = [answered(str(number).encode()) for number in range(100)]
    with Replay(exchanges, where="cassette.yaml"), ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: requests.get(URL, timeout=30).json(), range(100))

        assert sorted(answers) == list(range(100))


def test_the_network_is_shut(app: App) -> None:
    import urllib.request

    with Replay([], where="cassette.yaml") as replay, pytest.raises(NetworkShutError):
        urllib.request.urlopen(app.url)

    assert replay.refused_calls == [app.address]


def test_it_plays_inside_a_session_that_records(app: App, recorder: Recorder) -> None:
    with Replay([answered(b"1")], where="cassette.yaml"):
        assert requests.get(URL, timeout=30).json() == 1
    assert requests.get(app.url, timeout=30).json() == {"call": 1}

    assert [exchange.url for exchange in recorder.exchanges_since(0)] == [f"{app.url}/"]
