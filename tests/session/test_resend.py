"""Going on from an exchange of a scenario: looking at it, as a shell command, sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from devsession.errors import MissError, SecretMissingError
from tests.recording.app import Answer, App
from tests.session.conftest import KEY, KEY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

    from devsession.session.scenario import Scenario
    from devsession.session.sync import Sync


@pytest.fixture
def other() -> Iterator[App]:
    """Another app, which a cell calls."""
    app = App()
    yield app
    app.stop()


@pytest.fixture
def scenario(contacts: Sync) -> Scenario:
    scenario = contacts.scenario(f"resends {contacts.slug}")
    scenario._session.recorder.begin("cell:sends")
    return scenario


def send(app: App) -> None:
    """A cell's request, which holds the key in four places."""
    requests.post(
        f"{app.url}/x?key={KEY}&page=1",
        json={"name": "Zoë", "key": KEY},
        headers={"X-Key": KEY},
        auth=("user", KEY),
        timeout=30,
    )


def shown(text: str, app: App) -> str:
    return text.replace(app.url, "http://app.example")


def test_an_exchange_is_shown_whole(
    scenario: Scenario, other: App, snapshot: SnapshotAssertion
) -> None:
    send(other)

    assert shown(repr(scenario.http[0]), other) == snapshot
    assert KEY not in scenario.http[0]._repr_html_()


def test_it_is_a_shell_command_with_the_secret_by_its_name(
    scenario: Scenario, other: App, snapshot: SnapshotAssertion
) -> None:
    send(other)

    command = scenario.http[0].curl()
    assert f'"X-Key: ${KEY_NAME}"' in command
    assert shown(command, other) == snapshot


def test_it_is_sent_again_with_the_real_secrets(scenario: Scenario, other: App) -> None:
    send(other)

    again = scenario.http[0].resend()

    first, second = other.seen
    assert (second.method, second.path) == (first.method, first.path)
    assert second.headers["X-Key"] == KEY
    assert second.headers["Authorization"] == first.headers["Authorization"]
    assert second.body.decode() == f'{{"name": "Zoë", "key": "{KEY}"}}'
    assert again.response_body == b'{"call": 2}'
    assert list(scenario.http) == [scenario.http[0], again]
    assert KEY not in repr(again)


def test_it_is_sent_with_what_is_changed(scenario: Scenario, other: App) -> None:
    send(other)

    again = scenario.http[0].resend(
        json={"name": "Ada"}, params={"page": 2}, headers={"X-Key": None, "X-New": "1"}
    )

    assert other.seen[1].path == f"/x?key={KEY}&page=2"
    assert other.seen[1].body == b'{"name": "Ada"}'
    assert "X-Key" not in other.seen[1].headers
    assert again.url == f"{other.url}/x?key=REDACTED-api-key&page=2"


def test_one_that_was_sent_again_can_be_sent_again(scenario: Scenario, other: App) -> None:
    send(other)

    third = scenario.http[0].resend().resend(data={"a": 1})

    assert third.response_body == b'{"call": 3}'
    assert other.seen[2].body == b"a=1"


def test_a_redirect_is_not_followed(scenario: Scenario, other: App) -> None:
    other.answer = lambda seen: Answer(status=303, headers={"Location": f"{other.url}/y"})
    requests.get(f"{other.url}/x", allow_redirects=False, timeout=30)

    assert scenario.http[0].resend().status == 303
    assert len(other.seen) == 2


def test_in_reuse_it_is_sent_all_the_same(scenario: Scenario, other: App) -> None:
    send(other)

    with scenario._session.reuse():
        scenario._session.recorder.begin("cell:sends")
        again = scenario.http[0].resend()

    assert (again.from_tape, len(other.seen)) == (False, 2)


def test_one_that_gets_no_answer_says_why(scenario: Scenario, other: App) -> None:
    send(other)
    other.stop()

    again = scenario.http[0].resend()

    assert again.status is None
    assert again.problem.startswith("no answer")


def test_a_secret_that_is_not_known_is_named(
    scenario: Scenario, other: App, snapshot: SnapshotAssertion
) -> None:
    requests.get(f"{other.url}/x", headers={"Authorization": "Bearer of-nobody-known"}, timeout=30)

    with pytest.raises(SecretMissingError) as error:
        scenario.http[0].resend()
    assert shown(str(error.value), other) == snapshot
    assert scenario.http[0].resend(headers={"Authorization": "Bearer mine"}).status == 200


def test_a_token_that_the_app_handed_out_is_sent_again(scenario: Scenario, other: App) -> None:
    token = "token-of-this-run-0123456789"
    other.answer = lambda _seen: Answer({"access_token": token})
    requests.post(f"{other.url}/token", json={}, timeout=30)
    requests.get(f"{other.url}/me", headers={"Authorization": f"Bearer {token}"}, timeout=30)

    again = scenario.http[1].resend()

    assert other.seen[2].headers["Authorization"] == f"Bearer {token}"
    assert again.request_headers["Authorization"] == ["Bearer REDACTED-access-token"]
    assert '"Authorization: Bearer $ACCESS_TOKEN"' in again.curl()


class TestOffline:
    @pytest.fixture
    def offline(self, scenario: Scenario, other: App) -> Iterator[Scenario]:
        session = scenario._session
        send(other)
        session.offline, session.recorder.mode = True, "offline"
        session.recorder.begin("cell:sends")
        yield scenario
        session.offline, session.recorder.mode = False, "live"

    def test_the_tape_answers(self, offline: Scenario, other: App) -> None:
        again = offline.http[0].resend()

        assert (again.from_tape, again.status, len(other.seen)) == (True, 200, 1)

    def test_what_the_tape_lacks_is_a_miss(self, offline: Scenario) -> None:
        with pytest.raises(MissError, match="No recorded answer"):
            offline.http[0].resend(json={"name": "Ada"})


def test_the_practice_app_is_called_where_it_runs(scenario: Scenario) -> None:
    sandbox = scenario._session.sandbox
    sandbox.start()
    requests.get(f"http://{sandbox.netloc}/objects", timeout=30)

    again = scenario.http[0].resend()

    assert [each.url for each in scenario.http] == ["http://sandbox.test/objects"] * 2
    assert again.status == scenario.http[0].status
    assert f"http://{sandbox.netloc}/objects" in again.curl()
