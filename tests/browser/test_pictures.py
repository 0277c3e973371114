"""Every form and report, light and dark, narrow and wide: pictures for people, and nothing sticks out.

The pictures lie in pytest's folder for this run; `DEVSESSION_PICTURES=DIR` says where else.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.gallery import SHOWN

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

HEIGHT = 2000  # more than the longest form: no toolbar lies over it
# What is wider than the place it stands in, or cut off by it, each with the way to it.
_STICKING_OUT = """(root) => {
    const found = [];
    const scrolls = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
    const named = (element) => `${element.tagName.toLowerCase()}.${element.className}`;
    const walk = (element, right, left) => {
        const box = element.getBoundingClientRect();
        if (!element.checkVisibility() || box.width <= 1 || box.height <= 1) return;
        if (box.right > right + 1 || box.left < left - 1) found.push(`${named(element)} sticks out: ${element.textContent.slice(0, 40)}`);
        const style = getComputedStyle(element);
        const cut = element.scrollWidth > element.clientWidth + 1 && ["hidden", "clip"].includes(style.overflowX) && style.textOverflow !== "ellipsis";
        if (cut && element.clientWidth > 0 && !element.matches("input, select, textarea")) found.push(`${named(element)} cuts off: ${element.textContent.slice(0, 40)}`);
        if (scrolls(element)) return [...element.children].forEach((child) => walk(child, Infinity, -Infinity));
        [...element.children].forEach((child) => walk(child, Math.min(right, box.right), Math.max(left, box.left)));
    };
    walk(root, Infinity, -Infinity);
    if (scrolls(root) && root.scrollWidth > root.clientWidth + 1) found.push("the output scrolls sideways");
    return found;
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures go."""
    kept = os.environ.get("DEVSESSION_PICTURES")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_what_sticks_out_would_be_found(page: Page) -> None:
    page.set_content(
        "<main style='width: 100px'><p style='width: 300px'>too wide</p>"
        "<p style='overflow: hidden; white-space: nowrap'>a line that is cut off at its end</p>"
        "<p style='overflow: auto; white-space: nowrap'>a line that can be scrolled to its end</p></main>"
    )

    found = page.locator("main").evaluate(_STICKING_OUT)

    assert [each.split(". ")[1] for each in found] == [
        "sticks out: too wide",
        "cuts off: a line that is cut off at its end",
    ]


@pytest.mark.parametrize(
    ("theme", "width"),
    [
        ("Light", 1600),
        ("Dark", 800),
        pytest.param("Light", 800, marks=pytest.mark.long),
        pytest.param("Dark", 1600, marks=pytest.mark.long),
    ],
)
def test_every_form_and_report(gallery: NotebookPage, folder: Path, theme: str, width: int) -> None:
    gallery.page.set_viewport_size({"width": width, "height": HEIGHT})
    gallery.use_theme(theme)
    found: dict[str, list[str]] = {}
    for cell, name in enumerate(SHOWN):
        output = gallery.outputs(cell).last
        file = re.sub(r"\W+", "-", f"{name} {theme} {width}".lower())
        output.screenshot(path=folder / f"{file}.png")
        found[name] = output.evaluate(_STICKING_OUT)

    assert found == {name: [] for name in SHOWN}
