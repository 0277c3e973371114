from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.answers import refusal, statuses

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.client import Client

CONTACTS = "/objects/contact/records"
BULK = CONTACTS + "/bulk"


def contacts(numbers: range, **values: object) -> list[dict[str, object]]:
    return [
        {"external_id": str(number), "email": f"{number}@example.com", **values}
        for number in numbers
    ]


def test_each_record_succeeds_or_fails_alone(
    client: Client, ada: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    client.post(CONTACTS, json=ada)
    records = [
        ada,
        ada | {"score": 1},
        {"external_id": "7", "email": "grace@example.com"},
        {"external_id": "8", "email": "ada@example.com"},
        {"external_id": "9"},
        {"email": "alan@example.com"},
        {"external_id": 10, "email": "joan@example.com"},
        "joan",
    ]

    response = client.post(BULK + "/upsert", json={"records": records})

    assert response.status_code == 200
    assert response.json() == snapshot


def test_an_upsert_repeated_changes_nothing(client: Client) -> None:
    client.post(BULK + "/upsert", json={"records": contacts(range(3))})

    again = client.post(BULK + "/upsert", json={"records": contacts(range(3))})

    assert statuses(again) == ["unchanged"] * 3


def test_an_upsert_updates_what_exists_and_creates_what_does_not(client: Client) -> None:
    client.post(BULK + "/upsert", json={"records": contacts(range(2))})

    mixed = client.post(BULK + "/upsert", json={"records": contacts(range(1, 3), score=5)})

    assert statuses(mixed) == ["updated", "created"]


def test_records_of_one_bulk_are_written_one_after_the_other(client: Client) -> None:
    twice = contacts(range(1)) + contacts(range(1), score=5)

    response = client.post(BULK + "/upsert", json={"records": twice})

    assert statuses(response) == ["created", "updated"]


def test_create_refuses_a_key_that_exists(client: Client) -> None:
    client.post(BULK + "/create", json={"records": contacts(range(1))})

    again = client.post(BULK + "/create", json={"records": contacts(range(2))})

    assert statuses(again) == ["failed", "created"]


def test_update_finds_records_by_their_id(client: Client, snapshot: SnapshotAssertion) -> None:
    created = client.post(BULK + "/create", json={"records": contacts(range(1))}).json()
    record_id = created["results"][0]["id"]
    records = [{"id": record_id, "score": 5}, {"id": "con_0", "score": 5}, {"score": 5}]

    response = client.post(BULK + "/update", json={"records": records})

    assert statuses(response) == ["updated", "failed", "failed"]
    assert response.json() == snapshot


@pytest.mark.parametrize("count", [0, 101])
def test_a_bulk_of_the_wrong_size_is_refused_whole(
    client: Client, count: int, snapshot: SnapshotAssertion
) -> None:
    response = client.post(BULK + "/upsert", json={"records": contacts(range(count))})

    assert refusal(response) == snapshot
    assert client.get(CONTACTS).json()["records"] == []


def test_a_bulk_of_a_hundred_is_taken(client: Client) -> None:
    response = client.post(BULK + "/upsert", json={"records": contacts(range(100))})

    assert statuses(response) == ["created"] * 100


@pytest.mark.parametrize("body", [{}, {"records": {}}, {"records": [], "mode": "fast"}])
def test_a_bulk_body_of_another_shape_is_refused(
    client: Client, body: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    assert refusal(client.post(BULK + "/upsert", json=body)) == snapshot
