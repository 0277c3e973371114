"""The description of the app. That answers are as described, `described` holds in every test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from starlette.applications import Starlette

from devsession.sandbox import crm
from devsession.sandbox.access import ApiKeys
from devsession.sandbox.authorize import AUTHORIZE_PATH
from devsession.sandbox.openapi import OPENAPI_PATH
from tests.sandbox.described import check_exchange, description

if TYPE_CHECKING:
    from starlette.routing import Route

    from tests.sandbox.client import Client

PLACES = {
    "object": "contact",
    "id": "con_0",
    "external_id": "0",
    "channel": "general",
    "stream": "customer",
}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_open_to_everybody(anybody: Client) -> None:
    document = anybody.get(OPENAPI_PATH).json()

    assert document == description()
    assert document["openapi"] == "3.1.0"


def test_every_route_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Route] = []
    monkeypatch.setattr(crm, "Starlette", lambda **app: served.extend(app["routes"]) or Starlette())
    crm.create_app(ApiKeys([]))

    assert {
        (method, route.path.replace(":path}", "}"))
        for route in served
        for method in route.methods or ()
        if method != "HEAD" and route.path not in {OPENAPI_PATH, AUTHORIZE_PATH}
    } == {(method, path) for method, path, _ in operations()}


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, path, _ in operations()], ids=str
)
def test_every_described_operation_is_served(method: str, path: str, client: Client) -> None:
    response = client.request(method, path.format(**PLACES))

    assert "unknown_route" not in response.text
    assert response.status_code != 405


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]

    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere() -> None:
    schemas = description()["components"]["schemas"]
    text = json.dumps(description())

    referred = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert referred == schemas.keys()


@pytest.mark.parametrize("name", description()["components"]["schemas"])
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(description()["components"]["schemas"][name])


def test_an_answer_that_is_not_described_is_seen(client: Client) -> None:
    response = client.get("/account")
    response._content = b'{"id": "acc_sandbox"}'

    with pytest.raises(ValidationError):
        check_exchange(response)


def test_a_wide_object_is_described_field_by_field() -> None:
    profile = description()["components"]["schemas"]["profile_new"]

    assert len(profile["properties"]) > 200
    assert profile["required"] == ["name"]


@pytest.mark.parametrize(
    ("name", "values", "is_valid"),
    [
        ("contact_new", {"email": "ada@example.com", "score": 1}, True),
        ("contact_new", {"score": 1}, False),
        ("contact_change", {"score": 1}, True),
        ("contact_change", {"score": "1"}, False),
        ("contact_change", {"score": 2**63}, False),
        ("contact_change", {"id": "con_0"}, False),
        ("contact_change", {"colour": "red"}, False),
        ("order_change", {"lines": [{"product": "Engine", "quantity": 1}]}, True),
        ("order_change", {"lines": [{"product": "Engine"}]}, False),
        ("order_change", {"shipping_address": None}, True),
    ],
)
def test_the_description_refuses_what_the_app_refuses(
    name: str, values: dict[str, Any], is_valid: bool
) -> None:
    schemas = description()["components"]["schemas"]

    assert Draft202012Validator(schemas[name]).is_valid(values) == is_valid
