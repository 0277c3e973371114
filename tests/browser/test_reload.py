"""A page that is loaded again shows each form as it was, and what is done there goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.controls import dropdown
from tests.browser.test_loading import loading, write
from tests.browser.test_mapper import click, fill, headings, source_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

CELLS = [
    "from tests.browser import forms\nforms.connection",
    "from tests.browser import mapper_forms\nmapper_forms.widget",
    "from tests.browser import loading_forms as live\nlive.widget",
]
CANARY = "canary-2b8e61"


def test_a_reloaded_page_shows_what_was_filled(stage: NotebookPage, tmp_path: Path) -> None:
    stage.show(*CELLS, folder=tmp_path)
    connection, mapper = stage.form("Connect to Acme"), stage.form("Sync people")
    slow = stage.form("Connect slowly")
    connection.get_by_label("API key").fill(CANARY)
    write(connection, "Tenant URL", "https://acme.test")
    expect(dropdown(connection, "Region")).to_have_attribute("placeholder", "choose")
    fill(mapper, "email", "EMAIL")
    click(mapper, "Match columns")
    expect(mapper.get_by_role("button", name="Accept all 4")).to_be_visible()
    (tmp_path / "acme.allowed").touch()
    write(slow, "Tenant", "acme")
    expect(dropdown(slow, "Region")).to_have_attribute("placeholder", "choose")
    stage.save()

    stage.reload()

    expect(connection.get_by_label("Tenant URL")).to_have_value("https://acme.test")
    key = connection.get_by_label("API key")
    expect(key).to_have_value("")
    expect(key).to_have_attribute("placeholder", "set; type to replace it")
    expect(source_of(mapper, "email")).to_have_value("EMAIL")
    expect(mapper.get_by_role("button", name="Accept all 4")).to_be_visible()
    expect(headings(mapper)).to_have_text(["IDENTIFIER", "email"])

    # JupyterLab sends the clicks of a page that was loaded again to another thread of the kernel.
    write(slow, "Tenant", "other")
    expect(loading(slow)).to_be_visible()
    (tmp_path / "other.allowed").touch()
    expect(loading(slow)).to_have_count(0)
    expect(dropdown(slow, "Region")).to_have_attribute("placeholder", "choose")
