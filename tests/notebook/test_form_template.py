"""A form with a template: live, and as a picture."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from devsession.notebook.form_widget import FormWidget
from devsession.notebook.sample import RecordText, Sample
from devsession.plugin.contract import OutboundSyncConfigurationForm
from devsession.plugin.fields import FormDropdownField, FormJinjaTemplate, FormOption
from devsession.plugin.fields import StaticFormOptionsDataSource as Static
from devsession.plugin.form import Form
from devsession.plugin.mapping import expression
from tests.notebook.conftest import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion


@pytest.fixture
def form() -> Form:
    """An object, and a template over three columns."""
    objects = Static(values=[FormOption(value="message", label="Message")])
    return Form(
        OutboundSyncConfigurationForm(
            fields=[FormDropdownField(name="object", label="Object", data_source=objects)],
            mapper=FormJinjaTemplate(label="Text of the message", depends_on="object"),
        ),
        title="the form of the sync messages",
        parameters=lambda form: form.values,
        redact=lambda text: text,
        columns=["ID", "NAME", "CITY"],
    )


@pytest.fixture
def page(form: Form) -> Iterator[Page]:
    widget = FormWidget(
        form, title="Messages", on_save=lambda: "saved", fill_call=lambda: "messages.fill(..)"
    )
    yield Page(widget)
    widget.close()


@pytest.fixture
def asked(page: Page) -> Page:
    """The object is chosen."""
    page.send(type="set", name="object", value="message")
    return page


def test_a_template_waits_for_what_it_depends_on(page: Page) -> None:
    assert page.state["mapper"]["waits_for"] == "fill in Object first"


def test_what_is_written_reaches_the_form(asked: Page, form: Form) -> None:
    asked.send(type="write", template="Hello {{ row.NAME }}")

    assert form.written is not None
    assert form.written.template == "Hello {{ row.NAME }}"
    assert asked.state["open"] == {}


def test_what_is_wrong_stands_at_the_template_which_is_kept(asked: Page) -> None:
    asked.send(type="write", template="Hello {{ row.NAEM }}")

    mapper = asked.state["mapper"]
    assert mapper["template"] == "Hello {{ row.NAEM }}"
    assert mapper["error"] == "line 1, column 14: row has no 'NAEM'; did you mean 'NAME'?"


def test_columns_are_typed_a_line_each_and_the_others_go(asked: Page, form: Form) -> None:
    asked.send(type="make", columns="full = NAME || CITY\n\nold = ID = 1")

    asked.send(type="make", columns="full = upper(NAME)\nnew = 1\nCITY = 2\nnothing")

    assert form.written is not None
    assert form.written.made == {"full": expression("upper(NAME)"), "new": expression("1")}
    assert asked.state["mapper"]["errors"] == {
        "CITY": "the source has a column of this name",
        "nothing": 'takes expression("SQL"), not str',
    }


def test_what_is_offered_while_typing_is_not_sent_with_each_change(asked: Page) -> None:
    sent: list[str] = []
    asked.widget.observe(lambda change: sent.append(change["name"]))

    asked.send(type="write", template="Hello {{ row.NAME }}")

    assert set(sent) == {"state"}
    assert asked.widget.offered["columns"] == [{"name": "ID"}, {"name": "NAME"}, {"name": "CITY"}]
    assert "upper" in asked.widget.offered["filters"]


def test_a_look_brings_what_the_template_makes(form: Form) -> None:
    text = RecordText("1", "Hello Ann", not_sent="NAME: not her")
    widget = FormWidget(
        form,
        title="Messages",
        on_save=lambda: "saved",
        fill_call=lambda: "messages.fill(..)",
        sample=lambda: Sample(texts=[text]),
    )

    Page(widget).send(type="look")

    assert widget.sample["texts"] == [asdict(text)]


def test_save_needs_a_template(asked: Page) -> None:
    asked.send(type="action", name="save")

    assert asked.state["message"]["text"] == "Save needs these first: Text of the message"
    assert asked.state["mapper"]["error"] == "is required"


def test_save_does_not_take_one_that_is_wrong(asked: Page) -> None:
    asked.send(type="write", template="{% if row.NAME %}")
    asked.send(type="action", name="save")

    assert asked.state["message"]["is_error"] is True


def test_its_picture_shows_template_and_columns(asked: Page, snapshot: SnapshotAssertion) -> None:
    asked.send(type="write", template="Hello {{ row.NAME }},\n\n" + "how are you? " * 9)
    asked.send(type="make", columns="full = NAME || CITY")

    assert repr(asked.widget) == snapshot


def test_its_picture_before_anything_is_written(asked: Page, snapshot: SnapshotAssertion) -> None:
    assert repr(asked.widget) == snapshot
