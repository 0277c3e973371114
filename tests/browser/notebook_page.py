"""A notebook that is open in JupyterLab, and what a person does with it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import nbformat
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.browser.lab import Lab

_LOADED = "window.jupyterapp?.shell?.currentWidget?.sessionContext"
_READY = """async () => {
    const notebook = window.jupyterapp.shell.currentWidget;
    await notebook.context.ready;
    await notebook.sessionContext.ready;
}"""
# The command's own promise ends when all cells have run; the page must not wait for that, because
# a cell may wait for what the test does next.
_RUN_ALL = "() => void window.jupyterapp.commands.execute('notebook:run-all-cells')"
_SHOW = """(code) => {
    const { content } = window.jupyterapp.shell.currentWidget;
    const cells = content.model.sharedModel;
    cells.transact(() => {
        cells.deleteCellRange(0, cells.cells.length);
        cells.insertCell(0, { cell_type: "code", source: code, metadata: {}, outputs: [] });
    });
    content.activeCellIndex = 0;
    void window.jupyterapp.commands.execute("notebook:run-all-cells");
}"""
_EXECUTE = """async (code) => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    const request = { code, store_history: false };
    return (await kernel.requestExecute(request).done).content.status;
}"""
_THEME = "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })"
_SAVE = "() => window.jupyterapp.commands.execute('docmanager:save').then(() => true)"


@dataclass(frozen=True)
class NotebookPage:
    """One notebook in the browser. `path` is the file that it came from."""

    page: Page
    path: Path

    def run_all(self) -> None:
        """Start every cell, from top to bottom; wait for outputs with `expect`."""
        self.page.evaluate(_RUN_ALL)

    def show(self, code: str) -> None:
        """Put one cell in the place of all, and start it."""
        self.page.evaluate(_SHOW, code)

    def execute(self, code: str) -> None:
        """Run code in the notebook's kernel, beside its cells and its history; wait for the end."""
        assert self.page.evaluate(_EXECUTE, code) == "ok"

    def save(self) -> None:
        """Save the file, and wait until it is saved."""
        assert self.page.evaluate(_SAVE)

    def reload(self) -> None:
        """Load the page again, and wait until notebook and kernel are there."""
        self.page.reload()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until the notebook is shown and its kernel answers."""
        self.page.wait_for_function(_LOADED)
        self.page.evaluate(_READY)

    def use_theme(self, name: str) -> None:
        """Show all in `Light` or `Dark`, which the Lab remembers."""
        self.page.evaluate(_THEME, f"JupyterLab {name}")
        shown = self.page.locator(f"body[data-jp-theme-name='JupyterLab {name}']")
        expect(shown).to_have_count(1)

    @property
    def cells(self) -> Locator:
        """Every cell, code and text."""
        return self.page.locator(".jp-Notebook .jp-Cell")

    def outputs(self, cell: int) -> Locator:
        """The outputs of a cell, counted from 0 over cells of every kind."""
        return self.cells.nth(cell).locator(".jp-OutputArea-output")

    def form(self, title: str) -> Locator:
        """A live form, by its heading."""
        return self.page.get_by_role("form", name=title)


def open_in(lab: Lab, page: Page, path: Path) -> NotebookPage:
    """Open a notebook that lies in the Lab's folder, in a fresh Lab workspace."""
    place = path.relative_to(lab.folder).as_posix()
    workspace = secrets.token_hex(4)
    page.goto(f"{lab.url}/lab/workspaces/{workspace}/tree/{place}?token={lab.token}&reset")
    notebook = NotebookPage(page, path)
    notebook.wait_until_ready()
    return notebook


def write_notebook(path: Path, cells: Sequence[str]) -> Path:
    """Write a notebook of code cells, for the kernel that every environment has."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell, id=f"cell-{at}") for at, cell in enumerate(cells)],
        metadata={"kernelspec": kernel},
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path
