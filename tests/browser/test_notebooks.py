"""Notebooks 01 and 02 as a newcomer uses them: both forms filled by hand, tested and saved."""

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
from tests.browser.lab import SAVE_STATE
from tests.browser.search import files_with
from tests.browser.test_form import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.lab import Lab
    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser


@pytest.fixture
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
    lab: Lab, project: Path, open_notebook: Callable[[Path], NotebookPage]
) -> None:
    lab.settings(SAVE_STATE, {"saveState": True})
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

    assert files_with(key, lab.folder, lab.home) == [project / ".devsession" / "secrets"]
