"""Forms filled by hand, in JupyterLab itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.controls import choose, dropdown, options

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

FORMS = "from tests.browser import forms\nforms."
CANARY = "canary-2b8e61"


@pytest.fixture
def connection(stage: NotebookPage, tmp_path: Path) -> NotebookPage:
    """A notebook that shows the connection form."""
    stage.show(f"{FORMS}connection", folder=tmp_path)
    return stage


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    """The file that lets Save go on."""
    return tmp_path / "allowed"


@pytest.fixture
def form(connection: NotebookPage) -> Locator:
    """The connection form, live."""
    return connection.form("Connect to Acme")


@pytest.fixture
def sync(stage: NotebookPage) -> Locator:
    """The form of a sync, live."""
    stage.show(f"{FORMS}sync")
    return stage.form("Sync contacts")


def click(form: Locator, button: str) -> None:
    form.get_by_role("button", name=button).click()


def test_fill_fail_fix_test_and_save(
    form: Locator, connection: NotebookPage, allowed: Path
) -> None:
    form.get_by_label("Tenant URL").fill("https://wrong.test")
    form.get_by_label("API key").fill(CANARY)
    click(form, "Test")
    expect(form.get_by_text("Acme cannot be reached")).to_have_role("alert")
    form.get_by_text("What happened").filter(visible=True).press("Enter")
    expect(form.get_by_role("region", name="traceback")).to_have_text(
        "plugin.py, line 7, in connect"
    )

    form.get_by_label("Tenant URL").fill("https://acme.test")
    click(form, "Test")
    expect(form.get_by_text("connected: Acme")).to_have_role("status")
    expect(form.get_by_text("Acme cannot be reached")).to_have_count(0)
    expect(form.get_by_role("region", name="traceback")).to_have_count(0)

    allowed.touch()
    click(form, "Save")
    expect(form.get_by_text("saved")).to_have_role("status")
    connection.execute(f"assert forms.connection_form.secrets == {{'api_key': {CANARY!r}}}")


def test_what_is_missing_is_marked_where_it_is(form: Locator) -> None:
    click(form, "Test")

    url = form.get_by_label("Tenant URL")
    expect(url).to_have_attribute("aria-invalid", "true")
    expect(url).to_have_accessible_description("is required")
    expect(form.get_by_text("Test needs these first: Tenant URL, API key")).to_be_visible()


def test_a_dependent_dropdown_keeps_a_choice_that_is_still_offered(form: Locator) -> None:
    region, url = dropdown(form, "Region"), form.get_by_label("Tenant URL")
    expect(region).to_have_attribute("placeholder", "fill in Tenant URL first")

    url.fill("https://acme.test")
    url.press("Tab")
    region.click()
    expect(options(form)).to_have_text(["Europe", "Only acme.test"])
    choose(form, "Region", "Europe")
    url.fill("https://other.test")
    url.press("Tab")
    region.click()
    expect(options(form)).to_have_text(["Europe", "Only other.test"])
    expect(region).to_have_value("Europe")

    choose(form, "Region", "Only other.test")
    url.fill("https://acme.test")
    url.press("Tab")
    expect(region).to_have_value("")
    expect(form.get_by_text("'other.test' is not an option any more")).to_be_visible()


def test_fill_in_a_cell_shows_in_the_form_and_leaves_what_is_being_typed(
    form: Locator, connection: NotebookPage
) -> None:
    notes = form.get_by_label("Notes")
    notes.press_sequentially("half a sen")

    connection.execute(
        "forms.connection_form.fill(tenant_url='https://acme.test', api_key='x', verify=True)"
    )

    expect(form.get_by_label("Tenant URL")).to_have_value("https://acme.test")
    expect(form.get_by_label("API key")).to_have_attribute("placeholder", "set; type to replace it")
    expect(form.get_by_label("Verify certificates")).to_be_checked()
    expect(notes).to_have_value("half a sen")
    expect(notes).to_be_focused()


def test_while_python_works_the_buttons_say_so(form: Locator, allowed: Path) -> None:
    form.get_by_label("Tenant URL").fill("https://acme.test")
    form.get_by_label("API key").fill(CANARY)
    click(form, "Save")

    expect(form.get_by_role("button", name="Saving…")).to_be_disabled()
    expect(form.get_by_role("button", name="Test")).to_be_disabled()
    expect(form).to_have_attribute("aria-busy", "true")

    allowed.touch()
    expect(form.get_by_role("button", name="Save")).to_be_enabled()
    expect(form).to_have_attribute("aria-busy", "false")


def test_map_columns_and_expressions(sync: Locator) -> None:
    expect(sync.get_by_text("fill in Object first")).to_be_visible()
    choose(sync, "Object", "Contact")

    sync.get_by_label("Email").fill("EMIAL")
    sync.get_by_label("Name").fill("= FIRST || LAST")
    click(sync, "Save")
    expect(sync.get_by_label("Email")).to_have_accessible_description(
        "the source has no column 'EMIAL'; did you mean 'EMAIL'?"
    )
    expect(sync.get_by_label("Email")).to_have_value("EMIAL")

    sync.get_by_label("Email").fill("EMAIL")
    click(sync, "Save")
    expect(sync.get_by_text("2 of 2 mapped")).to_be_visible()
    expect(sync.get_by_text("saved: {")).to_contain_text("expression('FIRST || LAST')")


def test_write_a_template(stage: NotebookPage) -> None:
    stage.show(f"{FORMS}template")
    form = stage.form("Sync messages")
    expect(form.get_by_text("row has ID, NAME")).to_be_visible()

    form.get_by_label("Text").fill("Hello {{ row.full }}")
    click(form, "Save")
    expect(form.get_by_text("line 1, column 14: row has no 'full'")).to_be_visible()
    expect(form.get_by_label("Text")).to_have_value("Hello {{ row.full }}")

    form.get_by_label("Extra columns").fill("full = NAME || ID")
    click(form, "Save")
    expect(form.get_by_text("saved: Hello {{ row.full }}")).to_be_visible()
    expect(form.get_by_label("Text")).to_have_attribute("aria-invalid", "false")


def test_fill_every_kind_of_field(stage: NotebookPage) -> None:
    stage.show(f"{FORMS}wide")
    form = stage.form("Sync everything")
    expect(form.get_by_role("note")).to_have_text(
        ["Before you startHave a list ready.", "It is overwritten."]
    )

    form.get_by_role("slider", name="Batch size").fill("40")
    form.get_by_label("Mark").get_by_label("Green").check()
    choose(form, "Tags", "Red", "Blue")
    form.get_by_label("Notes").fill("two\nlines")
    form.get_by_label("Stage").fill("@DB.SCHEMA.STAGE/in")
    form.get_by_label("Text").fill("Hello {{ row.NAME }}")
    click(form, "Save")
    expect(form.get_by_text("saved everything")).to_be_visible()

    stage.execute("plain = forms.wide_form.plain")
    stage.execute("assert (plain('batch'), plain('mark')) == (40, 'green')")
    stage.execute("assert plain('tags') == ['red', 'blue']")
    stage.execute("assert plain('notes') == 'two\\nlines'")
    stage.execute("assert plain('stage') == '@DB.SCHEMA.STAGE/in'")
    stage.execute("assert forms.wide_form.written.template == 'Hello {{ row.NAME }}'")
