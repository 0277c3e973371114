"""Records in a folder: what an app that is started again goes on from."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import requests

from devsession.errors import ServiceError, SetupError, UsageError
from devsession.sandbox import sandbox_key, sandbox_service, start_sandbox, stop_sandbox
from devsession.sandbox.access import ApiKeys
from devsession.sandbox.crm import create_app
from devsession.sandbox.kept import FILE_NAME, Kept
from tests.sandbox.answers import refusal, statuses
from tests.sandbox.client import Client
from tests.sandbox.conftest import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.conftest import Clock

CONTACTS = "/objects/contact/records"
GENERAL = "/channels/general/messages"


class Restarting:
    """An app on one folder, which can be started again."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self.kept = Kept(folder)

    def client(self) -> Client:
        app = create_app(ApiKeys([KEY]), self._clock, kept=self.kept)
        return Client(app, {"Authorization": f"Bearer {KEY}"})

    def restarted(self) -> Client:
        self.kept.close()
        self.kept = Kept(self._folder)
        return self.client()


@pytest.fixture
def restarting(tmp_path: Path, clock: Clock) -> Iterator[Restarting]:
    restarting = Restarting(tmp_path / "data", clock)
    yield restarting
    restarting.kept.close()


def everything(client: Client, **parameters: Any) -> object:
    return client.get(CONTACTS, params={"include_deleted": "true", **parameters}).json()


def test_practice_streams_go_on_as_they_were_set_and_changed(restarting: Restarting) -> None:
    client = restarting.client()
    client.patch("/_control/streams/task", json={"records": 12})
    client.patch("/_control/streams/project", json={"records": 4})
    client.post("/_control/streams/task/changes", json={"changed": 5, "deleted": 2, "added": 1})
    client.patch("/_control/streams/task", json={"fails_at_page": 9})
    tasks = "/streams/task/records?include_deleted=true&parent_id=pro_000000{}"
    before = [client.get(tasks.format(number)).json() for number in range(4)]

    again = restarting.restarted()
    after = [again.get(tasks.format(number)).json() for number in range(4)]

    assert len([record for each in before for record in each["records"]]) == 13
    assert after == before
    assert again.get("/_control/streams/task").json() == {
        "records": 12,
        "seed": 0,
        "page_seconds": 0,
        "fails_at_page": 9,
        "fails": "once",
    }


def test_a_change_of_a_stream_that_cannot_be_kept_did_not_happen(restarting: Restarting) -> None:
    client = restarting.client()
    restarting.kept.close()

    answer = client.post("/_control/streams/project/changes", json={"deleted": 5})

    assert answer.status_code == 507
    assert len(client.get("/streams/project/records").json()["records"]) == 20


def test_records_tombstones_and_messages_are_there_again(
    restarting: Restarting, ada: dict[str, Any]
) -> None:
    client = restarting.client()
    ada_id = client.post(CONTACTS, json=ada).json()["id"]
    client.post(CONTACTS, json={"external_id": "7", "email": "grace@example.com"})
    client.patch(f"{CONTACTS}/{ada_id}", json={"score": 1})
    client.delete(CONTACTS + "/external/7")
    client.post(GENERAL, json={"text": "Hello ☃", "blocks": [{"type": "divider"}]})
    before = everything(client), client.get(GENERAL).json(), client.get("/channels").json()

    after = restarting.restarted()

    assert (everything(after), after.get(GENERAL).json(), after.get("/channels").json()) == before


def test_what_was_unique_still_is(restarting: Restarting, ada: dict[str, Any]) -> None:
    restarting.client().post(CONTACTS, json=ada)

    after = restarting.restarted()

    assert refusal(after.post(CONTACTS, json=ada))[1]["code"] == "duplicate_value"
    assert after.put(CONTACTS + "/external/1815", json=ada).status_code == 200


def test_a_delete_may_be_repeated_after_a_restart(
    restarting: Restarting, ada: dict[str, Any]
) -> None:
    client = restarting.client()
    client.post(CONTACTS, json=ada)
    client.delete(CONTACTS + "/external/1815")

    again = restarting.restarted().post(
        CONTACTS + "/bulk/delete", json={"records": [{"external_id": "1815"}]}
    )

    assert statuses(again) == ["unchanged"]


def test_ids_go_on_as_if_there_had_been_no_restart(
    restarting: Restarting, client: Client, ada: dict[str, Any]
) -> None:
    first, second = {"email": "a@example.com"}, {"email": "b@example.com"}
    uninterrupted = [client.post(CONTACTS, json=each).json()["id"] for each in (first, second)]

    interrupted = [
        restarting.client().post(CONTACTS, json=first).json()["id"],
        restarting.restarted().post(CONTACTS, json=second).json()["id"],
    ]

    assert interrupted == uninterrupted


