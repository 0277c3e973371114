"""Deleting: one by one and bulk, by id and by external id, once and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.answers import refusal, statuses

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.client import Client
    from tests.sandbox.conftest import Clock

CONTACTS = "/objects/contact/records"


@pytest.fixture
def ada_id(client: Client, ada: dict[str, Any]) -> str:
    return str(client.post(CONTACTS, json=ada).json()["id"])


def test_a_delete_answers_with_the_tombstone(
    client: Client, ada_id: str, clock: Clock, snapshot: SnapshotAssertion
) -> None:
    clock.move(minutes=5)

    response = client.delete(f"{CONTACTS}/{ada_id}")

    assert response.status_code == 200
    assert response.json() == snapshot
    assert client.get(CONTACTS).json()["records"] == []


def test_a_deleted_record_is_gone_and_says_so(
    client: Client, ada_id: str, snapshot: SnapshotAssertion
) -> None:
    client.delete(f"{CONTACTS}/{ada_id}")

    assert refusal(client.get(f"{CONTACTS}/{ada_id}")) == snapshot
    assert refusal(client.patch(f"{CONTACTS}/{ada_id}", json={"score": 1})) == snapshot


@pytest.mark.usefixtures("ada_id")
def test_a_delete_may_be_repeated_when_its_answer_was_lost(client: Client, clock: Clock) -> None:
    first = client.delete(CONTACTS + "/external/1815")
    clock.move(minutes=5)
    again = client.delete(CONTACTS + "/external/1815")

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()


def test_what_never_existed_cannot_be_deleted(client: Client, snapshot: SnapshotAssertion) -> None:
    assert refusal(client.delete(CONTACTS + "/con_0")) == snapshot
    assert refusal(client.delete(CONTACTS + "/external/1815")) == snapshot


def test_what_was_deleted_can_be_created_anew(
    client: Client, ada: dict[str, Any], ada_id: str
) -> None:
    client.delete(f"{CONTACTS}/{ada_id}")

    anew = client.put(CONTACTS + "/external/1815", json=ada)

    assert anew.status_code == 201
    assert anew.json()["id"] != ada_id
    assert len(client.get(CONTACTS).json()["records"]) == 1


def test_a_bulk_deletes_by_either_id_each_record_alone(
    client: Client, ada_id: str, snapshot: SnapshotAssertion
) -> None:
    client.post(CONTACTS, json={"external_id": "7", "email": "grace@example.com"})
    records = [
        {"id": ada_id},
        {"external_id": "7"},
        {"external_id": "7"},
        {"external_id": "8"},
        {"external_id": ""},
        {"external_id": 7},
        {"id": "con_0"},
        {"id": ada_id, "score": 1},
        {},
        "con_0",
    ]

    response = client.post(CONTACTS + "/bulk/delete", json={"records": records})

    assert statuses(response) == ["deleted", "deleted", "unchanged"] + ["failed"] * 7
    assert response.json() == snapshot
    assert client.get(CONTACTS).json()["records"] == []
