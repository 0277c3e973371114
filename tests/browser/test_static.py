"""What stands in a notebook that is not trusted: all of it readable, with no kernel and no script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.notebook_page import write_notebook
from tests.browser.stored_outputs import PICTURES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import ConsoleMessage, Error, Locator, Page

    from tests.browser.lab import Lab
    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

SAID = {
    "session": "next: session.connection",
    "session.connection": "Tenant URL *not set, required",
    "contacts": "fill in object, in the form or with .fill(..)",
    "contacts.changes()": '- "ada@example.com"',
    "messages.changes(7)": "+ Dear Ada Lovelace,",
    "scenario.http": "422 Unprocessable Entity",
    "scenario.http[1]": "POST http://sandbox.test/contacts",
    "scenario.timeline()": "HTTP timeline: 2 requests",
    "post()": '"error": "email already taken"',
    "scenario.validate(outcomes)": "all rules passed",
    "scenario.run()": "answer each once: outcomes.ok(identifier)",
    "scenario.complete()": "Scenario saved in",
    "run_scenario(..)": "record 3: SUCCESS False, expected True",
    "session.run('contacts')": "10 refused: email already taken",
    "audit(..)": "12 files searched for 2 secrets: 1 finding",
    "drift(..)": "body.score: 'five', recorded 5",
}
# Everything that is wider than its output, but for what scrolls there by itself.
OVERFLOWING = """outputs => outputs.flatMap((output) => {
    const edge = output.getBoundingClientRect().right + 1;
    const scrolls = (each) => getComputedStyle(each).overflowX === 'auto';
    const inScroller = (each) => each !== output && (scrolls(each) || inScroller(each.parentElement));
    return [...output.querySelectorAll('*')]
        .filter((each) => each.getBoundingClientRect().right > edge && !inScroller(each.parentElement))
        .map((each) => each.outerHTML);
})"""


def stored(picture: Any) -> dict[str, Any]:
    """What a kernel has sent for a cell's last value; of a form the widget's own, without its state."""
    if hasattr(picture, "_repr_mimebundle_"):
        data, _ = picture._repr_mimebundle_()
        return dict(data)
    return {"text/plain": repr(picture), "text/html": picture._repr_html_()}


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the page writes to its console as an error."""
    said: list[str] = []

    def hear_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    def hear_error(error: Error) -> None:
        said.append(str(error))

    page.on("console", hear_console)
    page.on("pageerror", hear_error)
    yield said
    page.remove_listener("console", hear_console)
    page.remove_listener("pageerror", hear_error)


@pytest.fixture
def untrusted(
    lab: Lab, complaints: list[str], open_notebook: Callable[[Path], NotebookPage]
) -> NotebookPage:
    """A notebook with stored outputs that this machine has not made; the kernel that has is gone."""
    assert complaints == []
    path = write_notebook(lab.folder / "untrusted.ipynb", list(PICTURES))
    notebook = nbformat.read(path, as_version=4)
    for cell, picture in zip(notebook.cells, PICTURES.values(), strict=True):
        cell.outputs = [nbformat.v4.new_output("display_data", data=stored(picture))]
    nbformat.write(notebook, path)
    return open_notebook(path)


def test_all_is_readable(untrusted: NotebookPage, complaints: list[str]) -> None:
    outputs: dict[str, Locator] = {cell: untrusted.outputs(at) for at, cell in enumerate(PICTURES)}

    for cell, text in SAID.items():
        expect(outputs[cell]).to_contain_text(text)
    expect(outputs["session.connection"]).not_to_contain_text("Loading widget")
    expect(outputs["contacts.changes()"]).to_contain_text("<zoë>")
    sent = outputs["scenario.http[1]"].locator("details").first
    sent.locator("summary").press("Enter")
    expect(sent).to_contain_text('"email": "zoë@example.com"')
    expect(untrusted.page.locator(".jp-Dialog")).to_have_count(0)
    assert complaints == []

    # Inline styles survive, in grounds that suit both themes.
    expect(outputs["session"].locator("div[style]").first).to_have_css("border-left-width", "4px")
    expect(outputs["post()"].locator("pre").last).to_have_css(
        "background-color", "rgba(128, 128, 128, 0.12)"
    )
    bars = outputs["scenario.timeline()"].locator("td:last-child div")
    expect(bars.nth(0)).to_have_css("background-color", "rgba(46, 160, 96, 0.9)")
    expect(bars.nth(1)).to_have_css("background-color", "rgba(219, 68, 68, 0.9)")
    expect(bars.nth(1)).to_have_css("height", "10px")

    for width in (800, 1600):
        untrusted.page.set_viewport_size({"width": width, "height": 1000})
        assert untrusted.cells.locator(".jp-OutputArea-output").evaluate_all(OVERFLOWING) == []
