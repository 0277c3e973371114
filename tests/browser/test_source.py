"""The first part of a sync's form, in JupyterLab itself: another source, a query, what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from devsession.warehouse.embedded import embedded_service
from tests.browser.controls import choose, dropdown, wait_for
from tests.browser.notebook_page import write_notebook
from tests.browser.test_form import click
from tests.browser.test_mapper import OVERFLOWING, fill, headings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator

    from tests.browser.lab import Lab
    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

CELLS = ["from tests.browser import source_plugin as own\ncontacts = own.begin()", "contacts"]


@pytest.fixture
def notebook(lab: Lab, open_notebook: Callable[[Path], NotebookPage]) -> Iterator[NotebookPage]:
    """A notebook that shows the form of a filled sync; its warehouse ends with it."""
    folder = Path(mkdtemp(dir=lab.folder))
    notebook = open_notebook(write_notebook(folder / "sync.ipynb", CELLS))
    notebook.run_all()
    yield notebook
    embedded_service(folder).stop()


def rows(form: Locator) -> Locator:
    """The sample records, below their heading."""
    return form.get_by_role("region", name="Sample records").get_by_role("row")


def press_keys_of_the_notebook(control: Locator) -> None:
    for key in ("a", "d", "d", "Shift+L", "ArrowDown", "Escape", "Escape"):
        control.press(key)


def test_the_form_follows_what_is_chosen(notebook: NotebookPage) -> None:
    form = notebook.form("Sync contacts")
    expect(dropdown(form, "Source")).to_have_value("CONTACTS")
    expect(dropdown(form, "Identifier")).to_have_value("ID · number")
    expect(form.get_by_text("2 rows, each with a value of its own")).to_be_visible()
    expect(dropdown(form, "Strategy")).to_have_value("Upsert · Create, Update")
    dropdown(form, "Strategy").press("ArrowDown")
    expect(form.get_by_text("1 option", exact=True)).to_be_attached()
    dropdown(form, "Strategy").press("Escape")
    press_keys_of_the_notebook(dropdown(form, "Source"))
    expect(dropdown(form, "Source")).to_have_value("CONTACTS")
    expect(notebook.cells).to_have_count(2)

    choose(form, "Source", "PEOPLE")
    expect(form.get_by_text("it has no FIRST_NAME: not mapped any more")).to_be_visible()
    expect(headings(form)).to_have_text(["IDENTIFIER", "email"])
    expect(rows(form).nth(2)).to_have_text("7cleo@example.com")
    choose(form, "Identifier", "NICK")
    expect(dropdown(form, "Identifier")).to_have_accessible_description(
        "1 row of 2 without a value: a run needs one for each row, different from all others"
    )
    choose(form, "Identifier", "EMAIL")
    expect(dropdown(form, "Identifier")).to_have_accessible_description(
        "2 rows, each with a value of its own"
    )
    expect(rows(form).nth(2)).to_have_text("cleo@example.comcleo@example.com")

    click(form, "Save")
    expect(form.get_by_text("contacts saved, changed: identifier, mapping, source")).to_be_visible()
    call = "contacts = session.sync('contacts', source='PEOPLE', identifier='EMAIL', strategy='Upsert')"
    expect(form.locator(".dsf-code pre")).to_contain_text(call)
    notebook.save()
    notebook.open_again()
    expect(dropdown(form, "Source")).to_have_value("PEOPLE")
    expect(dropdown(form, "Identifier")).to_have_value("EMAIL · text")
    notebook.execute("own.declare()")
    expect(dropdown(form, "Source")).to_have_value("CONTACTS")
    expect(headings(form)).to_have_text(["IDENTIFIER", "email", "first_name"])

    choose(form, "Source", "A query")
    query = form.get_by_role("textbox", name="Query", exact=True)
    expect(query).to_have_value("select *\nfrom CONTACTS")
    query.fill("select ID, EMAIL from")
    expect(query).to_have_accessible_description(re.compile("the query cannot be a source: .+"))
    expect(query).to_have_attribute("aria-invalid", "true")
    query.fill("select ID, EMAIL, upper(FIRST_NAME) as FIRST_NAME from CONTACTS")
    expect(query).to_have_attribute("aria-invalid", "false")
    expect(rows(form).nth(1)).to_have_text("1ada@example.comADA")
    for width in (800, 1600):
        notebook.page.set_viewport_size({"width": width, "height": 1000})
        assert form.locator(".dsf-source").evaluate(OVERFLOWING) == []
    it_outlives_the_warehouse(notebook, form)


def it_outlives_the_warehouse(notebook: NotebookPage, form: Locator) -> None:
    notebook.execute("own.warehouse_goes()")
    fill(form, "first_name", "= upper(FIRST_NAME)")
    dropdown(form, "Strategy").focus()
    expect(form.get_by_text("The warehouse is gone")).to_have_count(2)
    expect(form.get_by_text("2 of 2 mapped")).to_be_visible()
    notebook.execute("own.warehouse_comes()")
    click(form, "Look again")
    expect(form.get_by_text("The warehouse is gone")).to_have_count(0)
    click(form, "Save")
    expect(form.get_by_text("contacts saved, changed: mapping, source")).to_be_visible()
    wait_for(notebook, "contacts.preview().iloc[0]['first_name'] == 'ADA'")
