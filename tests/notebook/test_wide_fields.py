"""Every kind of field on a page and in a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.notebook.form_widget import FormWidget
from devsession.notebook.snapshot import FormSnapshot
from devsession.plugin import (
    ConnectionMethod,
    FormDropdownField,
    FormRadioField,
    FormSliderField,
    FormSnowflakeStageField,
    FormSshKeypair,
    FormX509Certificate,
    InformationBoxField,
    InformationField,
    StaticFormOptionsDataSource,
)
from devsession.plugin.form import Form
from devsession.secrets.reference import secret
from tests.keys import SSH_PRIVATE
from tests.keys import SSH_PUBLIC as PUBLIC

from .conftest import Page, options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion


def methods(connectivity_option: str) -> list[ConnectionMethod]:
    source = StaticFormOptionsDataSource(values=options("red", "green", "blue"))
    return [
        ConnectionMethod(
            name="Key",
            fields=[
                InformationField(name="hello", label=connectivity_option, markdown="**Hi**\nthere"),
                InformationBoxField(name="care", markdown="Take <care>", box_type="warning"),
                FormSliderField(name="size", label="Size", max=10),
                FormRadioField(name="first", label="First", data_source=source),
                FormDropdownField(name="more", label="More", data_source=source, multi_select=True),
                FormSshKeypair(name="key", label="Key", required=True),
                FormX509Certificate(name="proof", label="Proof"),
                FormSnowflakeStageField(name="stage", label="Stage"),
            ],
        )
    ]


@pytest.fixture
def form() -> Form:
    return Form(
        methods("direct"),
        title="the connection form of Acme",
        parameters=lambda form: form.values,
        redact=str,
        ask=lambda form: methods(form.connectivity_option),
        connectivity_options=["direct", "ngrok"],
    )


@pytest.fixture
def page(form: Form) -> Iterator[Page]:
    widget = FormWidget(
        form, title="Connect", on_save=lambda: "saved", fill_call=lambda: "connection.fill(..)"
    )
    yield Page(widget)
    widget.close()


def picture(form: Form) -> FormSnapshot:
    return FormSnapshot("Connect", form.describe(), actions=["Save"], fill_call="fill(..)")


def test_a_picture_of_nothing_filled(form: Form, snapshot: SnapshotAssertion) -> None:
    assert repr(picture(form)) == snapshot


def test_a_picture_of_everything_filled(form: Form, snapshot: SnapshotAssertion) -> None:
    form.fill(
        size=7,
        first="red",
        more=["blue", "green"],
        key={"private": secret("ACME_KEY"), "public": PUBLIC},
        stage="@DB.SCHEMA.STAGE/in",
    )
    assert repr(picture(form)) == snapshot(name="text")
    assert picture(form)._repr_html_() == snapshot(name="html")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("size", "7", "7"),
        ("first", "green", "green"),
        ("more", ["red", "blue"], '["red","blue"]'),
        ("more", [], "[]"),
        ("stage", "@DB.SCHEMA.STAGE", "@DB.SCHEMA.STAGE"),
        ("key", PUBLIC, PUBLIC),
    ],
)
def test_the_page_sends_what_a_field_takes(
    page: Page, name: str, value: object, shown: str
) -> None:
    page.send(type="set", name=name, value=value)
    assert page.field(name)["value"] == shown
    assert page.field(name)["error"] == ""


def test_the_page_never_sees_a_private_key(page: Page) -> None:
    body = SSH_PRIVATE.splitlines()[-2]
    page.send(type="secret", name="key", value=SSH_PRIVATE)
    assert page.field("key")["is_set"]
    assert body not in f"{page.state} {page.widget!r} {page.widget._repr_mimebundle_()}"


def test_the_page_chooses_how_the_app_is_reached(page: Page) -> None:
    page.send(type="connectivity", option="ngrok")
    assert page.state["connectivity_option"] == "ngrok"
    assert page.field("hello")["label"] == "ngrok"
