"""The mapper of a live form, from Python's side of the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from devsession.errors import WarehouseError
from devsession.notebook.form_widget import FormWidget
from devsession.notebook.sample import Sample
from devsession.plugin.source_column import SourceColumn
from tests.notebook.conftest import Page

if TYPE_CHECKING:
    from devsession.plugin.form import Form


def mapped(page: Page) -> dict[str, str]:
    return {name: each["value"] for name, each in page.state["mapper"]["mapping"].items()}


def suggested(page: Page) -> dict[str, str]:
    return {name: each["column"] for name, each in page.state["mapper"]["suggested"].items()}


def test_suggestions_are_accepted_and_refused_on_the_page(sync_page: Page) -> None:
    sync_page.send(type="set", name="object", value="contact")

    sync_page.send(type="match")
    assert suggested(sync_page) == {"email": "EMAIL", "first": "FIRST", "last": "LAST"}

    sync_page.send(type="refuse", fields=["last"])
    sync_page.send(type="match")
    assert suggested(sync_page) == {"email": "EMAIL", "first": "FIRST"}

    sync_page.send(type="accept", fields=["first"])
    assert mapped(sync_page) == {"first": "FIRST"}
    sync_page.send(type="accept", fields=[])
    assert mapped(sync_page) == {"first": "FIRST", "email": "EMAIL"}

    sync_page.send(type="clear")
    assert mapped(sync_page) == {}


def test_that_nothing_matches_is_said(sync_page: Page) -> None:
    sync_page.send(type="set", name="object", value="contact")
    sync_page.send(type="match")
    sync_page.send(type="refuse", fields=[])

    sync_page.send(type="match")

    assert sync_page.state["message"] == {
        "text": "no column is like a field that is not mapped",
        "is_error": False,
    }


def test_before_there_are_fields_of_the_app_the_page_says_what_is_needed(sync_page: Page) -> None:
    sync_page.send(type="match")

    assert "once 'object' is answered" in sync_page.state["message"]["text"]


def test_what_is_offered_is_not_sent_again_with_each_change(sync_page: Page) -> None:
    sync_page.send(type="set", name="object", value="contact")
    sent: list[str] = []
    sync_page.widget.observe(lambda change: sent.append(change["name"]))

    sync_page.send(type="map", field="email", source="EMAIL")

    assert set(sent) == {"state"}
    assert "columns" not in json.dumps(sync_page.state)


def test_a_look_shows_columns_and_records_and_leaves_the_message(sync_form: Form) -> None:
    sync_form.look_up_columns_by(lambda: [SourceColumn("EMAIL", "text", ("ann@example.com",))])
    widget = FormWidget(
        sync_form,
        title="Sync contacts",
        on_save=lambda: "saved",
        fill_call=lambda: "contacts.fill(..)",
        sample=lambda: Sample(("IDENTIFIER",), [["1"]]),
    )
    page = Page(widget)
    page.send(type="set", name="object", value="contact")
    page.send(type="map", field="email", source="EMAIL")
    page.send(type="action", name="save")

    page.send(type="look")

    known = {column["name"]: column for column in widget.offered["columns"]}
    assert known["EMAIL"] == {"name": "EMAIL", "kind": "text", "samples": ("ann@example.com",)}
    assert widget.sample["rows"] == [["1"]]
    assert page.state["message"]["text"] == "saved"


def test_a_source_that_cannot_be_read_is_said_where_the_records_would_stand(
    sync_page: Page, sync_form: Form
) -> None:
    def look_up() -> list[SourceColumn]:
        raise WarehouseError("the warehouse is gone")

    sync_form.look_up_columns_by(look_up)

    sync_page.send(type="look")

    assert sync_page.widget.sample["error"] == "the warehouse is gone"
