"""A new option, asked for and made in a small form of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devsession.notebook.creating import CreatorPart
from devsession.notebook.form_widget import FormWidget
from devsession.plugin import (
    DynamicFormOptionsDataSource,
    FormDropdownField,
    FormFieldMappingSelector,
    FormInputField,
    FormOption,
    NewOptionCreator,
    OutboundSyncConfigurationForm,
    StaticFormOptionsDataSource,
)
from devsession.plugin.form import Form

from .conftest import Page, options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.plugin.fields import FormField


class App:
    """Makes lists and fields, unless it is broken."""

    def __init__(self) -> None:
        self.broken = ""
        self.asked = 0

    def form(self, parameters: Any) -> list[FormField]:
        self.asked += 1
        if self.broken == "form":
            raise ConnectionError("no answer")
        kind = parameters["kind"].value
        colours = DynamicFormOptionsDataSource(source_function=self.colours)
        return [
            FormInputField(name="name", label=f"Name of the {kind}", required=True),
            FormDropdownField(name="colour", label="Colour", data_source=colours),
        ]

    def colours(self, parameters: Any) -> list[FormOption]:
        if self.broken == "colours":
            raise ConnectionError("no colours")
        return options("red")

    def make(self, parameters: Any, values: Any) -> FormOption:
        if self.broken == "make":
            raise ConnectionError("401 for key hush")
        name = values["name"].value
        return FormOption(value=name.lower(), label=name)


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def form(app: App) -> Form:
    creator = NewOptionCreator(creation_form_function=app.form, creation_complete_function=app.make)
    source = StaticFormOptionsDataSource(values=options("open"), new_option_creator=creator)
    fields = [
        FormInputField(name="kind", label="Kind"),
        FormDropdownField(name="list", label="List", depends_on="kind", data_source=source),
    ]
    mapper = FormFieldMappingSelector(label="Fields", depends_on="kind", data_source=source)
    return Form(
        OutboundSyncConfigurationForm(fields=fields, mapper=mapper),
        title="the form of the sync contacts",
        parameters=lambda form: form.values,
        redact=lambda text: text.replace("hush", "REDACTED"),
        columns=["ID"],
    )


@pytest.fixture
def page(form: Form) -> Iterator[Page]:
    """The form of a sync on a page, with its kind answered."""
    form.set("kind", "contact")
    widget = FormWidget(
        form,
        title="Sync contacts",
        on_save=lambda: "saved",
        fill_call=lambda: f"contacts.fill({', '.join(form.values)})",
        parts={"creator": CreatorPart(form)},
    )
    yield Page(widget)
    widget.close()


def small(page: Page) -> dict[str, Any]:
    return dict(page.state["creator"])


def labels(page: Page) -> list[str]:
    return [field["label"] for field in small(page)["fields"]]


def errors(page: Page) -> list[str]:
    return [field["error"] for field in small(page)["fields"]]


def test_fields_that_take_new_options_say_so(page: Page) -> None:
    assert page.field("list")["can_create"]
    assert page.state["mapper"]["can_create"]
    assert "can_create" not in page.field("kind")
    assert page.state["creator"] is None


def test_an_option_is_asked_for_made_and_chosen(page: Page) -> None:
    page.send(type="new_option", name="list")
    assert small(page)["title"] == "New option for List"
    assert labels(page) == ["Name of the contact", "Colour"]

    page.send(type="fill_option", name="name", value="Late")
    page.send(type="add_option")

    assert page.state["creator"] is None
    assert page.state["message"] == {"text": "Late was added and chosen.", "is_error": False}
    assert page.field("list")["value"] == "late"
    assert page.state["fill_call"] == "contacts.fill(kind, list)"


def test_a_field_of_the_app_is_added_to_the_mapper(page: Page) -> None:
    page.send(type="new_option", name="mapping")
    assert small(page)["title"] == "New field of the app"
    page.send(type="fill_option", name="name", value="Colour")
    page.send(type="add_option")

    assert page.state["message"]["text"] == "Colour was added."
    offered = [field["value"] for field in page.widget.offered["app_fields"]]
    assert offered == ["open", "colour"]


def test_what_is_missing_is_marked_in_the_small_form(page: Page) -> None:
    page.send(type="new_option", name="list")
    page.send(type="add_option")

    assert errors(page) == ["is required", ""]
    assert small(page)["error"] == "Add needs these first: Name of the contact"
    page.send(type="fill_option", name="name", value="Late")
    assert (errors(page), small(page)["error"]) == (["", ""], "")


def test_what_the_plugin_raises_shows_in_the_small_form(page: Page, app: App) -> None:
    app.broken = "make"
    page.send(type="new_option", name="list")
    page.send(type="fill_option", name="name", value="Late")
    page.send(type="add_option")

    assert "make() raised ConnectionError: 401 for key REDACTED" in small(page)["error"]
    assert page.state["message"]["text"] == ""
    app.broken = ""
    page.send(type="add_option")
    assert page.field("list")["value"] == "late"


def test_a_plugin_that_cannot_say_what_it_asks_for_is_asked_again_on_demand(
    page: Page, app: App
) -> None:
    app.broken = "form"
    page.send(type="new_option", name="list")
    page.send(type="set", name="kind", value="contact")

    assert "form() raised ConnectionError: no answer" in small(page)["error"]
    assert [action["label"] for action in small(page)["actions"]] == ["Cancel", "Try again"]
    assert app.asked == 1
    app.broken = ""
    page.send(type="new_option", name="list")
    assert [action["label"] for action in small(page)["actions"]] == ["Cancel", "Add"]


def test_cancel_forgets_what_was_filled_in(page: Page) -> None:
    page.send(type="new_option", name="list")
    page.send(type="fill_option", name="name", value="Late")
    page.send(type="cancel_option")
    assert page.state["creator"] is None

    page.send(type="new_option", name="list")
    assert small(page)["fields"][0]["value"] == ""


def test_a_cell_fills_in_the_form_that_is_open(page: Page, form: Form) -> None:
    page.send(type="new_option", name="list")
    form.creator("list").set("name", "By name")
    assert small(page)["fields"][0]["value"] == "By name"


def test_another_answer_asks_for_the_small_form_anew_and_keeps_what_fits(page: Page) -> None:
    page.send(type="new_option", name="list")
    page.send(type="fill_option", name="name", value="Late")
    page.send(type="set", name="kind", value="company")

    assert labels(page) == ["Name of the company", "Colour"]
    assert small(page)["fields"][0]["value"] == "Late"


def test_a_small_form_waits_for_what_its_field_waits_for(page: Page) -> None:
    page.send(type="set", name="kind", value="")
    page.send(type="new_option", name="list")
    assert small(page)["error"] == "is asked for once 'kind' is answered"


def test_a_field_that_went_away_takes_its_small_form_along(page: Page, form: Form) -> None:
    page.send(type="new_option", name="list")
    form.reload(OutboundSyncConfigurationForm(fields=[FormInputField(name="kind", label="Kind")]))
    assert page.state["creator"] is None


def test_options_of_the_small_form_are_fetched_once_more(page: Page, app: App) -> None:
    app.broken = "colours"
    page.send(type="new_option", name="list")
    assert "no colours" in errors(page)[1]

    app.broken = ""
    page.send(type="retry_option", name="colour")
    assert errors(page) == ["", ""]
    assert [option["value"] for option in small(page)["fields"][1]["options"]] == ["red"]
    page.send(type="stop_option", name="colour")
    assert errors(page) == ["", ""]


def test_what_is_typed_into_a_small_form_that_was_closed_goes_nowhere(page: Page) -> None:
    page.send(type="new_option", name="list")
    page.send(type="cancel_option")
    page.send(type="fill_option", name="name", value="Late")
    assert page.state["creator"] is None
    assert page.state["message"]["text"] == ""
