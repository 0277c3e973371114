"""Options that take their time, in JupyterLab: what is seen meanwhile, and of what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

CELL = "from tests.browser import loading_forms as live\nlive.widget"


@pytest.fixture
def notebook(stage: NotebookPage, tmp_path: Path) -> NotebookPage:
    """A notebook that shows the form; files in its kernel's folder let option functions end."""
    stage.show(CELL, folder=tmp_path)
    return stage


@pytest.fixture
def form(notebook: NotebookPage) -> Locator:
    return notebook.form("Connect slowly")


def write(form: Locator, label: str, text: str) -> None:
    field = form.get_by_role("textbox", name=label)
    field.fill(text)
    field.press("Tab")


def loading(form: Locator) -> Locator:
    return form.get_by_role("status").filter(has_text="loading…")


def test_options_load_beside_the_form_and_what_fails_is_tried_again(
    form: Locator, notebook: NotebookPage, tmp_path: Path
) -> None:
    region = form.get_by_role("combobox", name="Region")
    write(form, "Tenant", "acme")
    expect(loading(form)).to_be_visible()
    expect(region).to_have_attribute("aria-busy", "true")

    write(form, "Notes", "meanwhile")
    notebook.execute("assert live.form.plain('notes') == 'meanwhile'")
    notebook.execute("assert live.called == ['acme']")
    expect(loading(form)).to_be_visible()

    (tmp_path / "acme.allowed").touch()
    expect(loading(form)).to_have_count(0)
    expect(region).to_have_attribute("aria-busy", "false")
    notebook.execute("assert live.form.fill(region='eu') is None")

    # A choice waits for the options of another tenant, and a click on Test for both; what the last
    # one said is gone meanwhile.
    form.get_by_role("button", name="Test").click()
    expect(form.get_by_text("connected: eu")).to_be_visible()
    notebook.execute("with live.form.without_waiting(): live.form.set('tenant', 'other')")
    expect(loading(form)).to_be_visible()
    form.get_by_role("button", name="Test").click()
    expect(form.get_by_role("button", name="Testing…")).to_be_visible()
    expect(form.get_by_text("connected: eu")).to_have_count(0)
    (tmp_path / "other.allowed").touch()
    expect(form.get_by_text("connected: eu")).to_be_visible()
    expect(loading(form)).to_have_count(0)
    notebook.execute("assert live.called == ['acme', 'other']")

    # An app that is away.
    (tmp_path / "away.allowed").touch()
    (tmp_path / "away.broken").touch()
    write(form, "Tenant", "away")
    expect(form.get_by_text("regions() raised ConnectionError: away is away")).to_be_visible()
    expect(region).to_have_attribute("aria-invalid", "true")

    why = form.get_by_text("What happened").filter(visible=True)
    why.press("Enter")
    expect(form.get_by_role("region", name="traceback")).to_contain_text("raise ConnectionError(f")
    expect(form.get_by_role("region", name="exchange")).to_contain_text("-> 503 Away")

    (tmp_path / "away.allowed").unlink()
    (tmp_path / "away.broken").unlink()
    form.get_by_role("button", name="Try again to load Region").press("Enter")
    expect(region).to_be_focused()
    expect(loading(form)).to_be_visible()
    form.get_by_role("button", name="Stop waiting for Region").press("Enter")
    expect(form.get_by_text("somebody stopped waiting")).to_be_visible()

    (tmp_path / "away.allowed").touch()
    form.get_by_role("button", name="Try again to load Region").press("Enter")
    expect(region).to_have_attribute("aria-invalid", "false")
    expect(loading(form)).to_have_count(0)


def test_a_saved_plugin_renews_the_form_in_place(
    form: Locator, notebook: NotebookPage, tmp_path: Path
) -> None:
    (tmp_path / "acme.allowed").touch()
    write(form, "Tenant", "acme")
    notebook.execute("live.form.fill(region='eu')")
    notes = form.get_by_role("textbox", name="Notes")
    notes.press_sequentially("half a sen")

    (tmp_path / "acme.allowed").unlink()
    notebook.execute("live.save_plugin('Team')")
    expect(form.get_by_role("textbox", name="Team")).to_be_visible()
    expect(loading(form)).to_be_visible()
    expect(notes).to_be_focused()
    expect(notes).to_have_value("half a sen")
    (tmp_path / "acme.allowed").touch()
    expect(loading(form)).to_have_count(0)
    notebook.execute("assert live.form.plain('region') == 'eu'")
