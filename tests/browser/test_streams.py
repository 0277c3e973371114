"""The streams of an inbound sync, chosen in JupyterLab itself: by keys, wrong at first, two hundred."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from devsession.warehouse import embedded_service
from tests.browser.controls import wait_for
from tests.browser.test_form import click
from tests.browser.test_mapper import OVERFLOWING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.browser.notebook_page import NotebookPage

pytestmark = pytest.mark.browser

CELL = "from tests.browser import stream_forms as own\nstreams = own.begin(own.{})\nstreams"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the syncs are saved; the warehouse ends with the tests."""
    folder = tmp_path_factory.mktemp("streams")
    yield folder
    embedded_service(folder).stop()


def stream(form: Locator, name: str) -> Locator:
    """The checkbox of a stream."""
    return form.get_by_role("checkbox", name=name, exact=True)


def choice(form: Locator, which: str, name: str) -> Locator:
    """What a stream's strategy, cursor, key or storage is chosen with."""
    return form.get_by_label(f"{which} of {name}", exact=True)


def test_streams_are_chosen_by_keys_and_saved(stage: NotebookPage, folder: Path) -> None:
    stage.show(CELL.format("STREAMS"), folder=folder)
    form = stage.form("Sync 6 streams")
    expect(form.get_by_text("Streams: 6 of 6 read")).to_be_visible()
    account, project = stream(form, "account"), stream(form, "project")
    expect(account).to_be_disabled()
    expect(account).to_have_accessible_description("mandatory")
    expect(project).to_have_accessible_description("task depends on it")

    stream(form, "task").focus()
    form.page.keyboard.press("Space")
    expect(stream(form, "task")).not_to_be_checked()
    expect(choice(form, "storage", "task")).to_have_count(0)
    expect(project).to_be_enabled()
    project.press("Space")
    expect(form.get_by_text("Streams: 4 of 6 read")).to_be_visible()
    stream(form, "task").press("Space")
    expect(form.get_by_text("project is read too: task depends on it")).to_have_role("status")
    expect(project).to_be_checked()
    expect(project).to_be_disabled()
    expect(stream(form, "task")).to_be_focused()

    stream(form, "contact").focus()
    form.page.keyboard.press("Tab")
    expect(choice(form, "strategy", "contact")).to_be_focused()
    form.page.keyboard.type("Inc")
    form.page.keyboard.press("Tab")
    expect(choice(form, "cursor", "contact")).to_be_focused()
    form.page.keyboard.type("upd")
    form.page.keyboard.press("Tab")
    form.page.keyboard.type("owner.id")
    form.page.keyboard.press("Tab")
    expect(choice(form, "storage", "contact")).to_be_focused()
    expect(choice(form, "storage", "contact")).to_have_value('"merge"')
    form.get_by_label("Read streams too that the app has later").check()

    click(form, "Save")
    expect(form.get_by_text('next: sync.scenario("..") freezes the input')).to_be_visible()
    wait_for(stage, "(chosen := streams.record.streams).include_new_streams")
    wait_for(stage, "chosen.included_streams['contact'].cursor_field == 'updated_at'")
    wait_for(stage, "chosen.included_streams['contact'].primary_key_field == [['owner', 'id']]")
    expect(form.locator(".dsf-code pre")).to_contain_text("include_new_streams=True")
    for width in (800, 1600):
        stage.page.set_viewport_size({"width": width, "height": 1000})
        assert form.locator(".dsf-streams").evaluate(OVERFLOWING) == []


def test_what_is_wrong_stands_at_its_row_also_among_hundreds(
    stage: NotebookPage, folder: Path
) -> None:
    stage.show(CELL.format("MANY"), folder=folder)
    form = stage.form("Sync 200 streams")
    expect(form.get_by_text("Streams: 200 of 200 read")).to_be_visible()

    click(form, "Read none")
    expect(form.get_by_text("choose at least one stream")).to_have_role("alert")
    form.get_by_role("searchbox", name="Find streams").fill("m 15")
    expect(form.get_by_role("checkbox", name=re.compile("^stream "))).to_have_count(10)
    click(form, "Read all")
    expect(form.get_by_text("Streams: 10 of 200 read")).to_be_visible()
    expect(form.get_by_text("choose at least one stream")).to_have_count(0)

    choice(form, "strategy", "stream 157").select_option("Incremental")
    cursor = choice(form, "cursor", "stream 157")
    expect(cursor).to_have_attribute("aria-invalid", "true")
    expect(cursor).to_have_accessible_description(
        "cursor: Incremental needs one: the field that grows with each change"
    )
    click(form, "Save")
    expect(form.get_by_text("streams.stream 157.cursor")).to_be_visible()
    wait_for(stage, "not streams.filled")

    cursor.select_option("updated_at")
    expect(cursor).to_have_attribute("aria-invalid", "false")
    choice(form, "storage", "stream 157").select_option("merge")
    expect(choice(form, "storage", "stream 157")).to_have_accessible_description(
        re.compile("merge needs a key")
    )
    choice(form, "key", "stream 157").select_option("id")
    click(form, "Save")
    expect(form.get_by_text("saved", exact=False).first).to_be_visible()
    wait_for(stage, "len(streams.record.streams.included_streams) == 10")
