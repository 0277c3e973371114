"""What is chosen of streams on an inbound sync's page, without a browser: messages, and what they show."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from devsession import DevelopmentSession
from devsession.plugin import (
    StreamConfiguration,
)
from devsession.session.inbound_sync import InboundSync
from tests.in_process import warehouses_in_process
from tests.open_plugin import OpenStreams

if TYPE_CHECKING:
    from collections.abc import Iterator

BOTH = ["Full Refresh", "Incremental"]
TEXT = {"type": "string"}
PEOPLE = {
    "properties": {
        "id": TEXT,
        "at": {"type": ["string", "null"]},
        "owner": {"type": "object", "properties": {"id": TEXT}},
        "tags": {"type": "array"},
    }
}
STREAMS = [
    StreamConfiguration(
        stream_name="account", supported_sync_strategies=["Full Refresh"], mandatory=True
    ),
    StreamConfiguration(stream_name="person", supported_sync_strategies=BOTH, json_schema=PEOPLE),
    StreamConfiguration(
        stream_name="project",
        supported_sync_strategies=BOTH,
        source_defined_primary_key="id",
        default_cursor_field="changed",
    ),
    StreamConfiguration(
        stream_name="task",
        supported_sync_strategies=["Incremental"],
        source_defined_cursor=True,
        depends_on_stream="project",
    ),
]


class Listing(OpenStreams):
    """In this file, so that no other file counts when it is looked whether the plugin was saved."""

    streams = STREAMS


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevelopmentSession]:
    with warehouses_in_process():
        session = DevelopmentSession(Listing, workspace=tmp_path_factory.mktemp("listing"))
        session.connection.fill()
        yield session
        session.shut_down()


@pytest.fixture
def sync(
    session: DevelopmentSession, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> InboundSync:
    """Not filled yet; the plugin lists what it listed at first."""
    monkeypatch.setattr(session.source.plugin_class, "streams", STREAMS)
    return session.sync(request.node.name.replace("[", "-").rstrip("]"), direction="inbound")


class Clicked:
    """The page: what is clicked, and what it shows then."""

    def __init__(self, sync: InboundSync) -> None:
        self._page = sync._page
        self._ids = map(str, count())

    def __call__(self, kind: str, **message: Any) -> str:
        self._page._receive(self._page, {"type": kind, "id": next(self._ids), **message}, [])
        return str(self._page.state["message"]["text"])

    def choose(self, name: str, choice: str, value: str) -> dict[str, Any]:
        self("choose_stream", name=name, choice=choice, value=value)
        return self.row(name)

    def row(self, name: str) -> dict[str, Any]:
        return next(row for row in self.streams["rows"] if row["name"] == name)

    @property
    def streams(self) -> dict[str, Any]:
        streams: dict[str, Any] = self._page.state["streams"]
        return streams

    @property
    def offered(self) -> dict[str, Any]:
        offered: dict[str, Any] = self._page.offered["streams"]
        return offered

    @property
    def draft(self) -> object:
        return self._page.state["draft"]

    @property
    def call(self) -> str:
        return str(self._page.state["fill_call"])


@pytest.fixture
def click(sync: InboundSync) -> Clicked:
    return Clicked(sync)


def chosen(sync: InboundSync) -> dict[str, tuple[str, object, object, str]]:
    """How each stream is read, as it is saved."""
    return {
        name: (str(it.sync_strategy), it.cursor_field, it.primary_key_field, it.storage_behaviour)
        for name, it in sync.record.streams.included_streams.items()
    }


def test_in_the_beginning_all_are_read_as_is_usual(click: Clicked) -> None:
    assert click.streams["told"] == "4 of 4 read"
    assert [row["fixed"] for row in click.streams["rows"]] == [
        "mandatory",
        "",
        "task depends on it",
        "",
    ]
    assert click.row("task")["choices"]["cursor"] == "the app's own"
    assert click.row("project")["choices"] == {
        "strategy": '"Incremental"',
        "cursor": '"changed"',
        "key": "id",
        "storage": '"merge"',
    }


def test_there_is_a_choice_where_there_is_more_than_one(click: Clicked) -> None:
    assert {name: [*offered] for name, offered in click.offered.items()} == {
        "account": ["storage", "key"],
        "person": ["storage", "strategy", "cursor", "key"],
        "project": ["storage", "strategy", "cursor"],
        "task": ["storage", "key"],
    }
    assert click.offered["person"]["cursor"][-1] == ('["owner", "id"]', "owner.id")
    assert click.offered["person"]["key"] == [
        ("", "none"),
        ('"id"', "id"),
        ('"at"', "at"),
        ('[["owner", "id"]]', "owner.id"),
    ]
    assert click.offered["task"]["key"] == []


def test_what_is_chosen_is_saved_as_fill_saves_it(sync: InboundSync, click: Clicked) -> None:
    click("read_streams", names=["task", "project"], read=False)
    click.choose("person", "strategy", '"Incremental"')
    click.choose("person", "cursor", '"at"')
    click.choose("person", "key", '[["owner", "id"]]')
    click("include_new_streams", value=True)
    assert not sync.filled
    call = click.call

    said = click("action", name="save")

    assert said == (
        f"{sync.slug} saved\n"
        f'  next: {sync.slug}.scenario("..") freezes the input of a pass; '
        f"devsession sync run {sync.slug} reads all"
    )
    assert chosen(sync) == {
        "account": ("Full Refresh", None, None, "replace"),
        "person": ("Incremental", "at", [["owner", "id"]], "merge"),
    }
    assert sync.record.streams.include_new_streams
    saved = sync.record
    exec(call, {"session": sync._session})
    assert sync.record == saved


def test_a_stream_that_another_depends_on_comes_and_goes_with_it(
    sync: InboundSync, click: Clicked
) -> None:
    sync.fill(streams=["person"])

    said = click("read_streams", names=["task"], read=True)

    assert said == "project is read too: task depends on it"
    assert click.row("project")["fixed"] == "task depends on it"
    click("read_streams", names=["task"], read=False)
    assert not click.row("project")["read"]


def test_a_wrong_choice_is_told_in_its_row_and_not_saved(sync: InboundSync, click: Clicked) -> None:
    sync.fill(streams=["person"])
    before = sync.record

    row = click.choose("person", "strategy", '"Incremental"')
    assert row["wrong"] == {
        "cursor": "Incremental needs one: the field that grows with each change"
    }
    row = click.choose("person", "storage", '"merge"')
    assert row["wrong"]["storage"] == "merge needs a key, and the app names none: key="
    said = click("action", name="save")

    assert "streams.person.cursor" in said
    assert sync.record == before
    click.choose("person", "cursor", '"at"')
    assert click.choose("person", "key", '"id"')["wrong"] == {}
    click("action", name="save")
    assert chosen(sync)["person"] == ("Incremental", "at", "id", "merge")


def test_storage_follows_as_long_as_it_is_the_usual_one(click: Clicked) -> None:
    row = click.choose("project", "strategy", '"Full Refresh"')
    assert row["choices"] == {
        "strategy": '"Full Refresh"',
        "cursor": '"changed"',
        "key": "id",
        "storage": '"replace"',
    }
    click.choose("project", "storage", '"append"')
    row = click.choose("project", "strategy", '"Incremental"')
    assert (row["choices"]["storage"], row["choices"]["cursor"]) == ('"append"', '"changed"')


def test_unticked_and_ticked_again_it_is_as_before(click: Clicked) -> None:
    click.choose("person", "key", '"id"')
    click("read_streams", names=["person"], read=False)
    assert click.row("person")["choices"]["key"] == ""

    click("read_streams", names=["person"], read=True)

    assert click.row("person")["choices"]["key"] == '"id"'


def test_none_at_all_cannot_be(
    session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch, sync: InboundSync, click: Clicked
) -> None:
    monkeypatch.setattr(session.source.plugin_class, "streams", STREAMS[1:])
    click("look_at_streams")

    click("read_streams", names=["person", "project", "task"], read=False)

    assert click.streams["told"] == "0 of 3 read"
    assert click.streams["problem"] == "choose at least one stream"
    assert "name at least one" in click("action", name="save")


def test_a_stream_that_is_gone_is_told_until_it_is_not_chosen_any_more(
    session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch, sync: InboundSync, click: Clicked
) -> None:
    sync.fill(streams=["person", "task"])
    monkeypatch.setattr(session.source.plugin_class, "streams", STREAMS[:3])

    click("look_at_streams")

    assert click.row("task")["wrong"] == {"stream": "the app has no such stream any more"}
    click("read_streams", names=["task"], read=False)
    assert [row["name"] for row in click.streams["rows"]] == ["account", "person", "project"]
    click("action", name="save")
    assert "task" not in chosen(sync)


def test_a_choice_that_the_app_leaves_no_more_can_be_taken_back(
    session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch, sync: InboundSync, click: Clicked
) -> None:
    person = {"strategy": "Incremental", "cursor": "at", "key": ["id", "at"]}
    sync.fill(streams={"person": person})
    assert ('["id", "at"]', "id, at") in click.offered["person"]["key"]
    of_today = {"source_defined_primary_key": "id", "supported_sync_strategies": ["Full Refresh"]}
    now = StreamConfiguration(stream_name="person", **of_today)
    monkeypatch.setattr(session.source.plugin_class, "streams", [STREAMS[0], now])

    click("look_at_streams")

    assert set(click.row("person")["wrong"]) == {"strategy", "key"}
    assert click.offered["person"]["key"] == [
        ("", "as the app says"),
        ('["id", "at"]', "id, at"),
    ]
    click.choose("person", "key", "")
    assert click.choose("person", "strategy", "")["wrong"] == {}
    click("action", name="save")
    assert chosen(sync)["person"] == ("Full Refresh", "at", "id", "replace")


def test_what_a_cell_saves_takes_the_place_of_what_was_clicked(
    sync: InboundSync, click: Clicked
) -> None:
    click("read_streams", names=["person"], read=False)

    sync.fill(streams=["person"])

    assert click.row("person")["read"]
    assert click.streams["told"] == "2 of 4 read"


def test_what_was_not_saved_is_offered_by_the_next_kernel(
    session: DevelopmentSession, sync: InboundSync, click: Clicked
) -> None:
    sync.fill(streams=["person"])
    click("read_streams", names=["task"], read=True)
    click("include_new_streams", value=True)

    again = InboundSync(session, sync.record)
    page = Clicked(again)

    assert page.streams["told"] == "2 of 4 read"
    assert page.draft == {"labels": ["new streams", "streams"]}
    page("bring_back")
    assert page.streams["told"] == "4 of 4 read"
    page("action", name="save")
    assert again.record.streams.include_new_streams


def test_what_is_typed_does_not_ask_for_the_streams_again(
    sync: InboundSync, click: Clicked, session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    click("read_streams", names=["person"], read=False)
    monkeypatch.setattr(session.source.plugin_class, "inbound_stream_list", None)

    click("set", name="page_size", value="7")

    assert click.streams["told"] == "3 of 4 read"
    assert "page_size='7'" in click.call


def test_two_hundred_streams_are_drawn_at_once(
    session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch, sync: InboundSync, click: Clicked
) -> None:
    many = [
        STREAMS[1].model_copy(update={"stream_name": f"stream {number}"}) for number in range(200)
    ]
    calls = []
    monkeypatch.setattr(session.source.plugin_class, "streams", many)
    monkeypatch.setattr(
        session.source.plugin_class,
        "inbound_stream_list",
        lambda *_: calls.append("listed") or many,
    )
    click("look_at_streams")
    calls.clear()

    click("read_streams", names=[each.stream_name for each in many[:199]], read=False)
    click.choose("stream 199", "key", '"id"')

    assert click.streams["told"] == "1 of 200 read"
    assert calls == []
