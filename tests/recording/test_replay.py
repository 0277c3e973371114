"""The replay of one scenario: each recorded exchange once, and nothing else."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import requests

from devsession.errors import MissError, NetworkShutError
from devsession.plugin import RequestMatching
from devsession.recording.exchange import Exchange, listed
from devsession.recording.replay import Replay
from devsession.secrets.redact import Redactor
from tests.recording.multipart import multipart

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from devsession.recording.recorder import Recorder
    from tests.recording.app import App

URL = "http://app.example/jobs"


def answered(body: bytes, method: str = "GET", sent: bytes = b"", *, url: str = URL) -> Exchange:
    return Exchange(
        method,
        url,
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
    assert replay.not_sent == []


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

    assert replay.not_sent == [f"recorded, but not sent: GET {URL} (2 times recorded, 1 sent)"]


def test_without_its_authorization_a_request_is_another_one() -> None:
    recorded = answered(b"1")
    recorded = replace(recorded, request_headers={"Authorization": ["Bearer REDACTED-api-key"]})
    with Replay([recorded], where="cassette.yaml"), pytest.raises(MissError) as error:
        requests.get(URL, timeout=30)

    assert "header authorization: nothing, recorded 'sent'" in error.value.tried


def test_where_no_recording_has_an_authorization_none_is_asked_for() -> None:
    with Replay([answered(b"1")], where="cassette.yaml"):
        response = requests.get(URL, headers={"Authorization": "Bearer 1"}, timeout=30)

    assert response.json() == 1


class TestDeclared:
    """With what the plugin's `request_matching` says."""

    MATCHING = RequestMatching(
        ignore_parameters=["ts"], ignore_json=["meta.sent_at"], match_headers=["Authorization"]
    )

    def test_what_is_signed_anew_in_every_run_matches(self) -> None:
        recorded = answered(b"1", "POST", b'{"a": 1, "meta": {"sent_at": 1}}', url=f"{URL}?ts=1")
        with Replay([recorded], where="cassette.yaml", matching=self.MATCHING):
            response = requests.post(
                URL, params={"ts": 2}, json={"a": 1, "meta": {"sent_at": 2}}, timeout=30
            )

        assert response.json() == 1

    def test_a_header_that_counts_is_compared_as_it_was_recorded(self) -> None:
        signed = {"Authorization": "Bearer a-token-of-this-run"}
        recorded = Exchange("GET", URL, listed(signed), status=200).redacted(Redactor({}))
        with Replay([recorded], where="cassette.yaml", matching=self.MATCHING) as replay:
            requests.get(URL, headers={"Authorization": "Bearer of-another-run"}, timeout=30)
            with pytest.raises(MissError):
                requests.get(URL, timeout=30)

        assert replay.played == 1


class TestMissShown:
    """A miss, and what was recorded and not sent, name the field."""

    def test_of_multipart(self, snapshot: SnapshotAssertion) -> None:
        part = b'Content-Disposition: form-data; name="meta"\r\nContent-Type: application/json'
        recorded = replace(multipart("x", (part, b'{"name": "Ada"}')), url=URL)
        sent = {"meta": (None, '{"name": "Grace"}', "application/json")}
        with Replay([recorded], where="cassette.yaml") as replay, pytest.raises(MissError) as error:
            requests.post(URL, files=sent, timeout=30)

        assert str(error.value) == snapshot(name="miss")
        assert replay.not_sent == snapshot(name="not sent")

    def test_of_a_time_in_the_body_suggests_to_ignore_it(self, snapshot: SnapshotAssertion) -> None:
        recorded = answered(b"1", "POST", b'{"meta": {"sent_at": "2026-11-21T10:00:00Z"}}')
        with Replay([recorded], where="cassette.yaml"), pytest.raises(MissError) as error:
            requests.post(URL, json={"meta": {"sent_at": "2026-11-21T11:00:00Z"}}, timeout=30)

        assert str(error.value) == snapshot

    def test_what_was_not_sent_says_what_it_held(self, snapshot: SnapshotAssertion) -> None:
        recorded = [
            answered(b"1", "POST", b'{"name": "Ada"}'),
            answered(b"1", url=f"{URL}?page=2"),
            answered(b"1", url=f"{URL}?page=3"),
        ]
        with Replay(recorded, where="cassette.yaml") as replay:
            pass

        assert "\n".join(replay.not_sent) == snapshot

    def test_what_was_not_sent_after_a_miss_is_only_named(
        self, snapshot: SnapshotAssertion
    ) -> None:
        recorded = [answered(b"1", "POST", b'{"n": %d, "x": 1}' % number) for number in (1, 2)]
        with Replay(recorded, where="cassette.yaml") as replay, pytest.raises(MissError):
            requests.post(URL, json={"n": 1, "x": 2}, timeout=30)

        assert "\n".join(replay.not_sent) == snapshot

    def test_thousands_of_misses_are_not_compared_each(self) -> None:
        recorded = [answered(b"1", "POST", b'{"n": %d}' % number) for number in range(30)]
        with Replay(recorded, where="cassette.yaml") as replay:
            for number in range(30):
                with pytest.raises(MissError):
                    requests.post(URL, json={"n": number, "more": 1}, timeout=30)

        assert "body.more: 1, recorded without it" in replay.misses[0].tried
        assert replay.misses[-1].tried == (
            "not compared with the recordings, as the 20 misses before were"
        )
        assert len(replay.not_sent) == 30


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