def test_cursors_outlive_a_restart(restarting: Restarting) -> None:
    client = restarting.client()
    records = [{"external_id": str(n), "email": f"{n}@example.com"} for n in range(4)]
    client.post(CONTACTS + "/bulk/create", json={"records": records})
    client.put(CONTACTS + "/external/0", json={"score": 1})
    since = {"updated_since": "2026-01-31T00:00:00+00:00", "limit": 2}
    by_age = client.get(CONTACTS, params={"limit": 2}).json()["next_cursor"]
    by_change = client.get(CONTACTS, params=since).json()["next_cursor"]

    after = restarting.restarted()

    older = after.get(CONTACTS, params={"cursor": by_age}).json()["records"]
    changed = after.get(CONTACTS, params={**since, "cursor": by_change}).json()["records"]
    assert [record["external_id"] for record in older] == ["2", "3"]
    assert [record["external_id"] for record in changed] == ["3", "0"]


def test_a_record_that_cannot_be_written_is_refused_and_is_not_there(
    restarting: Restarting, ada: dict[str, Any]
) -> None:
    client = restarting.client()
    record = client.post(CONTACTS, json=ada).json()
    restarting.kept.close()

    status, error = refusal(client.patch(f"{CONTACTS}/{record['id']}", json={"external_id": "2"}))

    assert (status, error["code"]) == (507, "not_kept")
    assert client.get(f"{CONTACTS}/{record['id']}").json() == record
    assert refusal(client.put(CONTACTS + "/external/2", json={"email": ada["email"]}))[0] == 409


@pytest.mark.usefixtures("restarting")
def test_two_apps_cannot_use_one_folder(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(SetupError) as raised:
        Kept(tmp_path / "data")

    assert str(raised.value).replace(str(tmp_path), "<folder>") == snapshot


def test_a_damaged_file_is_not_overwritten(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    file = tmp_path / FILE_NAME
    file.write_text("no database, but somebody's file")

    with pytest.raises(SetupError) as raised:
        Kept(tmp_path)

    assert str(raised.value).replace(str(tmp_path), "<folder>") == snapshot
    assert file.read_text() == "no database, but somebody's file"


def test_a_file_of_another_format_is_left_alone(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as database:
        database.execute("pragma user_version = 99")

    with pytest.raises(SetupError) as raised:
        Kept(tmp_path)

    assert str(raised.value).replace(str(tmp_path), "<folder>") == snapshot


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    stop_sandbox(tmp_path)


def companies(workspace: Path, *names: str) -> list[str]:
    """The names of all companies, after these were created."""
    address = sandbox_service(workspace).ensure()
    url = f"http://{address.host}:{address.port}/objects/company/records"
    headers = {"Authorization": f"Bearer {sandbox_key(workspace)}"}
    for name in names:
        requests.post(url, json={"name": name}, headers=headers, timeout=30).raise_for_status()
    records = requests.get(url, headers=headers, timeout=30).json()["records"]
    return [record["name"] for record in records]


def test_a_process_that_is_killed_goes_on_from_what_it_answered(workspace: Path) -> None:
    address = start_sandbox(workspace, workspace / "data")
    companies(workspace, "Acme", "Other")

    process = psutil.Process(address.pid)
    process.kill()
    process.wait(30)

    assert companies(workspace) == ["Acme", "Other"]


def test_a_stopped_one_goes_on_when_it_is_given_the_folder_again(workspace: Path) -> None:
    start_sandbox(workspace, workspace / "data")
    companies(workspace, "Acme")

    stop_sandbox(workspace)
    assert companies(workspace) == []
    stop_sandbox(workspace)
    start_sandbox(workspace, workspace / "data")

    assert companies(workspace) == ["Acme"]


def test_a_folder_that_cannot_be_used_is_told_and_forgotten(workspace: Path) -> None:
    (workspace / "data").touch()

    with pytest.raises(ServiceError, match="cannot keep its records in this folder"):
        start_sandbox(workspace, workspace / "data")

    assert companies(workspace) == []


def test_one_that_runs_cannot_be_given_another_folder(
    workspace: Path, snapshot: SnapshotAssertion
) -> None:
    start_sandbox(workspace)

    with pytest.raises(UsageError) as raised:
        start_sandbox(workspace, workspace / "data")

    assert str(raised.value).replace(str(workspace), "<folder>") == snapshot
