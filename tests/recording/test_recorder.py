"""The three modes, and which answer an equal request gets."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING

import pytest
import requests

from devsession.errors import MissError, SecretMissingError
from devsession.recording import freshness
from devsession.recording.matching import CanonicalRequest
from tests.recording.app import Answer, App, Seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

    from devsession.recording.recorder import Recorder


def get(url: str) -> object:
    return requests.get(url, timeout=30).json()


def post(url: str, json: object) -> requests.Response:
    return requests.post(url, json=json, timeout=30)


class TestLive:
    def test_the_app_is_called_and_the_exchange_kept(self, app: App, recorder: Recorder) -> None:
        response = post(f"{app.url}/contacts?dry=no", {"email": "a@x"})

        [exchange] = recorder.exchanges_since(0)
        assert response.json() == {"call": 1}
        assert (exchange.method, exchange.url) == ("POST", f"{app.url}/contacts?dry=no")
        assert exchange.request_body == b'{"email": "a@x"}'
        assert (exchange.status, exchange.response_body) == (200, b'{"call": 1}')
        assert exchange.scope == "cell:first"
        assert exchange.from_tape is False

    def test_the_tape_never_answers(self, app: App, recorder: Recorder) -> None:
        assert get(f"{app.url}/x") == {"call": 1}
        assert get(f"{app.url}/x") == {"call": 2}

    def test_running_a_cell_again_does_not_grow_the_tape(
        self, app: App, recorder: Recorder
    ) -> None:
        get(f"{app.url}/x")
        recorder.begin("cell:first")
        get(f"{app.url}/x")
        recorder.begin("cell:first")

        [exchange] = recorder.tape.exchanges
        assert exchange.response_body == b'{"call": 2}'
        assert recorder.tape.path.read_text().count("uri:") == 1

    def test_requests_that_the_tape_has_let_go_are_held_nowhere(
        self, app: App, recorder: Recorder
    ) -> None:
        def held_after(text: str) -> int:
            recorder.begin("run:people/some")
            mark = recorder.mark()
            post(f"{app.url}/contacts", {"email": text})
            recorder.keep_take("run:people/some", mark)
            gc.collect()
            return sum(isinstance(each, CanonicalRequest) for each in gc.get_objects())

        held = held_after("a@x")
        assert [held_after(f"{name}@x") for name in "bcd"] == [held, held, held]

    def test_a_refused_connection_is_shown_and_not_recorded(self, recorder: Recorder) -> None:
        with pytest.raises(requests.ConnectionError):
            get("http://127.0.0.1:9/x")

        [exchange] = recorder.exchanges_since(0)
        assert (exchange.status, exchange.problem) == (None, "no answer: Connection refused")
        assert len(recorder.tape) == 0

    def test_an_answer_that_comes_too_late_is_none(self, app: App, recorder: Recorder) -> None:
        late = threading.Event()

        def answer(_seen: Seen) -> Answer:
            late.wait(5)
            return Answer()

        app.answer = answer
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"{app.url}/x", timeout=0.05)
        late.set()

        assert recorder.exchanges_since(0)[0].problem == "no answer: timed out"

    def test_the_warehouse_is_not_recorded(self, app: App, recorder: Recorder) -> None:
        port = int(app.address.rpartition(":")[2])
        recorder._is_warehouse = lambda _host, asked: asked == port

        get(f"{app.url}/x")

        assert recorder.exchanges_since(0) == []


class TestReuse:
    def test_an_unchanged_request_costs_the_app_nothing(
        self, app: App, new_recorder: Callable[[], Recorder]
    ) -> None:
        new_recorder()
        post(f"{app.url}/contacts", {"email": "a@x"})
        again = new_recorder()
        again.mode = "reuse"

        response = post(f"{app.url}/contacts", {"email": "a@x"})

        assert response.json() == {"call": 1}
        assert len(app.calls) == 1
        assert again.exchanges_since(0)[0].from_tape is True

    def test_a_changed_body_calls_the_app(self, app: App, recorder: Recorder) -> None:
        post(f"{app.url}/contacts", {"email": "a@x"})
        recorder.mode = "reuse"
        recorder.begin("cell:first")

        assert post(f"{app.url}/contacts", {"email": "b@x"}).json() == {"call": 2}

    def test_a_request_that_failed_before_calls_the_app(self, app: App, recorder: Recorder) -> None:
        app.answer = lambda seen: Answer(status=503 if len(app.seen) == 1 else 201)
        post(f"{app.url}/contacts", {})
        recorder.mode = "reuse"
        recorder.begin("cell:first")

        assert post(f"{app.url}/contacts", {}).status_code == 201
        recorder.begin("cell:first")
        assert post(f"{app.url}/contacts", {}).status_code == 201
        assert len(app.calls) == 2

    def test_a_changed_secret_is_a_change(self, app: App, recorder: Recorder) -> None:
        recorder.know({"api_key": "first-secret"}, {})
        requests.get(f"{app.url}/x", headers={"X-Key": "first-secret"}, timeout=30)
        recorder.mode = "reuse"
        recorder.know({"api_key": "other-secret"}, {})
        recorder.begin("cell:first")

        requests.get(f"{app.url}/x", headers={"X-Key": "other-secret"}, timeout=30)

        assert len(app.calls) == 2

    def test_an_edited_cell_borrows_the_answers_of_its_former_text(
        self, app: App, recorder: Recorder
    ) -> None:
        get(f"{app.url}/x")
        recorder.mode = "reuse"
        recorder.begin("cell:edited")

        assert get(f"{app.url}/x") == {"call": 1}

    def test_a_read_after_a_live_write_is_live(self, app: App, recorder: Recorder) -> None:
        get(f"{app.url}/contacts")
        recorder.mode = "reuse"
        recorder.begin("cell:first")

        post(f"{app.url}/contacts", {"email": "new"})

        assert get(f"{app.url}/contacts") == {"call": 3}

    def test_a_read_after_a_played_write_is_played(self, app: App, recorder: Recorder) -> None:
        post(f"{app.url}/contacts", {})
        get(f"{app.url}/contacts")
        recorder.mode = "reuse"
        recorder.begin("cell:first")

        post(f"{app.url}/contacts", {})

        assert get(f"{app.url}/contacts") == {"call": 2}

    def test_a_read_that_was_forgotten_sees_the_write(
        self, app: App, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(freshness, "_PLACES", 1)
        get(f"{app.url}/contacts")
        post(f"{app.url}/contacts", {})
        recorder.mode = "reuse"
        recorder.begin("cell:first")

        assert get(f"{app.url}/contacts") == {"call": 3}

    def test_a_take_that_reads_before_it_writes_is_played_again(
        self, app: App, recorder: Recorder
    ) -> None:
        get(f"{app.url}/contacts")
        post(f"{app.url}/contacts", {})
        recorder.mode = "reuse"
        recorder.begin("cell:first")

        assert get(f"{app.url}/contacts") == {"call": 1}
        assert post(f"{app.url}/contacts", {}).json() == {"call": 2}
        assert len(app.calls) == 2

    def test_a_read_of_another_day_is_live_after_a_write_of_today(
        self, app: App, new_recorder: Callable[[], Recorder]
    ) -> None:
        get_of_yesterday = new_recorder()
        get(f"{app.url}/contacts")
        get_of_yesterday.stop()
        today = new_recorder()
        today.begin("cell:writes")
        post(f"{app.url}/contacts", {})
        today.mode = "reuse"
        today.begin("cell:first")

        assert get(f"{app.url}/contacts") == {"call": 3}

    def test_a_cell_run_again_after_a_new_write_sees_it(self, app: App, recorder: Recorder) -> None:
        get(f"{app.url}/contacts")
        recorder.mode = "reuse"
        recorder.begin("cell:writes")
        post(f"{app.url}/contacts", {})
        recorder.begin("cell:first")

        assert get(f"{app.url}/contacts") == {"call": 3}

    def test_what_was_borrowed_stays_when_the_lender_goes(
        self, app: App, recorder: Recorder
    ) -> None:
        get(f"{app.url}/x")
        recorder.mode = "reuse"
        recorder.begin("cell:edited")
        get(f"{app.url}/x")
        recorder.begin("cell:next")

        assert {each.scope for each in recorder.tape.exchanges} == {"cell:first", "cell:edited"}
        assert len(app.calls) == 1

    def test_test_always_calls(self, app: App, recorder: Recorder) -> None:
        get(f"{app.url}/me")
        recorder.mode = "reuse"
        recorder.begin("cell:first")

        with recorder.always_live():
            assert get(f"{app.url}/me") == {"call": 2}

    def test_stand_ins_become_the_address_of_today(self, app: App, recorder: Recorder) -> None:
        recorder.know({}, {"sandbox.test": app.address})
        app.answer = lambda seen: Answer({"next": f"{app.url}/page2"})
        assert get(f"{app.url}/page1") == {"next": f"{app.url}/page2"}
        recorder.mode = "reuse"
        recorder.begin("cell:first")

        assert get(f"{app.url}/page1") == {"next": f"{app.url}/page2"}
        assert recorder.tape.exchanges[0].response_body == b'{"next": "http://sandbox.test/page2"}'

    def test_a_stand_in_from_the_tape_is_not_sent_to_the_app(
        self, app: App, new_recorder: Callable[[], Recorder]
    ) -> None:
        app.answer = lambda _seen: Answer({"access_token": "tok-8d1f0a7c55e2"})
        new_recorder()
        requests.post(f"{app.url}/login", timeout=30)
        recorder = new_recorder()
        recorder.mode = "reuse"
        token = requests.post(f"{app.url}/login", timeout=30).json()["access_token"]

        with pytest.raises(SecretMissingError, match="GET /new was not sent") as refused:
            requests.get(f"{app.url}/new", headers={"X-Token": token}, timeout=30)

        assert "without session.reuse()" in refused.value.next_step
        assert app.calls == ["POST /login"]


class TestOffline:
    def test_failures_are_answered_too(self, app: App, recorder: Recorder) -> None:
        app.answer = lambda seen: Answer({"error": "no"}, status=422)
        post(f"{app.url}/contacts", {})
        recorder.mode = "offline"
        recorder.begin("cell:first")

        assert post(f"{app.url}/contacts", {}).status_code == 422
        assert len(app.calls) == 1

    def test_test_is_answered_by_the_tape(self, app: App, recorder: Recorder) -> None:
        get(f"{app.url}/me")
        recorder.mode = "offline"
        recorder.begin("cell:first")

        with recorder.always_live():
            assert get(f"{app.url}/me") == {"call": 1}

    def test_a_cell_is_not_answered_what_a_test_in_it_was(
        self, app: App, recorder: Recorder
    ) -> None:
        with recorder.always_live():
            get(f"{app.url}/me")
        get(f"{app.url}/me")
        recorder.mode = "offline"
        recorder.begin("cell:first")

        assert get(f"{app.url}/me") == {"call": 2}
        with recorder.always_live():
            assert get(f"{app.url}/me") == {"call": 1}

    def test_two_tests_of_a_cell_keep_their_order(self, app: App, recorder: Recorder) -> None:
        app.answer = lambda seen: Answer(status=401 if len(app.seen) == 1 else 200)
        with recorder.always_live():
            first = requests.get(f"{app.url}/me", timeout=30).status_code
        with recorder.always_live():
            second = requests.get(f"{app.url}/me", timeout=30).status_code
        recorder.mode = "offline"
        recorder.begin("cell:first")

        with recorder.always_live():
            assert requests.get(f"{app.url}/me", timeout=30).status_code == first
        with recorder.always_live():
            assert requests.get(f"{app.url}/me", timeout=30).status_code == second

    def test_a_click_on_test_is_no_part_of_the_cell_before_it(
        self, app: App, recorder: Recorder
    ) -> None:
        with recorder.always_live():
            get(f"{app.url}/me")
        recorder.end()
        with recorder.always_live():
            get(f"{app.url}/me")
        with recorder.always_live():
            get(f"{app.url}/me")
        recorder.mode = "offline"
        recorder.begin("cell:first")

        with recorder.always_live():
            assert get(f"{app.url}/me") == {"call": 1}
        assert len(recorder.tape) == 2

    def test_stand_ins_are_given_as_they_are(self, app: App, recorder: Recorder) -> None:
        recorder.know({}, {"sandbox.test": app.address})
        app.answer = lambda seen: Answer({"next": f"{app.url}/page2"})
        get(f"{app.url}/page1")
        get(f"{app.url}/page2")
        recorder.mode = "offline"
        recorder.begin("cell:first")

        assert get(f"{app.url}/page1") == {"next": "http://sandbox.test/page2"}
        assert get("http://sandbox.test/page2") == {"next": "http://sandbox.test/page2"}

    def test_a_miss_reaches_the_author_as_it_is(
        self, recorder: Recorder, app: App, snapshot: SnapshotAssertion
    ) -> None:
        recorder.know({}, {"sandbox.test": app.address})
        post(f"{app.url}/contacts?limit=10", {"contacts": [{"email": "a@x", "age": 30}]})
        recorder.mode = "offline"
        recorder.begin("cell:first")

        with pytest.raises(MissError) as error:
            post(f"{app.url}/contacts?limit=50", {"contacts": [{"email": "b@x", "age": 30}]})

        error.value.where = "scenarios/tape.yaml"
        assert str(error.value) == snapshot
        assert recorder.exchanges_since(0)[-1].problem == "not on the tape"

    def test_a_record_created_twice_is_a_miss(self, app: App, recorder: Recorder) -> None:
        post(f"{app.url}/contacts", {})
        recorder.begin("run:creates")
        post(f"{app.url}/contacts", {})
        recorder.mode = "offline"
        recorder.begin("cell:first")
        post(f"{app.url}/contacts", {})

        with pytest.raises(MissError):
            post(f"{app.url}/contacts", {})


class TestWhichAnswer:
    def test_who_was_answered_well_lends_before_who_was_refused(
        self, app: App, recorder: Recorder
    ) -> None:
        recorder.begin("cell:good")
        get(f"{app.url}/account")
        app.answer = lambda _seen: Answer({"error": "who are you"}, status=401)
        recorder.begin("cell:tried once")
        get(f"{app.url}/account")
        recorder.mode = "offline"
        recorder.begin("cell:good, edited")

        assert get(f"{app.url}/account") == {"call": 1}

    def test_a_poll_loop_ends_in_every_mode(self, app: App, recorder: Recorder) -> None:
        def poll() -> list[str]:
            return [requests.get(f"{app.url}/job", timeout=30).json()["state"] for _ in range(3)]

        states = ["pending", "pending", "done"]
        app.answer = lambda seen: Answer({"state": states[len(app.seen) - 1]})
        assert poll() == states
        recorder.mode = "reuse"
        recorder.begin("cell:first")
        assert poll() == states
        recorder.mode = "offline"
        recorder.begin("cell:first")
        assert poll() == states

    def test_a_read_after_a_write_sees_the_write_offline(
        self, app: App, recorder: Recorder
    ) -> None:
        contacts: list[object] = []

        def answer(seen: Seen) -> Answer:
            if seen.method == "POST":
                contacts.append(seen.body.decode())
            return Answer(contacts)

        app.answer = answer
        before = get(f"{app.url}/contacts")
        post(f"{app.url}/contacts", 1)
        after = get(f"{app.url}/contacts")
        recorder.mode = "offline"
        recorder.begin("cell:first")

        assert (before, after) == ([], ["1"])
        assert get(f"{app.url}/contacts") == before
        assert get(f"{app.url}/contacts") == after

    def test_a_run_is_answered_with_its_own_recordings(self, app: App, recorder: Recorder) -> None:
        get(f"{app.url}/x")
        recorder.begin("run:creates")
        get(f"{app.url}/x")
        recorder.mode = "offline"

        recorder.begin("cell:first")
        assert get(f"{app.url}/x") == {"call": 1}
        recorder.begin("run:creates")
        assert get(f"{app.url}/x") == {"call": 2}

    def test_the_newest_scope_lends_first_and_reads_go_on(
        self, app: App, recorder: Recorder
    ) -> None:
        get(f"{app.url}/x")
        recorder.begin("cell:second")
        get(f"{app.url}/x")
        recorder.mode = "offline"
        recorder.begin("cell:edited")

        assert [get(f"{app.url}/x"), get(f"{app.url}/x")] == [{"call": 2}, {"call": 1}]
        with pytest.raises(MissError):
            get(f"{app.url}/x")


def test_a_pause_calls_and_records_nothing(app: App, recorder: Recorder) -> None:
    with recorder.paused():
        get(f"{app.url}/x")
    get(f"{app.url}/x")

    assert len(app.calls) == 2
    assert len(recorder.exchanges_since(0)) == 1


def test_offline_there_is_no_pause(app: App, recorder: Recorder) -> None:
    recorder.mode = "offline"

    with recorder.paused(), pytest.raises(MissError):
        get(f"{app.url}/x")

    assert app.calls == []


def test_a_run_inside_a_cell_counts_by_itself(app: App, recorder: Recorder) -> None:
    get(f"{app.url}/x")
    with recorder.scope("run:creates"):
        get(f"{app.url}/x")
    get(f"{app.url}/x")
    recorder.mode = "offline"
    recorder.begin("cell:first")

    cell = [get(f"{app.url}/x"), get(f"{app.url}/x")]
    with recorder.scope("run:creates"):
        run = get(f"{app.url}/x")

    assert (cell, run) == ([{"call": 1}, {"call": 3}], {"call": 2})


def test_a_second_recorder_replaces_the_first(
    app: App, new_recorder: Callable[[], Recorder]
) -> None:
    first = new_recorder()
    second = new_recorder()

    get(f"{app.url}/x")
    second.stop()
    get(f"{app.url}/x")

    assert first.exchanges_since(0) == []
    assert len(second.exchanges_since(0)) == 1
    assert len(app.calls) == 2
