"""A plugin's panel in JupyterLab: seen in the session's card, and a click in it reaches Python."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from devsession.sandbox import sandbox_service
from devsession.warehouse.embedded import embedded_service
from tests.browser import panel_plugin
from tests.browser.notebook_page import write_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.lab import Lab
    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

FLAG = "import os\nos.environ['DEVSESSION_EXPERIMENTAL'] = 'panels'"
CARD = """
from devsession import DevelopmentSession
from plugin import AcmeSource
DevelopmentSession(AcmeSource)"""


@pytest.fixture
def project(lab: Lab) -> Iterator[Path]:
    """A project in the Lab, with a source that brings a panel."""
    folder = Path(mkdtemp(dir=lab.folder))
    text = Path(panel_plugin.__file__).read_text(encoding="utf-8")
    (folder / "plugin.py").write_text(text, encoding="utf-8")
    yield folder
    sandbox_service(folder).stop()
    embedded_service(folder).stop()


def test_a_panel_is_seen_and_a_click_reaches_python(
    project: Path, open_notebook: Callable[[Path], NotebookPage]
) -> None:
    notebook = open_notebook(write_notebook(project / "card.ipynb", [FLAG, CARD]))
    notebook.run_all()
    card = notebook.outputs(1)

    for said in ("Session for AcmeSource", "experimental: may change", "AcmeSource, not clicked"):
        expect(card.get_by_text(said)).to_be_visible()
    card.get_by_role("button", name="Look at schemas").click()

    expect(card.get_by_text("3 schemas, said Python")).to_be_visible()
    expect(card.get_by_text('next: session.workflow("..")')).to_be_visible()
