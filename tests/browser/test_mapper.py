"""The mapper, in JupyterLab itself: search, suggestions, counts, SQL, sample records, keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

MAPPER = "from tests.browser import mapper_forms\nmapper_forms.widget"
OVERFLOWING = """(form) => [...form.querySelectorAll('*')]
    .filter((node) => node.scrollWidth > node.clientWidth + 1
        && getComputedStyle(node).display !== 'inline'
        && getComputedStyle(node).visibility !== 'hidden'
        && !['auto', 'scroll'].includes(getComputedStyle(node).overflowX)
        && !node.closest('.dsf-sample, input'))
    .map((node) => node.outerHTML.slice(0, 120))"""


@pytest.fixture
def notebook(stage: NotebookPage) -> NotebookPage:
    """A notebook that shows a form with a mapper of ten fields."""
    stage.show(MAPPER)
    return stage


@pytest.fixture
def form(notebook: NotebookPage) -> Locator:
    """The form, live."""
    return notebook.form("Sync people")


def click(form: Locator, button: str) -> None:
    form.get_by_role("button", name=button, exact=True).click()


def row(form: Locator, field: str) -> Locator:
    return form.locator(f"[data-app-field={field}]")


def source_of(form: Locator, field: str) -> Locator:
    return row(form, field).get_by_role("combobox")


def fill(form: Locator, field: str, source: str) -> None:
    source_of(form, field).fill(source)
    source_of(form, field).press("Tab")


def shown_fields(form: Locator) -> Locator:
    return form.locator(".dsf-row:visible label")


def headings(form: Locator) -> Locator:
    return form.get_by_role("columnheader")


def test_search_and_filter(form: Locator) -> None:
    search = form.get_by_label("Search fields")
    search.fill("name")
    expect(shown_fields(form)).to_have_text(["First name string", "Last name * string"])
    expect(form.get_by_text("2 of 10", exact=True)).to_be_visible()

    search.fill("zzz")
    expect(form.get_by_text("No field is like this.")).to_be_visible()

    search.fill("")
    fill(form, "email", "EMAIL")
    expect(form.get_by_text("1 of 10 mapped")).to_be_visible()
    form.get_by_label("Fields to show").focus()
    form.get_by_label("Fields to show").select_option(label="Required")
    expect(form.get_by_text("2 of 10", exact=True)).to_be_visible()
    form.get_by_label("Fields to show").select_option(label="Not mapped")
    expect(form.get_by_text("9 of 10", exact=True)).to_be_visible()


def test_each_suggestion_is_accepted_or_refused(form: Locator) -> None:
    click(form, "Match columns")
    expect(form.get_by_role("button", name="Accept all 5")).to_be_visible()
    expect(row(form, "email")).to_contain_text("EMAIL 100 % alike")

    click(form, "Accept EMAIL for Email")
    expect(source_of(form, "email")).to_have_value("EMAIL")
    click(form, "Refuse CITY for City")
    expect(row(form, "city")).not_to_contain_text("alike")
    expect(source_of(form, "city")).to_have_value("")

    click(form, "Accept all 3")
    expect(form.get_by_text("4 of 10 mapped")).to_be_visible()
    click(form, "Match columns")
    click(form, "Clear all")
    expect(form.get_by_text("0 of 10 mapped")).to_be_visible()


def test_what_is_missing_and_what_is_used_twice_is_counted(form: Locator) -> None:
    expect(form.get_by_text("2 required fields are not mapped: Email, Last name")).to_be_visible()

    fill(form, "email", "EMAIL")
    fill(form, "lastName", "LAST_NAME")
    fill(form, "phone", "PHONE_NUMBER")
    fill(form, "mobile", "PHONE_NUMBER")

    expect(form.get_by_text("1 column fills several fields: PHONE_NUMBER")).to_be_visible()
    expect(row(form, "phone")).to_contain_text("also fills Mobile phone")
    expect(form.get_by_text("not mapped:")).to_have_count(0)


def test_a_column_is_shown_with_its_kind_and_values(form: Locator) -> None:
    fill(form, "firstName", "FIRST_NAME")

    expect(row(form, "firstName")).to_contain_text("text · Ann, Bob, Cleo")


def test_sample_records_follow_what_is_mapped(form: Locator) -> None:
    fill(form, "email", "EMAIL")
    expect(headings(form)).to_have_text(["IDENTIFIER", "email"])

    fill(form, "lastName", "LAST_NAME")
    fill(form, "firstName", "= upper(FIRST_NAME)")
    expect(headings(form)).to_have_text(["IDENTIFIER", "email", "lastName", "firstName"])
    expect(form.get_by_role("row").nth(1)).to_have_text("1ann@example.comArbor<upper(FIRST_NAME)>")
    expect(form.get_by_role("row").nth(3)).to_have_text("3cleo@example.comnull<upper(FIRST_NAME)>")

    fill(form, "company", "CITY")
    expect(headings(form).nth(1)).to_have_text("refused, not sent")
    expect(form.get_by_role("row").nth(3)).to_contain_text("3company: she has nonecleo@example.com")


def test_an_expression_that_the_warehouse_refuses_says_so_in_its_row(form: Locator) -> None:
    fill(form, "email", "EMAIL")
    fill(form, "city", "= upper(NOWHERE)")

    expect(source_of(form, "city")).to_have_accessible_description("no column is named NOWHERE")
    expect(source_of(form, "city")).to_have_attribute("aria-invalid", "true")
    expect(headings(form)).to_have_text(["IDENTIFIER", "email"])

    fill(form, "city", "= upper(CITY)")
    expect(source_of(form, "city")).to_have_attribute("aria-invalid", "false")
    expect(headings(form)).to_have_text(["IDENTIFIER", "email", "city"])


def test_what_was_saved_is_still_said_when_the_sample_comes(form: Locator) -> None:
    fill(form, "email", "EMAIL")
    source_of(form, "lastName").fill("LAST_NAME")
    click(form, "Save")

    expect(headings(form)).to_have_text(["IDENTIFIER", "email", "lastName"])
    expect(form.get_by_text("saved 2 fields")).to_be_visible()


def test_the_keyboard_alone(form: Locator, notebook: NotebookPage) -> None:
    keyboard = notebook.page.keyboard
    search = form.get_by_label("Search fields")
    search.focus()
    keyboard.type("dd aL")
    expect(search).to_have_value("dd aL")
    search.fill("")

    keyboard.press("Tab")
    expect(form.get_by_label("Fields to show")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    accept = form.get_by_role("button", name="Accept EMAIL for Email")
    accept.focus()
    keyboard.press("Enter")
    expect(source_of(form, "email")).to_have_value("EMAIL")
    expect(source_of(form, "email")).to_be_focused()
    accept_all = form.get_by_role("button", name="Accept all 4")
    accept_all.focus()
    keyboard.press("Space")
    expect(form.get_by_role("button", name="Match columns")).to_be_focused()
    expect(form.get_by_text("5 of 10 mapped")).to_be_visible()

    form.get_by_role("region", name="Sample records").focus()
    for key in ("a", "d", "d", "Shift+L", "ArrowDown", "Escape", "b"):
        keyboard.press(key)
    notebook.execute("None")
    expect(notebook.cells).to_have_count(1)


def test_nothing_overflows(form: Locator, notebook: NotebookPage) -> None:
    click(form, "Match columns")
    fill(form, "notes", f"= {'upper(FIRST_NAME) || ' * 8} CITY")
    fill(form, "score", f"= {'NOWHERE' * 20}")
    expect(row(form, "score")).to_contain_text("no column is named NOWHERE")

    for width in (800, 1600):
        notebook.page.set_viewport_size({"width": width, "height": 1000})
        assert form.evaluate(OVERFLOWING) == []
