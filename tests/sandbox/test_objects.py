from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.answers import refusal

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.client import Client


def test_a_dropdown_is_filled_from_the_list_of_objects(client: Client) -> None:
    assert client.get("/objects").json() == {
        "objects": [
            {"name": "contact", "label": "Contact"},
            {"name": "company", "label": "Company"},
            {"name": "deal", "label": "Deal"},
        ]
    }


def test_a_mapper_is_filled_from_the_fields_of_an_object(client: Client) -> None:
    fields = client.get("/objects/contact").json()["fields"]

    assert fields[2] == {
        "name": "email",
        "label": "Email",
        "type": "email",
        "required": True,
        "unique": True,
        "read_only": False,
        "help": "Two that differ only in upper and lower case are the same",
    }


def test_what_the_app_sets_itself_is_read_only(client: Client) -> None:
    fields = client.get("/objects/company").json()["fields"]

    read_only = [field["name"] for field in fields if field["read_only"]]

    assert read_only == ["id", "created_at", "updated_at"]


def test_an_unknown_object_is_answered_with_the_nearest(
    client: Client, snapshot: SnapshotAssertion
) -> None:
    assert refusal(client.get("/objects/contacts")) == snapshot
