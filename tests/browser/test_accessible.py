"""Forms and reports for everybody: checked by axe-core, and filled without a mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

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


@pytest.fixture
def shown(gallery: NotebookPage) -> NotebookPage:
    """The gallery, all of it in one high window."""
    height = gallery.page.evaluate(SHOW_ALL)
    gallery.page.set_viewport_size({"width": 1280, "height": height + 200})
    for cell in (0, -1):
        expect(gallery.outputs(cell).last).to_be_in_viewport(ratio=1)
    return gallery


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


def test_a_form_is_filled_tested_and_saved_by_keys_alone(gallery: NotebookPage) -> None:
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
