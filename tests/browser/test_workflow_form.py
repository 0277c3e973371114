"""A workflow's form in JupyterLab: filled and saved by hand, its catalog then has what was chosen."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from devsession.sandbox import sandbox_service
from devsession.warehouse.embedded import embedded_service
from tests.browser.notebook_page import write_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.lab import Lab
    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

WORKFLOW = """
from devsession import DevelopmentSession
from devsession.openmetadata import WarehouseSource
session = DevelopmentSession(WarehouseSource)
warehouse = session.workflow("warehouse")
warehouse"""


@pytest.fixture
def folder(lab: Lab) -> Iterator[Path]:
    """An empty folder in the Lab."""
    folder = Path(mkdtemp(dir=lab.folder))
    yield folder
    sandbox_service(folder).stop()
    embedded_service(folder).stop()


def test_a_workflow_is_configured_by_hand(
    folder: Path, open_notebook: Callable[[Path], NotebookPage]
) -> None:
    notebook = open_notebook(write_notebook(folder / "warehouse.ipynb", [WORKFLOW]))
    notebook.run_all()
    form = notebook.form("The form of workflow 'warehouse'")

    form.get_by_label("Schemas: Includes").fill("[")
    form.get_by_label("Match full names").check()
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("'[' is no regular expression")).to_have_role("alert")

    form.get_by_label("Schemas: Includes").fill("SHOP\nAUDIT")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("saved")).to_have_role("status")

    notebook.execute("config = warehouse.config")
    notebook.execute("assert config.schemas.includes == ['SHOP', 'AUDIT']")
    notebook.execute("assert config.match_full_names")
