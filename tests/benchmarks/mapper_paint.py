"""From running a cell to the whole mapper on the screen, in a real browser, in JupyterLab itself."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from tests.benchmarks.figure import Figure
from tests.benchmarks.in_browser import PAINT, browser_and_lab, notebook_with

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.lab import Lab

_RUNS = 3
_IMPORTS = "from tests.benchmarks.mapper_forms import ours, stock"
_ROWS = {"ours": ".dsf-row input", "stock": ".widget-dropdown select"}


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
    with browser_and_lab() as (browser, lab):
        ours = median(_seconds(browser, lab, "ours", size) for _ in range(_RUNS))
        stock = median(_seconds(browser, lab, "stock", size) for _ in range(baseline_runs))
    return Figure(ours, stock)


def _seconds(browser: Browser, lab: Lab, form: str, size: int) -> float:
    """One run, in a kernel that has imported all that it needs."""
    with notebook_with(browser, lab, f"{form}({size})") as notebook:
        notebook.execute(f"{_IMPORTS}; ours(1), stock(1)")
        seconds: float = notebook.page.evaluate(PAINT, [_ROWS[form], size])
    return seconds
