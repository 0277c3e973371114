"""JupyterLab in a real browser, for benchmarks."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUMS, FLAGS, INSTALL
from tests.browser.lab import running_lab
from tests.browser.notebook_page import open_in, write_notebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.lab import Lab
    from tests.browser.notebook_page import NotebookPage

_PATIENCE = 600_000  # milliseconds; a thousand stock dropdowns of a thousand options take minutes


@contextmanager
def browser_and_lab() -> Iterator[tuple[Browser, Lab]]:
    """A Chromium and a JupyterLab over an empty folder.

    Raises: RuntimeError: this machine has no Chromium.
    """
    found = [path for path in map(shutil.which, CHROMIUMS) if path]
    if not found:
        raise RuntimeError(INSTALL)
    with sync_playwright() as playwright, TemporaryDirectory() as place:
        browser = playwright.chromium.launch(executable_path=found[0], args=FLAGS)
        folder, home = Path(place, "notebooks"), Path(place, "home")
        folder.mkdir()
        home.mkdir()
        with running_lab(folder, home) as lab:
            yield browser, lab
        browser.close()


@contextmanager
def notebook_with(browser: Browser, lab: Lab, cell: str) -> Iterator[NotebookPage]:
    """A notebook of one cell in a page and a kernel of its own, both gone afterwards."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(_PATIENCE)
    path = write_notebook(lab.folder / "measured.ipynb", [cell])
    yield open_in(lab, context.new_page(), path)
    context.close()
    lab.shut_kernels()


# From the command to the last of `count` elements on the screen: two frames after it is there, it
# has been painted.
PAINT = """async ([elements, count]) => {
    const frame = () => new Promise(requestAnimationFrame);
    const start = performance.now();
    window.jupyterapp.commands.execute('notebook:run-all-cells');
    while (document.querySelectorAll(elements).length < count) await frame();
    await frame();
    await frame();
    return (performance.now() - start) / 1000;
}"""
