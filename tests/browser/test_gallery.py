"""Every form and report: pictures of them, nothing sticks out, all can be used by everybody.

The pictures, light and dark, narrow and wide, lie in pytest's folder for this run;
`DEVSESSION_PICTURES=DIR` says where else.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import LAPTOP
from tests.browser.gallery import CELLS, CLICKED, FORMS, SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator

    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

# JupyterLab's body has no height and hides what sticks out of it, and its panels hide what is
# scrolled away: axe-core would take nearly all text for hidden, and pass over its colours.
SHOW_ALL = """() => {
    document.body.style.height = "100vh";
    document.querySelector(".jp-WindowedPanel-outer").scrollTop = 0;
    return document.querySelector(".jp-WindowedPanel-inner").scrollHeight;
}"""
BAD = '<p style="color: #777; background: #666">too faint to be read</p><input>'
ADD = "(output, html) => output.insertAdjacentHTML('beforeend', `<div class='bad'>${html}</div>`)"
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
# Where Tab has to stop, in its order: one of a group of radio buttons, and none that say so.
_STOPS = """(form) => [...form.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter((node) => node.tabIndex >= 0 && !node.disabled && node.checkVisibility({ visibilityProperty: true }))
    .filter((node, at, all) => node.type !== "radio" || all.find((other) => other.name === node.name) === node)"""
_START = f"""(form) => {{
    form.addEventListener("focusin", ({{ target }}) => (target.dataset.walked = ""));
    const stops = ({_STOPS})(form);
    stops[0].focus();
    return stops.length;
}}"""
_AT_THE_END = f"(form) => ({_STOPS})(form).at(-1) === document.activeElement"
_PASSED_OVER = f"(form) => ({_STOPS})(form).filter((node) => !('walked' in node.dataset)).map((node) => node.outerHTML)"


@pytest.fixture(scope="module")
def gallery(
    lab_page: NotebookPage, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NotebookPage]:
    """The notebook that shows every form and report, run."""
    lab_page.show(*CELLS, folder=tmp_path_factory.mktemp("gallery"))
    expect(lab_page.page.locator(".devsession-form:visible")).to_have_count(len(FORMS))
    for title, button in CLICKED:
        lab_page.form(title).get_by_role("button", name=button).click()
        expect(lab_page.form(title)).to_have_attribute("aria-busy", "false")
    # Not those of a template that is wrong: they stay as they are until it is right.
    busy = lab_page.cells.locator("[aria-busy=true]:not(.dsf-texts):visible")
    expect(busy).to_have_count(0)
    yield lab_page
    lab_page.use_theme("Light")


@pytest.fixture
def shown(gallery: NotebookPage) -> NotebookPage:
    """The gallery, all of it in one high window."""
    height = gallery.page.evaluate(SHOW_ALL)
    gallery.page.set_viewport_size({"width": 1280, "height": height + 200})
    for cell in (0, -1):
        expect(gallery.outputs(cell).last).to_be_in_viewport(ratio=1)
    return gallery


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures go."""
    kept = os.environ.get("DEVSESSION_PICTURES")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_what_sticks_out_would_be_found(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        "<main style='width: 100px'><p style='width: 300px'>too wide</p>"
        "<p style='overflow: hidden; white-space: nowrap'>a line that is cut off at its end</p>"
        "<p style='overflow: auto; white-space: nowrap'>a line that can be scrolled to its end</p></main>"
    )

    found = page.locator("main").evaluate(_STICKING_OUT)
    page.close()

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


def serious(notebook: NotebookPage, place: str) -> dict[str, list[str]]:
    """What keeps somebody from using what is there: rule, and each element that breaks it."""
    found: dict[str, Any] = Axe().run(notebook.page, context={"include": [[place]]}).response
    return {
        each["id"]: [f"{node['html'][:150]} {node['failureSummary']}" for node in each["nodes"]]
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    }


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_axe_finds_nothing_serious(shown: NotebookPage, theme: str) -> None:
    shown.use_theme(theme)
    shown.form("Sync everything").get_by_role("combobox", name="Tags").fill("e")
    expect(shown.page.get_by_role("listbox", name="Options")).to_be_visible()

    assert serious(shown, ".jp-OutputArea-output") == {}


def test_axe_would_find_it(shown: NotebookPage) -> None:
    shown.outputs(0).last.evaluate(ADD, BAD)

    assert serious(shown, ".bad").keys() == {"color-contrast", "label"}

    shown.page.locator(".bad").evaluate("(bad) => bad.remove()")


def press(form: Locator, *keys: str) -> None:
    """Keys, wherever the focus is."""
    for key in keys:
        form.page.keyboard.press(key)


@pytest.mark.parametrize("name", FORMS)
def test_tab_stops_at_every_control(gallery: NotebookPage, name: str) -> None:
    gallery.page.set_viewport_size(LAPTOP)
    form = gallery.outputs([*SHOWN].index(name)).get_by_role("form")

    walk(form, form.evaluate(_START))

    assert form.evaluate(_PASSED_OVER) == []


def walk(form: Locator, steps: int) -> None:
    """Press Tab until the last control has the focus; what scrolls by keys is a stop too."""
    for _ in range(2 * steps):
        if form.evaluate(_AT_THE_END):
            return
        form.page.keyboard.press("Tab")


def test_a_form_is_filled_tested_and_saved_by_keys_alone(gallery: NotebookPage) -> None:
    gallery.page.set_viewport_size(LAPTOP)
    form = gallery.form("Without a mouse")
    cells = gallery.cells.count()
    typed = form.page.keyboard.type
    form.get_by_label("Connectivity").focus()

    press(form, "Tab")
    expect(form.get_by_role("tab", name="API key")).to_be_focused()
    press(form, "ArrowRight", "Enter")
    expect(form.get_by_label("Notes")).to_be_visible()
    press(form, "ArrowLeft", "Space", "Tab")
    url = form.get_by_label("Tenant URL")
    expect(url).to_be_focused()
    typed("https://acme.example")
    press(form, "Tab")
    expect(form.get_by_role("textbox", name="API key")).to_be_focused()
    typed("k-add")
    press(form, "Tab", "Space")
    expect(form.get_by_label("Verify certificates")).to_be_checked()

    press(form, "Tab", "Enter")
    expect(form.get_by_text("connected to https://acme.example")).to_have_role("status")
    expect(form.get_by_role("button", name="Test")).to_be_focused()
    press(form, "Shift+Tab", "Shift+Tab", "Shift+Tab")
    expect(url).to_be_focused()
    press(form, "Tab", "Tab", "Tab", "Tab", "Enter")
    expect(form.get_by_text("saved with k-add")).to_have_role("status")
    press(form, "Tab", "Enter", "Tab")
    expect(form.get_by_role("button", name="Copy")).to_be_focused()
    expect(gallery.cells).to_have_count(cells)
