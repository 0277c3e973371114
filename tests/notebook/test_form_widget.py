"""The live form, from Python's side of the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from devsession.errors import ConnectError
from devsession.notebook.form_widget import FormWidget
from devsession.plugin.mapping import expression
from tests.notebook.conftest import Page

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from devsession.plugin.form import Form


def raising(error: Exception) -> object:
    def action() -> str:
        raise error

    return action


def page_that_raises(form: Form, error: Exception) -> Page:
    """A page whose Save raises; the form needs no answers."""
    form.fill(method="Anonymous", tenant_url="https://acme.test")
    widget = FormWidget(form, title="Connect", on_save=raising(error), fill_call=lambda: ".fill()")
    return Page(widget)


def test_what_is_typed_reaches_the_form(connection_page: Page, connection_form: Form) -> None:
    connection_page.send(type="set", name="tenant_url", value="https://acme.test")

    assert connection_form.values["tenant_url"].value == "https://acme.test"
    assert connection_page.field("tenant_url")["value"] == "https://acme.test"


def test_a_change_offers_the_options_that_depend_on_it(connection_page: Page) -> None:
    waiting = connection_page.field("region")

    connection_page.send(type="set", name="tenant_url", value="https://acme.test")

    assert (waiting["waits_for"], waiting["options"]) == ("fill in Tenant URL first", [])
    offered = connection_page.field("region")["options"]
    assert [option["value"] for option in offered] == ["eu", "us"]


def test_a_secret_reaches_the_form_and_the_page_knows_only_that_it_is_set(
    connection_page: Page, connection_form: Form
) -> None:
    connection_page.send(type="secret", name="api_key", value="canary-7f3a")

    assert connection_form.secrets == {"api_key": "canary-7f3a"}
    assert connection_page.field("api_key")["is_set"] is True
    assert "canary-7f3a" not in json.dumps(connection_page.widget.get_state(), default=str)


def test_another_connection_method_shows_its_fields(connection_page: Page) -> None:
    connection_page.send(type="choose", method="Anonymous")

    assert [field["name"] for field in connection_page.state["fields"]] == ["tenant_url"]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("EMAIL", {"type": "column_name", "value": "EMAIL"}),
        ("= lower(EMAIL)", {"type": "expression", "value": "lower(EMAIL)"}),
    ],
)
def test_a_field_of_the_app_is_mapped(sync_page: Page, typed: str, stored: dict[str, str]) -> None:
    sync_page.send(type="set", name="object", value="contact")

    sync_page.send(type="map", field="email", source=typed)

    assert sync_page.state["mapper"]["mapping"] == {"email": stored}


@pytest.mark.parametrize("typed", ["", "  ", "="])
def test_an_empty_source_unmaps(sync_page: Page, sync_form: Form, typed: str) -> None:
    sync_form.fill(object="contact", mapping={"email": "EMAIL", "first": expression("FIRST")})

    sync_page.send(type="map", field="first", source=typed)

    assert list(sync_page.state["mapper"]["mapping"]) == ["email"]


def test_a_column_that_does_not_exist_is_an_error_at_its_row(sync_page: Page) -> None:
    sync_page.send(type="set", name="object", value="contact")

    sync_page.send(type="map", field="email", source="EMIAL")

    assert "'EMAIL'" in sync_page.state["mapper"]["errors"]["email"]


def test_test_says_how_it_went(connection_page: Page) -> None:
    connection_page.send(type="set", name="tenant_url", value="https://acme.test")
    connection_page.send(type="secret", name="api_key", value="canary-7f3a")

    connection_page.send(type="action", name="test")

    assert connection_page.done == ["test"]
    assert connection_page.state["message"] == {"text": "connected: Acme", "is_error": False}


def test_an_action_waits_for_required_answers_and_marks_them(connection_page: Page) -> None:
    connection_page.send(type="action", name="save")

    assert connection_page.done == []
    assert connection_page.state["message"] == {
        "text": "Save needs these first: Tenant URL, API key",
        "is_error": True,
    }
    assert connection_page.field("api_key")["error"] == "is required"


def test_a_mark_goes_when_the_answer_comes(connection_page: Page) -> None:
    connection_page.send(type="action", name="save")

    connection_page.send(type="secret", name="api_key", value="canary-7f3a")

    assert connection_page.field("api_key")["error"] == ""
    assert connection_page.field("tenant_url")["error"] == "is required"
    assert connection_page.state["message"]["text"] == ""


def test_an_action_marks_what_the_app_requires_in_the_mapper(sync_page: Page) -> None:
    sync_page.send(type="set", name="object", value="contact")

    sync_page.send(type="action", name="save")

    assert sync_page.state["message"]["text"] == "Save needs these first: Fields"
    assert sync_page.state["mapper"]["errors"] == {"email": "is required"}


def test_a_refused_column_keeps_save_from_saving_the_one_before(
    sync_page: Page, sync_form: Form
) -> None:
    sync_form.fill(object="contact", mapping={"email": "EMAIL"})
    sync_page.send(type="map", field="email", source="EMIAL")

    sync_page.send(type="action", name="save")

    assert sync_page.state["message"]["is_error"] is True


def test_an_error_of_an_action_is_shown_in_the_form(
    connection_form: Form, snapshot: SnapshotAssertion
) -> None:
    refused = ConnectError("Acme refused the key", where="GET /me", next_step="check the key")
    page = page_that_raises(connection_form, refused)

    page.send(type="action", name="save")

    assert page.state["message"] == snapshot


def test_an_unexpected_error_is_told_without_its_text(
    connection_form: Form, snapshot: SnapshotAssertion
) -> None:
    page = page_that_raises(connection_form, ValueError("canary-7f3a is not a key"))

    page.send(type="action", name="save")

    assert page.state["message"] == snapshot


def test_every_message_is_answered_even_one_that_is_refused(connection_page: Page) -> None:
    connection_page.send(type="set", name="no_such_field", value="x")

    assert connection_page.state["answered"] == "page-1"
    assert "no_such_field" in connection_page.state["message"]["text"]


def test_fill_in_a_cell_shows_on_the_page(connection_page: Page, connection_form: Form) -> None:
    connection_form.fill(method="Anonymous", tenant_url="https://acme.test")

    assert connection_page.state["method"] == "Anonymous"
    assert connection_page.field("tenant_url")["value"] == "https://acme.test"


def test_only_a_form_that_can_be_tested_has_a_test_button(
    connection_page: Page, sync_page: Page
) -> None:
    labels = [
        [action["label"] for action in page.state["actions"]]
        for page in (connection_page, sync_page)
    ]

    assert labels == [["Test", "Save"], ["Save"]]


def test_shown_without_widgets_it_is_text_and_static_html(
    connection_page: Page, snapshot: SnapshotAssertion
) -> None:
    connection_page.send(type="secret", name="api_key", value="canary-7f3a")

    data, _ = connection_page.widget._repr_mimebundle_()

    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == repr(connection_page.widget) == snapshot(name="text")
    assert data["text/html"] == snapshot(name="html")
