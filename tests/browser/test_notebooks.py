"""A new project as a newcomer uses it: both forms by hand, and a kernel that is restarted under one."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from devsession.cli.project import create_project
from devsession.cli.shipped import shipped
from devsession.sandbox import sandbox_key, sandbox_service
from devsession.warehouse.embedded import embedded_service
from tests.browser.controls import choose
from tests.browser.notebook_page import switch_saved_state, write_notebook
from tests.browser.search import files_with
from tests.browser.test_form import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from tests.browser.lab import Lab
    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

OPEN = """
from devsession import DevelopmentSession
from plugin import PracticeCrm
session = DevelopmentSession(PracticeCrm)
session.connection"""


@pytest.fixture(scope="module")
def project(lab: Lab) -> Iterator[Path]:
    """A new project with the notebooks, in the Lab's folder; its local processes end with it."""
    folder = Path(mkdtemp(dir=lab.folder)) / "practice-crm"
    create_project("practice-crm", folder)
    shutil.copy(shipped("notebooks") / "01_connect.ipynb", folder)
    shutil.copy(shipped("notebooks") / "02_configure.ipynb", folder)
    yield folder
    sandbox_service(folder).stop()
    embedded_service(folder).stop()


def app_address(project: Path, host: str) -> str:
    """Another name of the same address, so that what was typed can be told from what was there."""
    return f"http://{host}:{sandbox_service(project).ensure().port}"


def test_both_forms_by_hand(
    lab: Lab, page: Page, project: Path, open_notebook: Callable[[Path], NotebookPage]
) -> None:
    switch_saved_state(page)
    typed, key = app_address(project, "localhost"), sandbox_key(project)

    connect = open_notebook(project / "01_connect.ipynb")
    connect.run_all()
    connection = connect.form("The connection form of PracticeCrm")
    connection.get_by_label("App address").fill(typed)
    connection.get_by_label("API key").fill(key)
    click(connection, "Test")
    expect(connection.get_by_text("connect() succeeded")).to_be_visible()
    click(connection, "Save")
    expect(connection.get_by_text("connection saved")).to_be_visible()
    connect.execute(f"assert session.connection.parameters['tenant_url'] == {typed!r}")
    connect.execute(f"assert session.connection.parameters.secret('api_key') == {key!r}")
    connect.save()

    configure = open_notebook(project / "02_configure.ipynb")
    configure.run_all()
    sync = configure.form("Sync contacts")
    choose(sync, "Object", "Contact")
    sync.get_by_label("Phone").fill("SCORE")
    click(sync, "Save")
    expect(sync.get_by_text("contacts saved")).to_be_visible()
    configure.execute("assert contacts.parameters['object'] == 'contact'")
    configure.execute("assert contacts.parameters.field_mappings.as_dict()['phone'] == 'SCORE'")
    configure.save()
    switch_saved_state(page)

    assert files_with(key, lab.folder, lab.home) == [project / ".devsession" / "secrets"]


def test_answers_come_back_after_a_restart(
    lab: Lab, project: Path, open_notebook: Callable[[Path], NotebookPage]
) -> None:
    url, key = app_address(project, "127.0.0.1"), sandbox_key(project)
    notebook = open_notebook(write_notebook(project / "restart.ipynb", [OPEN]))
    notebook.run_all()
    form = notebook.form("The connection form of PracticeCrm")
    address = form.get_by_label("App address")
    address.fill(url)
    form.get_by_label("API key").fill(key)
    click(form, "Save")
    expect(form.get_by_text("connection saved")).to_be_visible()
    address.fill("http://typed-and-not-saved.test")
    address.press("Tab")
    expect(form.locator(".dsf-code pre")).to_contain_text("typed-and-not-saved")  # Python has it

    notebook.restart_kernel()
    gone = form.get_by_text("The kernel was restarted. To go on, run this cell again.")
    expect(gone).to_have_role("alert")
    click(form, "Test")
    expect(form).to_have_attribute("aria-busy", "false")
    expect(form.get_by_role("button", name="Test")).to_be_enabled()

    notebook.run_all()
    expect(gone).to_have_count(0)
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
