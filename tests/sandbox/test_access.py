from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.answers import refusal
from tests.sandbox.conftest import KEY

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.client import Client


def test_the_account_tells_whose_key_it_is(client: Client) -> None:
    assert client.get("/account").json() == {
        "id": "acc_sandbox",
        "name": "Sandbox CRM",
        "limits": {"bulk_records": 100, "page_records": 500},
    }


def test_a_request_without_a_key_is_told_how_to_send_one(
    client: Client, snapshot: SnapshotAssertion
) -> None:
    del client.headers["Authorization"]

    response = client.get("/account")

    assert refusal(response) == snapshot
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", [KEY, f"Basic {KEY}", "Bearer", "Bearer ", f"Bearer {KEY} x"])
def test_a_malformed_header_is_told_its_right_form(
    client: Client, header: str, snapshot: SnapshotAssertion
) -> None:
    response = client.get("/account", headers={"Authorization": header})

    assert refusal(response) == snapshot
    assert KEY not in response.text


def test_an_unknown_key_is_refused_and_not_repeated(
    client: Client, snapshot: SnapshotAssertion
) -> None:
    response = client.get("/account", headers={"Authorization": "Bearer sbx_other"})

    assert refusal(response) == snapshot
    assert "sbx_other" not in response.text


def test_the_scheme_may_be_written_in_any_case(client: Client) -> None:
    assert client.get("/account", headers={"Authorization": f"bearer {KEY}"}).is_success


def test_a_key_may_be_the_password_of_any_user(client: Client) -> None:
    pair = b64encode(f"ada:{KEY}".encode()).decode()

    assert client.get("/account", headers={"Authorization": f"Basic {pair}"}).is_success


def test_who_has_no_key_cannot_ask_what_exists(client: Client) -> None:
    del client.headers["Authorization"]

    assert client.get("/objects/unicorn").status_code == 401
    assert client.get("/nowhere").status_code == 401


def test_each_request_gets_an_id_and_ids_count_up(client: Client) -> None:
    answers = [client.get("/account"), client.get("/nowhere")]

    assert [each.headers["X-Request-Id"] for each in answers] == ["req_000001", "req_000002"]
