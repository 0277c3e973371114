"""The kernel is restarted under a form: it says so, and all that was answered comes back."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from devsession.cli.project import create_project
from devsession.sandbox import sandbox_key, sandbox_service
from devsession.warehouse.embedded import embedded_service
from tests.browser.notebook_page import write_notebook
from tests.browser.search import files_with
from tests.browser.test_form import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.lab import Lab
    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

OPEN = """
from devsession import DevelopmentSession
from plugin import PracticeCrm
session = DevelopmentSession(PracticeCrm)
session.connection"""
# Milliseconds: a kernel and a warehouse start, on a busy machine.
STARTED = 120_000
_RESTART = "() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()"


@pytest.fixture
def project(lab: Lab) -> Iterator[Path]:
    """A new project in the Lab's folder; its local processes end with it."""
    folder = Path(mkdtemp(dir=lab.folder)) / "practice-crm"
    create_project("practice-crm", folder)
    yield folder
    sandbox_service(folder).stop()
    embedded_service(folder).stop()


def test_answers_come_back(
    lab: Lab, project: Path, open_notebook: Callable[[Path], NotebookPage]
) -> None:
    url, key = f"http://127.0.0.1:{sandbox_service(project).ensure().port}", sandbox_key(project)
    notebook = open_notebook(write_notebook(project / "restart.ipynb", [OPEN]))
    notebook.run_all()
    form = notebook.form("The connection form of PracticeCrm")
    address = form.get_by_label("App address")
    expect(address).to_be_visible(timeout=STARTED)
    address.fill(url)
    form.get_by_label("API key").fill(key)
    click(form, "Save")
    expect(form.get_by_text("connection saved")).to_be_visible()
    address.fill("http://typed-and-not-saved.test")
    address.press("Tab")
    expect(form.locator(".dsf-code pre")).to_contain_text("typed-and-not-saved")  # Python has it

    notebook.page.evaluate(_RESTART)
    gone = form.get_by_text("The kernel was restarted. To go on, run this cell again.")
    expect(gone).to_have_role("alert")
    click(form, "Test")
    expect(form).to_have_attribute("aria-busy", "false")
    expect(form.get_by_role("button", name="Test")).to_be_enabled()

    notebook.run_all()
    expect(gone).to_have_count(0, timeout=STARTED)
    expect(address).to_have_value(url)
    expect(form.get_by_label("API key")).to_have_attribute("placeholder", "set; type to replace it")
    offer = form.get_by_role("region", name="Not saved")
    expect(offer).to_contain_text("Typed here before and not saved: App address.")
    offer.get_by_role("button", name="Bring it back").press("Enter")
    expect(address).to_have_value("http://typed-and-not-saved.test")
    expect(offer).to_be_hidden()
    expect(form.get_by_text("It is back: Save keeps it")).to_have_role("status")
    expect(form.get_by_role("button", name="Test")).to_be_focused()

    assert files_with(key, lab.folder, lab.home) == [project / ".devsession" / "secrets"]
