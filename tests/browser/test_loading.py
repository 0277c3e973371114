"""Options that take their time, in JupyterLab: what is seen meanwhile, and of what goes wrong."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.notebook_page import NotebookPage, write_notebook

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from tests.browser.lab import Lab

pytestmark = pytest.mark.browser

CELL = "from tests.browser import loading_forms as live\nlive.widget"


@pytest.fixture
def folder(lab: Lab) -> Path:
    """A folder of this test's own in the Lab; files in it let option functions end."""
    return Path(mkdtemp(dir=lab.folder))


@pytest.fixture
def notebook(folder: Path, open_notebook: Callable[[Path], NotebookPage]) -> NotebookPage:
    """A notebook that shows the form."""
    notebook = open_notebook(write_notebook(folder / "loading.ipynb", [CELL]))
    notebook.run_all()
    return notebook


@pytest.fixture
def form(notebook: NotebookPage) -> Locator:
    return notebook.form("Connect slowly")


def write(form: Locator, label: str, text: str) -> None:
    field = form.get_by_role("textbox", name=label)
    field.fill(text)
    field.press("Tab")


def loading(form: Locator) -> Locator:
    return form.get_by_role("status").filter(has_text="loading…")


def test_options_load_beside_the_form_and_what_fails_is_tried_again(
    form: Locator, notebook: NotebookPage, folder: Path
) -> None:
    region = form.get_by_role("combobox", name="Region")
    write(form, "Tenant", "acme")
    expect(loading(form)).to_be_visible()
    expect(region).to_have_attribute("aria-busy", "true")

    write(form, "Notes", "meanwhile")
    notebook.execute("assert live.form.plain('notes') == 'meanwhile'")
    notebook.execute("assert live.called == ['acme']")
    expect(loading(form)).to_be_visible()

    (folder / "acme.allowed").touch()
    expect(loading(form)).to_have_count(0)
    expect(region).to_have_attribute("aria-busy", "false")
    notebook.execute("assert live.form.fill(region='eu') is None")

    # A choice waits for the options of another tenant, and a click on Test for both; what the last
    # one said is gone meanwhile.
    form.get_by_role("button", name="Test").click()
    expect(form.get_by_text("connected: eu")).to_be_visible()
    notebook.execute("with live.form.without_waiting(): live.form.set('tenant', 'other')")
    expect(loading(form)).to_be_visible()
    form.get_by_role("button", name="Test").click()
    expect(form.get_by_role("button", name="Testing…")).to_be_visible()
    expect(form.get_by_text("connected: eu")).to_have_count(0)
    (folder / "other.allowed").touch()
    expect(form.get_by_text("connected: eu")).to_be_visible()
    expect(loading(form)).to_have_count(0)
    notebook.execute("assert live.called == ['acme', 'other']")

    # An app that is away.
    (folder / "away.allowed").touch()
    (folder / "away.broken").touch()
    write(form, "Tenant", "away")
    expect(form.get_by_text("regions() raised ConnectionError: away is away")).to_be_visible()
    expect(region).to_have_attribute("aria-invalid", "true")

    why = form.get_by_text("What happened").filter(visible=True)
    why.press("Enter")
    expect(form.get_by_role("region", name="traceback")).to_contain_text("raise ConnectionError(f")
    expect(form.get_by_role("region", name="exchange")).to_contain_text("-> 503 Away")

    (folder / "away.allowed").unlink()
    (folder / "away.broken").unlink()
    form.get_by_role("button", name="Try again to load Region").press("Enter")
    expect(region).to_be_focused()
    expect(loading(form)).to_be_visible()
    form.get_by_role("button", name="Stop waiting for Region").press("Enter")
    expect(form.get_by_text("somebody stopped waiting")).to_be_visible()

    (folder / "away.allowed").touch()
    form.get_by_role("button", name="Try again to load Region").press("Enter")
    expect(region).to_have_attribute("aria-invalid", "false")
    expect(loading(form)).to_have_count(0)


def test_a_saved_plugin_renews_the_form_in_place(
    form: Locator, notebook: NotebookPage, folder: Path
) -> None:
    (folder / "acme.allowed").touch()
    write(form, "Tenant", "acme")
    notebook.execute("live.form.fill(region='eu')")
    notes = form.get_by_role("textbox", name="Notes")
    notes.press_sequentially("half a sen")

    (folder / "acme.allowed").unlink()
    notebook.execute("live.save_plugin('Team')")
    expect(form.get_by_role("textbox", name="Team")).to_be_visible()
    expect(loading(form)).to_be_visible()
    expect(notes).to_be_focused()
    expect(notes).to_have_value("half a sen")
    (folder / "acme.allowed").touch()
    expect(loading(form)).to_have_count(0)
    notebook.execute("assert live.form.plain('region') == 'eu'")

    # JupyterLab sends the clicks of a page that was loaded again to another thread of the kernel.
    notebook.save()
    notebook.reload()
    write(form, "Tenant", "other")
    expect(loading(form)).to_be_visible()
    (folder / "other.allowed").touch()
    expect(loading(form)).to_have_count(0)
    notebook.execute("assert live.form.plain('region') == 'eu'")
