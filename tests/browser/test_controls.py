"""Every kind of control in a form, by mouse and by keyboard alone, in JupyterLab itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.controls import choose, chosen, dropdown, options, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

CONTROLS = "from tests.browser import forms\nforms.controls"
# As when options cannot be had: an answer stays that is not offered.
NOT_OFFERED = """
state = forms.controls.state
fields = [{**each, "value": "gone"} if each["name"] == "object" else each for each in state["fields"]]
forms.controls.state = {**state, "fields": fields}
"""
# What is seen and not meant to scroll holds all that is in it; inputs scroll their text.
OVERFLOWING = """(form) => [...form.querySelectorAll('*')]
    .filter((node) => node.scrollWidth > node.clientWidth
        && getComputedStyle(node).display !== 'inline'
        && getComputedStyle(node).visibility !== 'hidden'
        && !node.matches('input, textarea, .dsf-told'))
    .map((node) => node.outerHTML.slice(0, 120))"""
INSIDE = """(list) => {
    const { left, right, top, bottom } = list.getBoundingClientRect();
    return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight;
}"""


@pytest.fixture
def notebook(stage: NotebookPage) -> NotebookPage:
    """A notebook that shows a form with every kind of control, and three connection methods."""
    stage.show(CONTROLS)
    return stage


@pytest.fixture
def form(notebook: NotebookPage) -> Locator:
    """The form, live."""
    return notebook.form("Every control")


def tab(form: Locator, name: str) -> Locator:
    return form.get_by_role("tab", name=name)


def said(form: Locator, field: str) -> Locator:
    """What a screen reader is told of a dropdown's list."""
    return form.locator(f"[data-field={field}] .dsf-told")


def press_what_lab_listens_to(control: Locator) -> None:
    """Keys that insert, delete and number cells or leave the form; the control keeps them all."""
    control.focus()
    for key in ("a", "d", "d", "Shift+L", "ArrowUp", "ArrowDown", "Escape", "b"):
        control.press(key)
    expect(control).to_be_focused()
    control.press("Escape")


def test_one_of_thousands_by_keyboard_alone(form: Locator, notebook: NotebookPage) -> None:
    keyboard, box = notebook.page.keyboard, dropdown(form, "Object")
    box.focus()
    keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(options(form)).to_have_count(100)
    expect(options(form).first).to_have_attribute("aria-setsize", "5000")
    expect(form.get_by_text("4,900 more: type to find them")).to_be_visible()
    expect(said(form, "object")).to_have_text("5,000 options")

    keyboard.type("object_4321")
    expect(options(form)).to_have_text(["Object 4321 object_4321"])
    expect(said(form, "object")).to_have_text("1 of 5,000 options")
    keyboard.press("Enter")
    expect(box).to_have_value("Object 4321")
    expect(box).to_have_attribute("aria-expanded", "false")

    keyboard.press("ArrowDown")
    expect(options(form).first).to_have_attribute("aria-selected", "true")
    keyboard.press("End")
    keyboard.press("ArrowUp")
    keyboard.press("Tab")
    expect(box).to_have_value("Object 97")
    expect(dropdown(form, "Tags")).to_be_focused()
    wait_for(notebook, "forms.controls_form.plain('object') == 'object_97'")

    box.fill("zzz")
    expect(form.get_by_text("Nothing found for “zzz”").first).to_be_visible()
    keyboard.press("Escape")
    expect(box).to_have_value("Object 97")
    box.fill("")
    keyboard.press("Tab")
    wait_for(notebook, "forms.controls_form.plain('object') is None")

    notebook.execute(NOT_OFFERED)
    expect(box).to_have_value("gone")


