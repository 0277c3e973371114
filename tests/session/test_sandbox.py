"""The practice app of a session."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

import pytest
import requests

from devsession import secret
from devsession.errors import UsageError
from devsession.sandbox import sandbox_key
from devsession.secrets.secret_file import FileSecrets
from tests.sandbox.catalog.subscriber import listening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.session.sandbox import Sandbox
    from tests.session.conftest import Project


@pytest.fixture
def sandbox(project: Project) -> Iterator[Sandbox]:
    """The practice app of the project's session."""
    yield project.session.sandbox
    project.session.sandbox.stop()


@pytest.fixture
def unrecorded(project: Project) -> Iterator[None]:
    with project.session.recorder.paused():
        yield


def asked(project: Project) -> requests.Response:
    """Any request to the app, with its key."""
    return requests.get(
        f"{project.session.sandbox.url}/account",
        headers={"Authorization": f"Bearer {sandbox_key(project.folder)}"},
        timeout=30,
    )


def test_a_saved_connection_starts_a_stopped_practice_app(project: Project) -> None:
    session = project.session
    session.connection.fill(tenant_url=session.sandbox.url, api_key=secret("SANDBOX_API_KEY"))
    session.sandbox.stop()

    parameters = session.connection.parameters

    account = requests.get(
        f"{parameters['tenant_url']}/account",
        headers={"Authorization": f"Bearer {parameters.secret('api_key')}"},
        timeout=30,
    )
    assert account.json()["name"] == parameters["account_name"] == "Sandbox CRM"
    session.sandbox.stop()


@pytest.mark.usefixtures("unrecorded")
def test_a_rate_limit_is_set_and_lifted(project: Project, sandbox: Sandbox) -> None:
    sandbox.rate_limit("1/hour")
    limited = [asked(project).status_code for _ in range(2)]
    sandbox.rate_limit(None)

    assert limited == [200, 429]
    assert asked(project).status_code == 200


@pytest.mark.usefixtures("unrecorded")
def test_a_storm_begins_and_ends(project: Project, sandbox: Sandbox) -> None:
    sandbox.storm(too_many=1, server_errors=0, resets=0, slow=0)
    stormy = asked(project).status_code
    sandbox.calm()

    assert (stormy, asked(project).status_code) == (429, 200)


@pytest.mark.usefixtures("unrecorded")
def test_a_stream_has_as_many_records_as_are_asked_for_and_they_change(
    project: Project, sandbox: Sandbox
) -> None:
    sandbox.set_stream("customer", records=7)
    told = sandbox.change_stream("customer", changed=1, added=2, at="2026-02-01T00:00:00Z")

    answer = requests.get(
        f"{sandbox.url}/streams/customer/records",
        params={"updated_since": told["at"]},
        headers={"Authorization": f"Bearer {sandbox_key(project.folder)}"},
        timeout=30,
    )
    assert told == {"changed": 1, "deleted": 0, "added": 2, "at": "2026-02-01T00:00:00.000+00:00"}
    assert len(answer.json()["records"]) == 3


@pytest.mark.usefixtures("unrecorded")
def test_records_are_kept_in_a_folder(project: Project, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.stop()
    sandbox.start(data=tmp_path / "records")

    assert asked(project).status_code == 200
    assert list((tmp_path / "records").iterdir()) != []


def test_what_is_set_is_not_recorded(project: Project, sandbox: Sandbox) -> None:
    before = project.session.recorder.mark()

    sandbox.rate_limit("5/second")
    sandbox.storm(seed=1)
    sandbox.expire_tokens()
    sandbox.set_stream("customer", records=5)
    sandbox.change_stream("customer", deleted=1)

    assert project.session.recorder.mark() == before


@pytest.mark.parametrize(
    ("method", "settings"),
    [
        ("rate_limit", {"rate": "fast"}),
        ("rate_limit", {"rate": 5}),
        ("rate_limit", {"rate": object}),
        ("storm", {"resets": 2}),
        ("storm", {"hail": 0.1}),
        ("start", {"data": 5}),
        ("set_stream", {"name": "customer", "records": "many"}),
        ("set_stream", {"name": "custmer", "records": 5}),
        ("set_stream", {"name": 5, "records": 5}),
        ("change_stream", {"name": "project", "deleted": 21}),
        ("change_stream", {"name": "project", "at": "tomorrow"}),
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    method: str, settings: dict[str, Any], sandbox: Sandbox, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UsageError) as raised:
        getattr(sandbox, method)(**settings)

    assert raised.value.tried == snapshot
    assert raised.value.next_step


def test_offline_there_is_nothing_to_set(
    project: Project, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.setenv("DEVSESSION_OFFLINE", "1")
    session = project.restart()

    with pytest.raises(UsageError) as raised:
        session.sandbox.storm()

    monkeypatch.delenv("DEVSESSION_OFFLINE")
    project.restart()
    assert str(raised.value) == snapshot


@pytest.mark.usefixtures("unrecorded")
def test_the_catalog_of_a_session_answers_and_meets_faults(
    project: Project, sandbox: Sandbox
) -> None:
    host_port = sandbox.catalog_url
    token = FileSecrets(project.folder / ".devsession" / "secrets").all()["CATALOG_TOKEN"]

    def tables() -> int:
        return requests.get(
            f"{host_port}/v1/tables", headers={"Authorization": f"Bearer {token}"}, timeout=30
        ).status_code

    sandbox.set_catalog(next=["503"])

    assert [tables(), tables()] == [503, 200]


@pytest.mark.usefixtures("unrecorded")
def test_the_catalog_of_a_session_tells_a_subscriber_of_changes(
    project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", "the-secret-of-both")
    with listening() as subscriber:
        sandbox.subscribe(subscriber.url, secret("WEBHOOK_SECRET"), resources=["user"])
        catalog_token = FileSecrets(project.folder / ".devsession" / "secrets").all()[
            "CATALOG_TOKEN"
        ]
        requests.put(
            f"{sandbox.catalog_url}/v1/users",
            json={"name": "ada", "email": "ada@example.com"},
            headers={"Authorization": f"Bearer {catalog_token}"},
            timeout=30,
        )

        (delivery,) = subscriber.arrived()
        (told,) = sandbox.subscriptions().to_dict("records")
        ended = [sandbox.unsubscribe(subscriber.url) for _ in range(2)]

    signed = hmac.new(b"the-secret-of-both", delivery.body, "sha256").hexdigest()
    assert delivery.headers["x-om-signature"] == f"sha256={signed}"
    assert (told["endpoint"], told["resources"]) == (subscriber.url, ["user"])
    assert ended == [True, False]
    assert sandbox.subscriptions().empty


def test_a_subscription_that_cannot_be_is_refused(
    project: Project, sandbox: Sandbox, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UsageError) as no_reference:
        sandbox.subscribe("http://127.0.0.1:1", "the-secret-of-both")  # type: ignore[arg-type]
    with pytest.raises(UsageError) as no_address:
        sandbox.subscribe("127.0.0.1:8600/events")
    with pytest.raises(UsageError) as no_type:
        sandbox.subscribe("http://127.0.0.1:1", resources=["tables"])

    assert str(no_reference.value) == snapshot
    pid = project.session.sandbox._service.ensure().pid
    said = [str(each.value).replace(str(pid), "<pid>") for each in (no_address, no_type)]
    assert said == snapshot
