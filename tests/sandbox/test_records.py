from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.answers import refusal

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.client import Client
    from tests.sandbox.conftest import Clock

CONTACTS = "/objects/contact/records"
COMPANIES = "/objects/company/records"


def test_a_created_record_is_found_at_its_location(
    client: Client, ada: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    created = client.post(CONTACTS, json=ada)

    assert created.status_code == 201
    assert client.get(created.headers["Location"]).json() == created.json() == snapshot


def test_an_update_sets_what_is_sent_and_leaves_the_rest(
    client: Client, ada: dict[str, Any], clock: Clock
) -> None:
    before = client.post(CONTACTS, json=ada).json()
    clock.move(minutes=5)

    after = client.patch(f"{CONTACTS}/{before['id']}", json={"score": 100, "phone": "+44 1"})

    assert after.status_code == 200
    assert after.json() == before | {
        "score": 100,
        "phone": "+44 1",
        "updated_at": "2026-01-31T09:05:00.000+00:00",
    }


def test_an_update_that_changes_nothing_leaves_the_time_of_the_last(
    client: Client, ada: dict[str, Any], clock: Clock
) -> None:
    before = client.post(CONTACTS, json=ada).json()
    clock.move(minutes=5)

    assert client.patch(f"{CONTACTS}/{before['id']}", json=ada).json() == before


def test_null_takes_a_value_away(client: Client, ada: dict[str, Any]) -> None:
    record = client.post(CONTACTS, json=ada).json()

    assert client.patch(f"{CONTACTS}/{record['id']}", json={"score": None}).json()["score"] is None


def test_an_upsert_creates_once_and_then_updates(client: Client) -> None:
    address = COMPANIES + "/external/SN-1%2F7"

    first = client.put(address, json={"name": "Acme"})
    second = client.put(address, json={"name": "Acme Ltd"})

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["external_id"] == "SN-1/7"
    assert second.json()["id"] == first.json()["id"]
    assert second.json()["name"] == "Acme Ltd"


def test_an_upsert_refuses_another_key_than_in_its_address(
    client: Client, snapshot: SnapshotAssertion
) -> None:
    response = client.put(COMPANIES + "/external/1", json={"name": "Acme", "external_id": "2"})

    assert refusal(response) == snapshot


def test_an_id_follows_from_the_external_id_or_else_from_the_count(
    client: Client, snapshot: SnapshotAssertion
) -> None:
    keyed = client.post(COMPANIES, json={"name": "Acme", "external_id": "1"}).json()["id"]
    counted = client.post(COMPANIES, json={"name": "Acme"}).json()["id"]

    assert [keyed, counted] == snapshot


def test_an_external_id_that_is_free_again_can_be_used_by_another_record(
    client: Client,
) -> None:
    first = client.put(COMPANIES + "/external/old", json={"name": "Acme"}).json()
    client.patch(f"{COMPANIES}/{first['id']}", json={"external_id": "new"})

    second = client.put(COMPANIES + "/external/old", json={"name": "Other"})

    assert second.status_code == 201
    assert second.json()["id"] != first["id"]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"emial": "eve@example.com"}, id="unknown field"),
        pytest.param({"email": "eve@example.com", "id": "con_1"}, id="read-only field"),
        pytest.param({"first_name": "Eve"}, id="missing required"),
        pytest.param({"email": None}, id="required is null"),
        pytest.param({"email": ""}, id="required is empty"),
        pytest.param({"email": "eve at home"}, id="no email address"),
        pytest.param({"email": "Ada@Example.com"}, id="email of another"),
        pytest.param({"email": "eve@example.com", "external_id": "1815"}, id="key of another"),
        pytest.param({"email": "eve@example.com", "first_name": 5}, id="number for text"),
        pytest.param({"email": "eve@example.com", "score": "5"}, id="text for an integer"),
        pytest.param({"email": "eve@example.com", "score": 5.0}, id="number for an integer"),
        pytest.param({"email": "eve@example.com", "score": True}, id="boolean for an integer"),
        pytest.param({"email": "eve@example.com", "score": 2**63}, id="integer too large"),
        pytest.param({"email": "eve@example.com", "lifetime_value": [1]}, id="list for a number"),
        pytest.param({"email": "eve@example.com", "active": {}}, id="object for a boolean"),
        pytest.param({"email": "eve@example.com", "active": 1}, id="number for a boolean"),
        pytest.param({"email": "eve@example.com", "birthday": "31.12.2000"}, id="no date"),
        pytest.param({"email": "eve@example.com", "birthday": "20001231"}, id="date, short form"),
        pytest.param(
            {"email": "eve@example.com", "last_seen_at": "2026-01-30T08:15:00"},
            id="time without offset",
        ),
    ],
)
def test_a_record_that_breaks_a_rule_is_refused(
    client: Client, ada: dict[str, Any], values: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    client.post(CONTACTS, json=ada)

    assert refusal(client.post(CONTACTS, json=values)) == snapshot
    assert len(client.get(CONTACTS).json()["records"]) == 1


def test_a_number_too_large_to_be_read_is_refused(client: Client) -> None:
    content = '{"name": "Acme", "annual_revenue": 1e999}'
    headers = {"Content-Type": "application/json"}

    status, error = refusal(client.post(COMPANIES, content=content, headers=headers))

    assert (status, error["code"], error["field"]) == (422, "wrong_type", "annual_revenue")


def test_a_refused_update_changes_nothing(client: Client, ada: dict[str, Any]) -> None:
    before = client.post(CONTACTS, json=ada).json()
    address = f"{CONTACTS}/{before['id']}"

    response = client.patch(address, json={"first_name": "Eve", "score": "high"})

    assert response.status_code == 422
    assert client.get(address).json() == before


def test_a_required_value_cannot_be_taken_away(
    client: Client, ada: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    record = client.post(CONTACTS, json=ada).json()

    assert refusal(client.patch(f"{CONTACTS}/{record['id']}", json={"email": None})) == snapshot


def test_the_value_of_a_unique_field_is_free_once_its_holder_gives_it_up(
    client: Client,
) -> None:
    holder = client.post(COMPANIES, json={"name": "Acme", "domain": "acme.test"}).json()
    client.patch(f"{COMPANIES}/{holder['id']}", json={"domain": "other.test"})

    assert client.post(COMPANIES, json={"name": "B", "domain": "acme.test"}).status_code == 201


def test_no_value_is_not_a_duplicate_of_no_value(client: Client) -> None:
    client.post(COMPANIES, json={"name": "Acme", "domain": ""})

    assert client.post(COMPANIES, json={"name": "B", "domain": ""}).status_code == 201


def test_an_unknown_record_is_not_found(client: Client, snapshot: SnapshotAssertion) -> None:
    assert refusal(client.get(CONTACTS + "/con_0")) == snapshot
    assert refusal(client.patch(CONTACTS + "/con_0", json={})) == snapshot
