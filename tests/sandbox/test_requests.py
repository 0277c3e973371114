"""Requests that are wrong before anything is asked of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.sandbox import crm, records
from devsession.sandbox.access import ApiKeys
from tests.sandbox.answers import refusal
from tests.sandbox.client import Client
from tests.sandbox.conftest import KEY

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

CONTACTS = "/objects/contact/records"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"{'email': 1}", b'{"score": NaN}', b'{"email": "\\ud800"}', b"\xff"]
)
def test_a_body_that_is_not_json_is_refused(client: Client, body: bytes) -> None:
    status, error = refusal(client.post(CONTACTS, content=body, headers=JSON))

    assert (status, error["code"]) == (400, "malformed_json")


def test_a_malformed_body_is_told_where(client: Client, snapshot: SnapshotAssertion) -> None:
    assert refusal(client.post(CONTACTS, content='{"email": ', headers=JSON)) == snapshot


def test_a_body_that_is_no_object_is_refused(client: Client, snapshot: SnapshotAssertion) -> None:
    assert refusal(client.post(CONTACTS, json=[1])) == snapshot


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_type_is_refused(
    client: Client, content_type: str, snapshot: SnapshotAssertion
) -> None:
    headers = {"Content-Type": content_type}

    assert refusal(client.post(CONTACTS, content="{}", headers=headers)) == snapshot


def test_a_charset_may_be_named(client: Client) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}

    assert client.post(CONTACTS, content='{"email": "a@b.test"}', headers=headers).is_success


def test_a_body_that_is_too_large_is_refused(client: Client, snapshot: SnapshotAssertion) -> None:
    assert refusal(client.post(CONTACTS, content=b" " * 4_194_305, headers=JSON)) == snapshot


@pytest.mark.parametrize("path", ["/", "/contacts", "/account/", "/objects/contact/records/1/2"])
def test_an_unknown_address_is_not_found(
    client: Client, path: str, snapshot: SnapshotAssertion
) -> None:
    assert refusal(client.get(path)) == snapshot


def test_a_refused_method_is_answered_with_those_allowed(
    client: Client, snapshot: SnapshotAssertion
) -> None:
    response = client.delete(CONTACTS)

    assert refusal(response) == snapshot
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_a_head_request_is_a_get_without_its_body(client: Client) -> None:
    assert client.head("/account").status_code == 200


def test_a_failure_of_the_app_itself_has_the_same_shape(
    monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(records, "write_all", fail)
    client = Client(
        crm.create_app(ApiKeys([KEY])), {"Authorization": f"Bearer {KEY}"}, raises=False
    )

    response = client.post(CONTACTS + "/bulk/create", json={"records": []})

    assert refusal(response) == snapshot
    assert "mistake of ours" not in response.text
