"""What `devsession lab` really starts: a notebook that is ready to run, and nothing in its way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from devsession.cli.project import create_project
from tests.browser.conftest import LAPTOP, PATIENCE
from tests.browser.lab import lab_by_command
from tests.browser.notebook_page import NotebookPage, open_beside, write_notebook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

FORM = "from tests.browser import forms\nforms.connection"
NEWS = "/lab/api/settings/@jupyterlab/apputils-extension:notification"
SCROLL = "(cell) => window.jupyterapp.shell.currentWidget.content.scrollToItem(cell)"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of a laptop's size, with nothing remembered."""
    context = browser.new_context(viewport=LAPTOP)
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield context.new_page()
    context.close()


def test_it_opens_the_projects_notebook_ready_to_run(page: Page, tmp_path: Path) -> None:
    folder, home = tmp_path / "acme", tmp_path / "home"
    create_project("acme", folder)
    with lab_by_command(folder, home) as (lab, address):
        page.goto(address)
        name = "plugin_development.ipynb"
        notebook = NotebookPage(page, folder / name, name)
        notebook.wait_until_ready()

        expect(notebook.cells.first).to_contain_text("Acme: development")
        expect(page.locator(".jp-Toolbar-kernelName")).to_have_text("Python 3 (ipykernel)")
        trust = page.locator(".jp-StatusItem-trust")
        expect(trust).to_have_attribute("title", re.compile("^Notebook trusted: "))
        expect(page.get_by_role("dialog")).to_have_count(0)
        asks = lab.call("GET", NEWS)["schema"]["properties"]["fetchNews"]["default"]
        assert asks == "false"

        # With the windowing that people have, which the other tests have switched off.
        cells = [FORM, *("print('line\\n' * 30)" for _ in range(20))]
        notebook = open_beside(lab, page, write_notebook(folder / "long.ipynb", cells))
        notebook.run_all()
        notes = notebook.form("Connect to Acme").get_by_label("Notes")
        notes.press_sequentially("half a sen")
        page.evaluate(SCROLL, 20)
        expect(notes).not_to_be_in_viewport()
        page.evaluate(SCROLL, 0)
        expect(notes).to_be_in_viewport()
        expect(notes).to_have_value("half a sen")
        expect(notes).to_be_focused()

        # Another day: what is there of the form is its picture, until its cell is run.
        notebook.save()
        notebook.shut_kernel()
        notebook.open_again()
        expect(notebook.outputs(0)).to_contain_text("Connect to Acme")
        expect(notebook.outputs(0)).to_contain_text("Tenant URL")
        expect(page.get_by_text("Error displaying widget")).to_have_count(0)
