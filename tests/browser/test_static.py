"""What stands in a notebook that is not trusted: all of it readable, with no kernel and no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
import pytest
from playwright.sync_api import expect

from devsession.notebook.card import SessionCard
from devsession.notebook.failing_cell import FailedExchange
from devsession.notebook.timeline import Timeline
from tests.browser.notebook_page import write_notebook
from tests.notebook.conftest import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.lab import Lab
    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

REFUSED = Exchange(method="POST", status=422, reason="Invalid", response_body=b'{"error":"email"}')


@pytest.fixture
def untrusted(lab: Lab, open_notebook: Callable[[Path], NotebookPage]) -> NotebookPage:
    """A notebook with stored outputs that this machine has not made: card, timeline, exchange."""
    card = SessionCard("Acme", next_step="session.connection")
    pictures = [card, Timeline([Exchange(), REFUSED]), FailedExchange(REFUSED)]
    path = write_notebook(lab.folder / "untrusted.ipynb", ["session", "scenario.http", "post()"])
    notebook = nbformat.read(path, as_version=4)
    for cell, picture in zip(notebook.cells, pictures, strict=True):
        html = {"text/html": picture._repr_html_()}
        cell.outputs = [nbformat.v4.new_output("display_data", data=html)]
    nbformat.write(notebook, path)
    return open_notebook(path)


def test_texts_and_inline_styles_survive(untrusted: NotebookPage) -> None:
    card, timeline, exchange = (untrusted.outputs(cell) for cell in range(3))

    expect(card).to_contain_text("next: session.connection")
    expect(card.locator("div[style]").first).to_have_css("border-left-width", "4px")
    expect(exchange).to_contain_text('"error": "email"')
    expect(exchange.locator("pre").last).to_have_css(
        "background-color", "rgba(128, 128, 128, 0.12)"
    )
    bars = timeline.locator("td:last-child div")
    expect(bars.nth(0)).to_have_css("background-color", "rgba(46, 160, 96, 0.9)")
    expect(bars.nth(1)).to_have_css("background-color", "rgba(219, 68, 68, 0.9)")
    expect(bars.nth(1)).to_have_css("height", "10px")
