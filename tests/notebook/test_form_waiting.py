"""A live form whose options come later, from Python's side of the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.plugin.held_fetcher import HeldFetcher

if TYPE_CHECKING:
    from devsession.plugin.form import Form
    from tests.notebook.conftest import Page


@pytest.fixture
def fetcher(connection_form: Form, sync_form: Form) -> HeldFetcher:
    """Fetches the options of both forms, when the test says so."""
    fetcher = HeldFetcher()
    connection_form.fetch_by(fetcher)
    sync_form.fetch_by(fetcher)
    return fetcher


def test_a_click_is_answered_before_its_options_are_there(
    connection_page: Page, fetcher: HeldFetcher
) -> None:
    connection_page.send(type="set", name="tenant_url", value="https://acme.test")

    assert connection_page.state["answered"] == "page-1"
    assert connection_page.field("region")["loading"] is True
    connection_page.send(type="set", name="verify", value=False)
    assert connection_page.field("verify")["value"] == "false"
    assert fetcher.waiting == ["region"]


def test_options_are_drawn_when_they_come(connection_page: Page, fetcher: HeldFetcher) -> None:
    connection_page.send(type="set", name="tenant_url", value="https://acme.test")

    fetcher.end_all()

    offered = [option["value"] for option in connection_page.field("region")["options"]]
    assert offered == ["eu", "us"]
    assert "loading" not in connection_page.field("region")


def test_fields_of_the_app_keep_what_is_mapped_while_they_load(
    sync_page: Page, sync_form: Form, fetcher: HeldFetcher
) -> None:
    sync_form.fill(object="contact", mapping={"email": "EMAIL"})

    sync_page.send(type="set", name="object", value="company")

    assert sync_page.state["mapper"]["loading"] is True
    rows = [field["label"] for field in sync_page.widget.offered["app_fields"]]
    assert rows == ["Email"]
    fetcher.end_all()
    assert "loading" not in sync_page.state["mapper"]
    assert len(sync_page.widget.offered["app_fields"]) == 3


def test_an_action_waits_for_what_loads_and_for_a_choice_made_meanwhile(
    connection_page: Page, connection_form: Form, fetcher: HeldFetcher
) -> None:
    connection_page.send(type="secret", name="api_key", value="canary-7f3a")
    connection_page.send(type="set", name="tenant_url", value="https://acme.test")
    connection_page.send(type="set", name="region", value="us")

    connection_page.send(type="action", name="save")

    assert connection_page.done == ["save"]
    assert connection_form.plain("region") == "us"
    assert fetcher.calls[0][1].done()


def test_somebody_stops_waiting_and_tries_again(
    connection_page: Page, fetcher: HeldFetcher
) -> None:
    connection_page.send(type="set", name="tenant_url", value="https://acme.test")

    connection_page.send(type="stop", name="region")
    assert "stopped waiting" in connection_page.field("region")["error"]
    assert connection_page.field("region")["failure"] == {"traceback": "", "exchange": ""}

    connection_page.send(type="retry", name="region")
    assert connection_page.field("region")["loading"] is True
    fetcher.end_all()
    assert connection_page.field("region")["error"] == ""


def test_fill_in_a_cell_waits_for_the_options_that_a_click_asked_for(
    connection_page: Page, connection_form: Form, fetcher: HeldFetcher
) -> None:
    connection_page.send(type="set", name="tenant_url", value="https://acme.test")

    connection_form.fill(api_key="canary-7f3a", region="us")

    assert "loading" not in connection_page.field("region")
    assert connection_page.field("region")["value"] == "us"
    assert len(fetcher.calls) == 1
