"""A form of six fields in a real browser, in JupyterLab itself: until it is seen, and as one types."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from tests.benchmarks.figure import Figure
from tests.benchmarks.in_browser import PAINT, browser_and_lab, notebook_with

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.lab import Lab

_RUNS = 5
_FIELDS = 6
_IMPORTS = "from tests.benchmarks.form_forms import ours, stock; ours(), stock()"
_INPUTS = {"ours": ".dsf-field", "stock": ".widget-vbox :is(input, select)"}
_NUMBER = {"ours": ".dsf-number", "stock": ".widget-text input[placeholder='a number']"}
_ERROR = {"ours": ".dsf-error:not(:empty)", "stock": ".refused"}
# Each is refused, with an error of its own.
_TYPED = "1234567"
# From a key to the error that says the number as it is now, and has been painted.
_WAIT = """([number, error]) => {
    const input = document.querySelector(number);
    window.measured = new Promise((resolve) => input.addEventListener("keydown", () => {
        const start = performance.now();
        const look = () => {
            const said = document.querySelector(error)?.textContent ?? "";
            if (!said.endsWith(`not ${input.value}`)) requestAnimationFrame(look);
            else requestAnimationFrame(() => resolve((performance.now() - start) / 1000));
        };
        requestAnimationFrame(look);
    }, { once: true }));
}"""


def form_paint_6() -> Figure:
    """Seconds from running the cell to six fields on the screen, the median of five."""
    with browser_and_lab() as (browser, lab):
        ours = median(_paint(browser, lab, "ours") for _ in range(_RUNS))
        stock = median(_paint(browser, lab, "stock") for _ in range(_RUNS))
    return Figure(ours, stock)


def form_keystroke() -> Figure:
    """Seconds from a key to the error about what was typed, the median of seven keys."""
    with browser_and_lab() as (browser, lab):
        ours, stock = _keystroke(browser, lab, "ours"), _keystroke(browser, lab, "stock")
    return Figure(ours, stock)


def _paint(browser: Browser, lab: Lab, form: str) -> float:
    with notebook_with(browser, lab, f"{form}()") as notebook:
        notebook.execute(_IMPORTS)
        seconds: float = notebook.page.evaluate(PAINT, [_INPUTS[form], _FIELDS])
    return seconds


def _keystroke(browser: Browser, lab: Lab, form: str) -> float:
    with notebook_with(browser, lab, f"{form}()") as notebook:
        notebook.execute(_IMPORTS)
        page = notebook.page
        page.evaluate(PAINT, [_INPUTS[form], _FIELDS])
        number = page.locator(_NUMBER[form])
        number.press_sequentially("999")
        number.press("Tab")
        page.locator(_ERROR[form]).wait_for()
        seconds: list[float] = []
        for key in _TYPED:
            page.evaluate(_WAIT, [_NUMBER[form], _ERROR[form]])
            number.press(key)
            seconds.append(page.evaluate("window.measured"))
    return median(seconds)
