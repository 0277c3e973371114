"""The first part of a sync's form, in JupyterLab itself: another source, a query, what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from devsession.cli.project import create_project
from devsession.sandbox import sandbox_service
from devsession.warehouse.embedded import embedded_service
from tests.browser.controls import choose, dropdown, wait_for
from tests.browser.notebook_page import write_notebook
from tests.browser.test_form import click
from tests.browser.test_mapper import OVERFLOWING, headings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.lab import Lab
    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

BEGINNING = """from devsession import DevelopmentSession, secret
from plugin import PracticeCrm
session = DevelopmentSession(PracticeCrm)
session.connection.fill(tenant_url=session.sandbox.url, api_key=secret("SANDBOX_API_KEY"))
for name, columns, rows in (
    ("CONTACTS", "ID, EMAIL, FIRST_NAME", "(1, 'ada@example.com', 'Ada'), (2, 'bob@example.com', 'Bob')"),
    ("PEOPLE", "ID, EMAIL, NICK", "(1, 'ada@example.com', null), (7, 'cleo@example.com', 'c')"),
):
    session.account.execute(f"create table {name} ({columns.replace(',', ' text,')} text)")
    session.account.execute(f"insert into {name} values {rows}")
contacts = session.sync("contacts", source="CONTACTS", identifier="ID")
contacts.fill(object="contact", mapping={"email": "EMAIL", "first_name": "FIRST_NAME"})"""
GONE = """from devsession.errors import WarehouseError
def gone(*_):
    raise WarehouseError("The warehouse is gone", next_step="run it again")
session.account.rows = gone"""


@pytest.fixture
def notebook(lab: Lab, open_notebook: Callable[[Path], NotebookPage]) -> Iterator[NotebookPage]:
    """A project's notebook that shows the form of a filled sync; its local processes end with it."""
    folder = Path(mkdtemp(dir=lab.folder)) / "practice-crm"
    create_project("practice-crm", folder)
    notebook = open_notebook(write_notebook(folder / "sync.ipynb", [BEGINNING, "contacts"]))
    notebook.run_all()
    yield notebook
    sandbox_service(folder).stop()
    embedded_service(folder).stop()


def test_the_form_follows_what_is_chosen(notebook: NotebookPage) -> None:
    form = notebook.form("Sync contacts")
    expect(dropdown(form, "Source")).to_have_value("CONTACTS")
    expect(dropdown(form, "Identifier")).to_have_value("ID · text")
    expect(form.get_by_text("2 rows, each with a value of its own")).to_be_visible()
    expect(dropdown(form, "Strategy")).to_have_value("Upsert · Create, Update")
    for key in ("a", "d", "d", "Shift+L", "ArrowDown", "Escape", "Escape"):
        dropdown(form, "Source").press(key)
    expect(dropdown(form, "Source")).to_have_value("CONTACTS")
    expect(notebook.cells).to_have_count(2)

    choose(form, "Source", "PEOPLE")
    expect(form.get_by_text("it has no FIRST_NAME: not mapped any more")).to_be_visible()
    expect(headings(form)).to_have_text(["IDENTIFIER", "email"])
    expect(form.get_by_role("row").nth(2)).to_have_text("7cleo@example.com")

    choose(form, "Identifier", "NICK")
    expect(dropdown(form, "Identifier")).to_have_accessible_description(
        "1 row of 2 without a value: a run needs one for each row, different from all others"
    )
    choose(form, "Identifier", "EMAIL")
    expect(dropdown(form, "Identifier")).to_have_accessible_description(
        "2 rows, each with a value of its own"
    )
    expect(form.get_by_role("row").nth(2)).to_have_text("cleo@example.comcleo@example.com")

    click(form, "Save")
    expect(form.get_by_text("contacts saved, changed: identifier, mapping, source")).to_be_visible()
    form.get_by_text("The same as code").click()
    call = "contacts = session.sync('contacts', source='PEOPLE', identifier='EMAIL', strategy='Upsert')"
    expect(form.locator("pre").last).to_contain_text(call)
    notebook.save()
    notebook.reload()
    expect(dropdown(form, "Source")).to_have_value("PEOPLE")
    expect(dropdown(form, "Identifier")).to_have_value("EMAIL · text")


def test_a_query_is_told_what_is_wrong_with_it_as_it_is_typed(notebook: NotebookPage) -> None:
    form = notebook.form("Sync contacts")
    choose(form, "Source", "A query")
    query = form.get_by_role("textbox", name="Query", exact=True)
    expect(query).to_have_value("select *\nfrom CONTACTS")

    query.fill("select ID, EMAIL from")
    expect(query).to_have_attribute("aria-invalid", "true")
    expect(query).to_have_accessible_description(re.compile("the query cannot be a source: .+"))
    query.fill("select ID, EMAIL, upper(FIRST_NAME) as FIRST_NAME from CONTACTS")
    expect(query).to_have_attribute("aria-invalid", "false")
    expect(form.get_by_role("row").nth(1)).to_have_text("1ada@example.comADA")
    for width in (800, 1600):
        notebook.page.set_viewport_size({"width": width, "height": 1000})
        assert form.evaluate(OVERFLOWING) == []

    notebook.execute(GONE)
    dropdown(form, "Object").focus()
    dropdown(form, "Strategy").focus()
    expect(form.get_by_text("The warehouse is gone")).to_be_visible()
    expect(dropdown(form, "Object")).to_have_value("Contact")
    notebook.execute("del session.account.rows")
    click(form, "Look again")
    expect(form.get_by_text("The warehouse is gone")).to_have_count(0)
    click(form, "Save")
    expect(form.get_by_text("contacts saved, changed: source")).to_be_visible()
    wait_for(notebook, "contacts.preview().iloc[0]['first_name'] == 'ADA'")
