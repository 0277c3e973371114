"""The team chat, for plugins that send an event a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.answers import refusal

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.client import Client

GENERAL = "/channels/general/messages"


def texts(client: Client, path: str = GENERAL, **parameters: Any) -> tuple[list[str], str | None]:
    answer = client.get(path, params=parameters).json()
    return [message["text"] for message in answer["messages"]], answer["next_cursor"]


def test_a_new_chat_has_one_channel(client: Client) -> None:
    channels = client.get("/channels").json()["channels"]

    assert [channel["name"] for channel in channels] == ["general"]


def test_a_message_is_posted_to_a_channel(client: Client, snapshot: SnapshotAssertion) -> None:
    blocks = [{"type": "header", "text": "Ada"}, {"type": "divider"}]

    posted = client.post(GENERAL, json={"text": "Ada signed up ☃", "blocks": blocks})

    assert posted.status_code == 201
    assert posted.json() == snapshot
    assert texts(client) == (["Ada signed up ☃"], None)


def test_a_channel_is_created_and_has_its_own_messages(client: Client) -> None:
    created = client.post("/channels", json={"name": "sales-2026", "topic": "Deals"})
    client.post("/channels/sales-2026/messages", json={"text": "Won"})
    client.post(GENERAL, json={"text": "Hello"})

    assert created.status_code == 201
    assert texts(client, "/channels/sales-2026/messages") == (["Won"], None)
    assert texts(client) == (["Hello"], None)


def test_the_same_text_twice_is_two_messages(client: Client) -> None:
    client.post(GENERAL, json={"text": "Hello"})
    client.post(GENERAL, json={"text": "Hello"})

    assert texts(client) == (["Hello", "Hello"], None)


def test_a_message_with_a_key_is_posted_once(client: Client) -> None:
    message = {"text": "Ada signed up", "idempotency_key": "run 7, record 1"}

    first = client.post(GENERAL, json=message)
    again = client.post(GENERAL, json=message)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert texts(client) == (["Ada signed up"], None)


def test_a_key_of_another_message_is_refused(client: Client, snapshot: SnapshotAssertion) -> None:
    client.post(GENERAL, json={"text": "Ada", "idempotency_key": "1"})

    assert refusal(client.post(GENERAL, json={"text": "Eve", "idempotency_key": "1"})) == snapshot
    assert texts(client) == (["Ada"], None)


def test_messages_come_page_by_page(client: Client) -> None:
    client.post("/channels", json={"name": "other"})
    client.post(GENERAL, json={"text": "one"})
    client.post("/channels/other/messages", json={"text": "not here"})
    client.post(GENERAL, json={"text": "two"})

    first, cursor = texts(client, limit=1)
    rest, end = texts(client, limit=1, cursor=cursor)

    assert (first, rest, end) == (["one"], ["two"], None)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({}, id="no text"),
        pytest.param({"text": ""}, id="empty text"),
        pytest.param({"text": 7}, id="number for text"),
        pytest.param({"text": "☃" * 4_001}, id="text too long"),
        pytest.param({"text": "a", "blocks": [{"type": "a"}] * 51}, id="too many blocks"),
        pytest.param({"text": "a", "blocks": "a"}, id="text for blocks"),
        pytest.param({"text": "a", "blocks": ["a"]}, id="a block that is no object"),
        pytest.param({"text": "a", "blocks": [{"type": "a"}, {"text": "a"}]}, id="no type"),
        pytest.param({"text": "a", "blocks": [{"type": "a", "txt": "b"}]}, id="unknown in block"),
        pytest.param({"text": "a", "channel": "other"}, id="another channel"),
        pytest.param({"text": "a", "idempotency_key": 1}, id="number for a key"),
        pytest.param({"txet": "a"}, id="misspelt"),
    ],
)
def test_a_message_that_breaks_a_rule_is_refused(
    client: Client, message: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    assert refusal(client.post(GENERAL, json=message)) == snapshot
    assert texts(client) == ([], None)


def test_an_unknown_channel_is_answered_with_the_nearest(
    client: Client, snapshot: SnapshotAssertion
) -> None:
    assert refusal(client.post("/channels/genral/messages", json={"text": "a"})) == snapshot
    assert refusal(client.get("/channels/genral/messages")) == snapshot


@pytest.mark.parametrize("name", [None, "", "Sales", "#sales", "a b", "a" * 81, 7, "general"])
def test_a_channel_that_breaks_a_rule_is_refused(
    client: Client, name: object, snapshot: SnapshotAssertion
) -> None:
    assert refusal(client.post("/channels", json={"name": name})) == snapshot
