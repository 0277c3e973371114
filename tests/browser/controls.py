"""What a person does with the controls of a form that are not native ones."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.notebook_page import NotebookPage

SECONDS = 120


def wait_for(notebook: NotebookPage, condition: str) -> None:
    """Wait until a condition holds in the kernel, which deals with clicks beside its cells."""
    end = time.monotonic() + SECONDS
    while not notebook.is_so(f"assert {condition}"):
        assert time.monotonic() < end, condition


def dropdown(form: Locator, label: str) -> Locator:
    """The input of a dropdown; its value is the label of what is chosen."""
    return form.get_by_role("combobox", name=label, exact=True)


def options(form: Locator) -> Locator:
    """The options of the dropdown that is open."""
    return form.get_by_role("listbox").get_by_role("option")


def choose(form: Locator, label: str, *labels: str) -> None:
    """Search each option of a dropdown by its label, and click on it."""
    box = dropdown(form, label)
    for each in labels:
        box.fill(each)
        options(form).filter(has_text=each).first.click()
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")


def chosen(form: Locator, field: str) -> Locator:
    """The chips of a dropdown of several, by the field's name."""
    return form.locator(f"[data-field={field}] .dsf-chip")