def test_several_by_keyboard_and_by_mouse(form: Locator, notebook: NotebookPage) -> None:
    keyboard, box = notebook.page.keyboard, dropdown(form, "Tags")
    box.focus()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(chosen(form, "tags")).to_have_text(["Green×", "Blue×"])
    expect(said(form, "tags")).to_have_text("Blue chosen")
    expect(box).to_have_accessible_description("chosen: Green, Blue Any number")

    keyboard.type("re")
    keyboard.press("Enter")
    expect(chosen(form, "tags")).to_have_text(["Green×", "Blue×", "Red×"])
    wait_for(notebook, "forms.controls_form.plain('tags') == ['green', 'blue', 'red']")

    keyboard.press("Backspace")
    keyboard.press("Escape")
    keyboard.press("ArrowLeft")
    keyboard.press("ArrowLeft")
    expect(form.get_by_role("button", name="Remove Green")).to_be_focused()
    keyboard.press("Delete")
    expect(form.get_by_role("button", name="Remove Blue")).to_be_focused()
    keyboard.press("Enter")
    expect(box).to_be_focused()
    expect(chosen(form, "tags")).to_have_count(0)

    choose(form, "Tags", "Blue", "Red")
    form.get_by_role("button", name="Remove Blue").click()
    wait_for(notebook, "forms.controls_form.plain('tags') == ['red']")
    notebook.execute("forms.controls_form.set('tags', ['green', 'red'])")
    expect(chosen(form, "tags")).to_have_text(["Green×", "Red×"])

    dropdown(form, "None").click()
    expect(said(form, "none")).to_have_text("There is nothing to choose")


def test_methods_are_tabs_and_a_slider_may_be_unanswered(
    form: Locator, notebook: NotebookPage
) -> None:
    keyboard = notebook.page.keyboard
    slider = form.get_by_role("slider", name="Batch size")
    number = form.get_by_role("spinbutton", name="Batch size as a number")
    expect(slider).to_have_attribute("aria-valuetext", "not set")
    slider.press("Home")
    expect(number).to_have_value("10")
    wait_for(notebook, "forms.controls_form.plain('batch') == 10")
    slider.press("ArrowRight")
    expect(number).to_have_value("20")
    number.fill("45")
    expect(number).to_have_accessible_description(
        "45 is between two steps of 10; the nearest: 40 and 50"
    )
    number.fill("")
    number.press("Tab")
    expect(slider).to_have_attribute("aria-valuetext", "not set")
    wait_for(notebook, "forms.controls_form.plain('batch') is None")
    form.get_by_label("Notes").press_sequentially("half a sen")
    wait_for(notebook, "forms.controls_form.plain('notes') == 'half a sen'")

    expect(form.get_by_role("tabpanel", name="API Key")).to_contain_text("Address of API Key")
    tab(form, "API Key").focus()
    keyboard.press("ArrowLeft")
    expect(tab(form, "Basic authentication")).to_be_focused()
    keyboard.press("ArrowLeft")
    keyboard.press("Enter")
    expect(tab(form, "OAuth")).to_have_attribute("aria-selected", "true")
    expect(form.get_by_role("tabpanel", name="OAuth")).to_contain_text("Address of OAuth")
    keyboard.press("Tab")
    expect(form.get_by_label("Address of OAuth")).to_be_focused()
    wait_for(notebook, "forms.controls_form.method == 'OAuth'")


def test_keys_leave_the_notebook_alone_and_nothing_overflows(
    form: Locator, notebook: NotebookPage
) -> None:
    press_what_lab_listens_to(tab(form, "API Key"))
    press_what_lab_listens_to(form.get_by_label("Address of API Key"))
    press_what_lab_listens_to(dropdown(form, "Object"))
    press_what_lab_listens_to(dropdown(form, "Tags"))
    press_what_lab_listens_to(form.get_by_role("slider"))
    press_what_lab_listens_to(form.get_by_role("spinbutton"))
    press_what_lab_listens_to(form.get_by_label("Blue"))
    press_what_lab_listens_to(form.get_by_label("Verify certificates"))
    press_what_lab_listens_to(form.get_by_label("Notes"))
    press_what_lab_listens_to(form.get_by_role("textbox", name="API key", exact=True))
    press_what_lab_listens_to(form.get_by_role("button", name="Save"))
    # The kernel is asked after the keys: whatever they did has been done when it has answered.
    notebook.execute("None")
    expect(notebook.cells).to_have_count(1)
    expect(notebook.page.locator(".jp-Notebook .cm-lineNumbers")).to_have_count(0)

    choose(form, "Tags", "A colour", "Red")
    for width in (800, 1600):
        notebook.page.set_viewport_size({"width": width, "height": 700})
        for label in ("Object", "Tags", "None"):
            dropdown(form, label).click()
            assert form.locator(".dsf-list:popover-open").evaluate(INSIDE)
            assert form.evaluate(OVERFLOWING) == []
            dropdown(form, label).press("Escape")
