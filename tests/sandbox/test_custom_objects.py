"""Nested values and wide records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.answers import refusal

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.client import Client

ORDERS = "/objects/order/records"
PROFILES = "/objects/profile/records"


@pytest.fixture
def order() -> dict[str, Any]:
    return {
        "number": "2026-1",
        "customer": {"name": "Ada Lovelace", "email": "ada@example.com"},
        "shipping_address": {
            "city": "London",
            "location": {"latitude": 51.5, "longitude": -0.1},
        },
        "lines": [{"product": "Engine", "quantity": 1, "price": 9.5}],
        "tags": ["new", "☃"],
        "paid": False,
    }


def test_custom_objects_are_listed_on_request(client: Client) -> None:
    usual = client.get("/objects").json()["objects"]
    every = client.get("/objects?custom=true").json()["objects"]

    assert [entry["name"] for entry in every[len(usual) :]] == ["order", "profile"]


def test_the_fields_of_a_nested_value_are_described(
    client: Client, snapshot: SnapshotAssertion
) -> None:
    fields = {field["name"]: field for field in client.get("/objects/order").json()["fields"]}

    assert fields["shipping_address"] == snapshot
    assert "fields" not in fields["tags"]


def test_a_nested_record_comes_back_as_it_was_sent(client: Client, order: dict[str, Any]) -> None:
    created = client.post(ORDERS, json=order)

    stored = client.get(created.headers["Location"]).json()
    assert {name: stored[name] for name in order} == order


def test_a_nested_value_is_written_as_a_whole(client: Client, order: dict[str, Any]) -> None:
    address = f"{ORDERS}/{client.post(ORDERS, json=order).json()['id']}"

    same = client.patch(address, json={"lines": order["lines"]}).json()
    moved = client.patch(address, json={"shipping_address": {"city": "Paris"}}).json()

    assert same["lines"] == order["lines"]
    assert moved["shipping_address"] == {"city": "Paris"}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"customer": "Ada"}, id="text for an object"),
        pytest.param({"customer": {}}, id="nested required"),
        pytest.param({"customer": {"name": ""}}, id="nested required is empty"),
        pytest.param({"customer": {"name": "A", "email": "no"}}, id="nested type"),
        pytest.param({"customer": {"name": "A", "mail": "a@b.test"}}, id="nested unknown"),
        pytest.param({"shipping_address": {"city": "A", "location": {}}}, id="two levels down"),
        pytest.param({"lines": {}}, id="object for a list"),
        pytest.param({"lines": [None]}, id="null in a list"),
        pytest.param(
            {"lines": [{"product": "A", "quantity": 1}, {"product": "B", "quantity": "1"}]},
            id="type in a list",
        ),
        pytest.param({"tags": ["a", 1]}, id="number among texts"),
        pytest.param({"tags": "a"}, id="text for texts"),
    ],
)
def test_a_nested_value_that_breaks_a_rule_is_told_where(
    client: Client, order: dict[str, Any], change: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    assert refusal(client.post(ORDERS, json=order | change)) == snapshot
    assert client.get(ORDERS).json()["records"] == []


def test_a_wide_record_keeps_every_field(client: Client) -> None:
    described = client.get("/objects/profile").json()["fields"]
    texts = [f["name"] for f in described if f["type"] == "text" and not f["read_only"]]

    record = client.post(PROFILES, json={name: f"value of {name}" for name in texts}).json()

    assert len(described) > 200
    assert record.keys() == {field["name"] for field in described}
    assert [record[name] for name in texts] == [f"value of {name}" for name in texts]
