"""Another connection is saved, or plugin.py changes under the saved one: what the forms make of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from devsession import DevelopmentSession, secret
from devsession.errors import NotFilledError
from devsession.session.plugin_source import load_plugin_class

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.notebook.form_widget import FormWidget
    from devsession.session.sync import Sync

PLUGIN = """
from devsession.plugin import (
    SEND, ConnectionMethod, ConnectResponse, DynamicFormOptionsDataSource, FormDropdownField,
    FormInputField, FormJinjaTemplate, FormOption, OutboundSyncConfigurationForm, Plugin,
    PluginManifest,
)

ROOMS = {"ada": ["lounge", "lab"], "bob": ["lounge", "office"]}


class Chat(Plugin):
    def get_manifest(self):
        return PluginManifest(
            plugin_id="chat", plugin_name="Chat", developer_id="us", developer_name="Us",
            supported_outbound_strategies=[SEND],
        )

    def connection_form(self, connectivity_option="direct"):
        return [
            ConnectionMethod(
                name="API Key",
                fields=[FormInputField(name="user", label="User", required=True)],
            )
        ]

    def connect(self, parameters):
        user = parameters["user"]
        if user not in ["ada", "bob", "carl"]:
            raise RuntimeError(f"Chat does not know {user}")
        return ConnectResponse(connection_secrets={"session": {"value": f"session-of-{user}"}})

    def network_addresses(self, parameters):
        return []

    def outbound_configuration_form(self, parameters):
        rooms = DynamicFormOptionsDataSource(source_function=self.rooms)
        return OutboundSyncConfigurationForm(
            fields=[FormDropdownField(name="room", label="Room", required=True, data_source=rooms)],
            mapper=FormJinjaTemplate(),
        )

    def rooms(self, parameters):
        user = parameters.secret("session").removeprefix("session-of-")
        return [FormOption(value=room, label=room.title()) for room in ROOMS[user]]
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[DevelopmentSession]:
    """Connected as Ada."""
    modules, path = dict(sys.modules), list(sys.path)
    (tmp_path / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    session = DevelopmentSession(load_plugin_class(tmp_path), workspace=tmp_path)
    session.connection.fill(user="ada")
    yield session
    session.shut_down()
    sys.path[:] = path
    for name in sys.modules.keys() - modules.keys():
        if str(tmp_path) in (getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]


@pytest.fixture
def orders(session: DevelopmentSession) -> Sync:
    session.account.execute("create table ORDERS as select 1 as ID, 'Tea' as NAME")
    return session.sync("orders", source="ORDERS", identifier="ID", strategy="Send")


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[FormWidget]:
    """What cells show."""
    shown: list[FormWidget] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    return shown


def save(session: DevelopmentSession, before: str, after: str) -> None:
    """What an author does in an editor."""
    assert before in PLUGIN
    text = PLUGIN.replace(before, after)
    (session.workspace.folder / "plugin.py").write_text(text, encoding="utf-8")
    session.refresh()


def click(page: FormWidget, name: str) -> dict[str, Any]:
    """What the page says after a click on a button."""
    page._handle_custom_msg({"type": "action", "name": name, "id": "1"}, [])
    return page.state["message"]  # type: ignore[no-any-return]


def test_a_sync_offers_what_the_saved_connection_is_offered(
    session: DevelopmentSession, orders: Sync
) -> None:
    orders.fill(room="lab", template="{{ row.NAME }}")
    assert [option.label for option in orders.form.options("room")] == ["Lounge", "Lab"]

    session.connection.fill(user="bob")

    assert [option.label for option in orders.form.options("room")] == ["Lounge", "Office"]
    assert orders.form.notices == {"room": "'lab' is not an option any more"}


def test_an_error_of_the_connection_before_is_gone_when_another_is_saved(
    session: DevelopmentSession, orders: Sync, pages: list[FormWidget]
) -> None:
    session.connection.fill(user="carl")
    orders._ipython_display_()
    assert "raised KeyError: 'carl'" in pages[0].state["fields"][0]["error"]

    session.connection.fill(user="bob")

    assert pages[0].state["fields"][0]["error"] == ""


def test_the_same_connection_fetches_nothing_anew(
    session: DevelopmentSession, orders: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders.form.describe()
    monkeypatch.delattr(session.source.plugin_class, "rooms")

    session.connection.fill(user="ada")

    assert [option.label for option in orders.form.options("room")] == ["Lounge", "Lab"]


def test_a_method_that_the_plugin_has_no_more(
    session: DevelopmentSession, pages: list[FormWidget], snapshot: SnapshotAssertion
) -> None:
    session.connection._ipython_display_()
    save(session, '"API Key"', '"Password"')

    with pytest.raises(NotFilledError) as error:
        _ = session.connection.parameters
    assert str(error.value) == snapshot
    assert pages[0].state["message"] == {"text": str(error.value), "is_error": True}
    assert "which the plugin has no more" in repr(pages[0])

    assert click(pages[0], "save")["text"].startswith("connection saved, changed: method")
    assert session.connection.parameters.connection_method == "Password"


def test_a_field_that_is_not_asked_for_yet_is_not_lacking(session: DevelopmentSession) -> None:
    user = 'FormInputField(name="user"'
    asked_later = 'FormInputField(name="floor", label="Floor", required=True, depends_on="nick")'
    save(session, user, f'FormInputField(name="nick", label="Nick"), {asked_later}, {user}')

    assert session.connection.parameters["user"] == "ada"


def test_a_form_says_what_comes_next_once_it_is_saved(
    session: DevelopmentSession, orders: Sync, pages: list[FormWidget]
) -> None:
    orders.fill(room="lounge", template="Hello")

    session.connection._ipython_display_()
    orders._ipython_display_()

    for page, next_step in zip(pages, ("session.sync(", ".plan() says"), strict=True):
        assert f"next: it is saved; {next_step}" in repr(page)

    session.connection.form.set("user", "bob")

    assert "next: Test, then Save" in repr(pages[0])


def test_a_secret_that_is_nowhere_is_said_at_its_field(
    session: DevelopmentSession, pages: list[FormWidget], monkeypatch: pytest.MonkeyPatch
) -> None:
    save(
        session,
        'FormInputField(name="user"',
        'FormInputField(name="key", label="Key", secret=True), FormInputField(name="user"',
    )
    monkeypatch.setenv("CHAT_KEY", "s3cret-of-chat")
    session.connection.fill(key=secret("CHAT_KEY"))
    monkeypatch.delenv("CHAT_KEY")

    session.connection._ipython_display_()

    assert pages[0].state["fields"][0]["notice"] == (
        "is nowhere: type it here, or put CHAT_KEY=.. into .env"
    )

    monkeypatch.setenv("CHAT_KEY", "s3cret-of-chat")
    session.connection._ipython_display_()

    assert pages[0].state["fields"][0]["notice"] == ""


def test_what_a_button_said_is_gone_when_the_cell_is_run_again(
    session: DevelopmentSession, pages: list[FormWidget]
) -> None:
    session.connection._ipython_display_()
    assert click(pages[0], "save")["text"].startswith("connection saved")

    pages[0]._repr_mimebundle_()

    assert pages[0].state["message"]["text"] == ""


def test_what_connect_says_stands_first_and_its_lines_below(
    session: DevelopmentSession, pages: list[FormWidget], snapshot: SnapshotAssertion
) -> None:
    session.connection._ipython_display_()
    session.connection.form.set("user", "eve")

    message = click(pages[0], "test")

    assert message["text"] == snapshot
    assert message["failure"]["traceback"].splitlines()[1:] == [
        '    raise RuntimeError(f"Chat does not know {user}")',
        "RuntimeError: Chat does not know eve",
    ]
