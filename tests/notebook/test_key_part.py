"""Pairs of keys, made by a click."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.notebook.form_widget import FormWidget
from devsession.notebook.key_part import KeyPart
from devsession.plugin import ConnectionMethod, FormSshKeypair
from devsession.plugin.form import Form
from tests.keys import SSH_PRIVATE

from .conftest import Page

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def form() -> Form:
    field = FormSshKeypair(name="key", label="Key", allow_user_provided=False, required=True)
    return Form(
        [ConnectionMethod(name="Key", fields=[field])],
        title="the connection form of Acme",
        parameters=lambda form: form.values,
        redact=str,
    )


@pytest.fixture
def page(form: Form) -> Iterator[Page]:
    widget = FormWidget(
        form,
        title="Connect",
        on_save=lambda: "saved",
        fill_call=lambda: "connection.fill(..)",
        parts={"keys": KeyPart(form)},
    )
    yield Page(widget)
    widget.close()


def make(page: Page, *, replace: bool = False) -> None:
    page.send(type="generate", name="key", algorithm="ed25519", replace=replace)


def test_a_pair_is_made_and_the_page_sees_the_public_key(page: Page, form: Form) -> None:
    make(page)

    private = str(form.secrets["key"])
    assert page.field("key")["is_set"]
    assert page.field("key")["value"] == form.plain("key")["public"]  # type: ignore[index]
    assert page.state["message"]["text"].startswith("A pair of keys was made.")
    assert private.splitlines()[2] not in f"{page.state} {page.widget._repr_mimebundle_()}"


def test_a_click_without_the_wish_to_replace_loses_no_key(page: Page, form: Form) -> None:
    make(page)
    before = form.secrets
    make(page)
    assert form.secrets == before
    make(page, replace=True)
    assert form.secrets != before


def test_a_key_of_ones_own_is_refused_where_one_is_made(page: Page, form: Form) -> None:
    page.send(type="secret", name="key", value=SSH_PRIVATE)
    assert form.secrets == {}
    assert page.field("key")["error"].startswith("takes no key of your own")
