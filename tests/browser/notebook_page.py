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
_OPEN = """async (place) => {
    const notebook = await window.jupyterapp.commands.execute("docmanager:open", { path: place });
    await notebook.context.ready;
    await notebook.sessionContext.ready;
}"""
# Several may be open. `true`: what is returned has to be JSON.
_WITH_NOTEBOOK = """async ([place, argument]) => {
    const { commands, shell } = window.jupyterapp;
    const notebook = [...shell.widgets("main")].find((each) => each.context?.path === place);
    %s
    return true;
}"""
# Lab takes the focus when the last cell has run: nobody should be typing yet.
_RUN_ALL = "return commands.execute('notebook:run-all-cells');"
_PUT = """
    shell.activateById(notebook.id);
    const cells = notebook.content.model.sharedModel;
    const all = argument.map((source) => ({ cell_type: "code", source, metadata: {}, outputs: [] }));
    cells.transact(() => {
        cells.deleteCellRange(0, cells.cells.length);
        cells.insertCells(0, all);
    });
    notebook.content.activeCellIndex = 0;"""
_EXECUTE = """
    const request = { code: argument, store_history: false };
    const { done } = notebook.sessionContext.session.kernel.requestExecute(request);
    return (await done).content.status === "ok";"""
_THEME = "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })"
# A page is not told what others set.
_SWITCH_SAVED_STATE = """() => window.jupyterapp.commands
    .execute("@jupyter-widgets/jupyterlab-manager:saveWidgetState").then(() => true)"""
# As in a kernel that has just started.
_FRESH = """
import os, sys
from ipywidgets import Widget
Widget.close_all()
for name in [name for name in sys.modules if name.startswith("tests.browser")]:
    del sys.modules[name]
os.chdir({folder!r})"""


@dataclass(frozen=True)
class NotebookPage:
    """One notebook in the browser.

    path: the file that it came from.
    place: its path in the Lab.
    """

    page: Page
    path: Path
    place: str

    def run_all(self) -> None:
        """Run every cell, from top to bottom, and wait for the end; none may raise."""
        assert self._do(_RUN_ALL), self.cells.all_inner_texts()

    def show(self, *codes: str, folder: Path | None = None) -> None:
        """Run cells with forms of tests.browser, which are as when nobody has filled them.

        folder: where the kernel works from now on.
        """
        self.execute(_FRESH.format(folder=str(folder or self.path.parent)))
        self.run(*codes)

    def run(self, *codes: str) -> None:
        """Put these cells in the place of all, and run them."""
        self._do(_PUT, list(codes))
        self.run_all()

    def is_so(self, code: str) -> bool:
        """Run code in the notebook's kernel, beside its cells and its history; False if it raises."""
        return self._do(_EXECUTE, code)

    def execute(self, code: str) -> None:
        """Run code that does not raise in the same way, and wait for the end."""
        assert self.is_so(code)

    def save(self) -> None:
        """Save the file, and wait until it is saved."""
        self._do("await notebook.context.save();")

    def restart_kernel(self) -> None:
        """Restart the kernel, as people do it."""
        self._do("await notebook.sessionContext.restartKernel();")

    def shut_kernel(self) -> None:
        """End the kernel."""
        self._do("await notebook.sessionContext.shutdown();")

    def close(self) -> None:
        """Close the notebook; its kernel goes on."""
        self._do("notebook.dispose();")

    def open_again(self) -> None:
        """Close the notebook and open it, on the kernel that it has or on a new one."""
        self.close()
        self.page.evaluate(_OPEN, self.place)

    def reload(self) -> None:
        """Load the page again, and wait until notebook and kernel are there."""
        self.page.reload()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until the notebook is shown and its kernel answers."""
        self.page.wait_for_function(_LOADED)
        self.page.evaluate(_READY)

    def _do(self, script: str, argument: object = None) -> bool:
        return bool(self.page.evaluate(_WITH_NOTEBOOK % script, [self.place, argument]))

    def use_theme(self, name: str) -> None:
        """Show all in `Light` or `Dark`, which the Lab remembers."""
        self.page.evaluate(_THEME, f"JupyterLab {name}")
        shown = self.page.locator(f"body[data-jp-theme-name='JupyterLab {name}']")
        expect(shown).to_have_count(1)

    @property
    def cells(self) -> Locator:
        """Every cell, code and text."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell")

    def outputs(self, cell: int) -> Locator:
        """The outputs of a cell, counted from 0 over cells of every kind."""
        return self.cells.nth(cell).locator(".jp-OutputArea-output")

    def form(self, title: str) -> Locator:
        """A live form, by its heading."""
        return self.page.get_by_role("form", name=title)


def open_in(lab: Lab, page: Page, path: Path) -> NotebookPage:
    """Load the Lab with a notebook that lies in its folder, in a fresh workspace."""
    place = path.relative_to(lab.folder).as_posix()
    workspace = secrets.token_hex(4)
    page.goto(f"{lab.url}/lab/workspaces/{workspace}/tree/{place}?token={lab.token}&reset")
    notebook = NotebookPage(page, path, place)
    notebook.wait_until_ready()
    return notebook


def open_beside(lab: Lab, page: Page, path: Path) -> NotebookPage:
    """Open one more notebook in a Lab that is loaded, which takes a tenth of the time."""
    place = path.relative_to(lab.folder).as_posix()
    page.evaluate(_OPEN, place)
    return NotebookPage(page, path, place)


def switch_saved_state(page: Page) -> None:
    """From now on widgets' state is saved with notebooks; or, the second time, no more."""
    page.evaluate(_SWITCH_SAVED_STATE)


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
