"""From running a cell to the whole mapper on the screen, in a real browser, in JupyterLab itself."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.benchmarks.figure import Figure
from tests.browser.conftest import CHROMIUMS, FLAGS, INSTALL
from tests.browser.lab import running_lab
from tests.browser.notebook_page import open_in, write_notebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.lab import Lab

_RUNS = 3
_PATIENCE = 600_000  # milliseconds; a thousand stock dropdowns of a thousand options take minutes
_IMPORTS = "from tests.benchmarks.mapper_forms import ours, stock"
_ROWS = {"ours": ".dsf-row input", "stock": ".widget-dropdown select"}
# Two frames after the last row is there, it has been painted.
_PAINT = """async ([rows, count]) => {
    const frame = () => new Promise(requestAnimationFrame);
    const start = performance.now();
    window.jupyterapp.commands.execute('notebook:run-all-cells');
    while (document.querySelectorAll(rows).length < count) await frame();
    await frame();
    await frame();
    return (performance.now() - start) / 1000;
}"""


def mapper_paint_100() -> Figure:
    """Seconds for 100 columns and as many fields, the median of three."""
    return _paint(100, baseline_runs=_RUNS)


def mapper_paint_500() -> Figure:
    """Seconds for 500 columns and as many fields; of stock widgets once."""
    return _paint(500, baseline_runs=1)


def mapper_paint_1000() -> Figure:
    """Seconds for 1,000 columns and as many fields; of stock widgets once."""
    return _paint(1000, baseline_runs=1)


def _paint(size: int, *, baseline_runs: int) -> Figure:
    with _browser() as browser, TemporaryDirectory() as place:
        folder, home = Path(place, "notebooks"), Path(place, "home")
        folder.mkdir()
        home.mkdir()
        with running_lab(folder, home) as lab:
            ours = median(_seconds(browser, lab, "ours", size) for _ in range(_RUNS))
            stock = median(_seconds(browser, lab, "stock", size) for _ in range(baseline_runs))
    return Figure(ours, stock)


def _seconds(browser: Browser, lab: Lab, form: str, size: int) -> float:
    """One run in a page and a kernel of its own, which has imported all that it needs."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(_PATIENCE)
    path = write_notebook(lab.folder / f"{form}.ipynb", [f"{form}({size})"])
    notebook = open_in(lab, context.new_page(), path)
    notebook.execute(f"{_IMPORTS}; ours(1), stock(1)")
    seconds: float = notebook.page.evaluate(_PAINT, [_ROWS[form], size])
    context.close()
    lab.shut_kernels()
    return seconds


@contextmanager
def _browser() -> Iterator[Browser]:
    found = [path for path in map(shutil.which, CHROMIUMS) if path]
    if not found:
        raise RuntimeError(INSTALL)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found[0], args=FLAGS)
        yield browser
        browser.close()
