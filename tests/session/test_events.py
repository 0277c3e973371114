"""A handler of events as its author lives it: filled, events frozen, handled, its test."""

from __future__ import annotations

import json
import re
import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest

from devsession import DevelopmentSession, Outcomes, secret
from devsession.errors import (
    ConnectError,
    DataError,
    EntityError,
    NotFilledError,
    OutcomesError,
    PluginRaisedError,
    ScenarioError,
    UsageError,
)
from devsession.openmetadata import ChangeEvent, EventHandler
from devsession.openmetadata.events.inbox import Arrival, Inbox
from devsession.openmetadata.events.limits import Limits
from devsession.session.inbox import inbox_of
from devsession.session.plugin_source import load_plugin_class
from devsession.testing import run_faults, run_scenario
from tests.openmetadata.events.sending import Noting, receiving
from tests.session import events_plugin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.session.events import SessionEvents

KEY_NAME = "SANDBOX_API_KEY"
LOST = {"fieldsDeleted": [{"name": "columns", "oldValue": '[{"name": "email"}]'}]}


def event(number: int, fqn: str = "crm.a.b.people", **more: Any) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-0000-0000-{number:012}",
        "eventType": "entityUpdated",
        "entityType": "table",
        "entityFullyQualifiedName": fqn,
        "timestamp": 1_770_000_000_000 + number,
        "userName": "ingestion-bot",
        "changeDescription": LOST,
        **more,
    }


@pytest.fixture(scope="module")
def folder(modules: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("events")
    shutil.copy(events_plugin.__file__, folder / "plugin.py")
    return folder


@pytest.fixture(scope="module")
def session(folder: Path) -> Iterator[DevelopmentSession]:
    session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
    yield session
    session.shut_down()


@pytest.fixture(scope="module")
def chat(session: DevelopmentSession) -> SessionEvents:
    handler = session.events("chat")
    handler.fill(url=session.sandbox.url, api_key=secret(KEY_NAME))
    return handler


def messages(session: DevelopmentSession) -> list[str]:
    """What the chat holds."""
    import requests

    key = session.vault.store.lookup(KEY_NAME)
    with session.recorder.paused():
        answer = requests.get(
            f"{session.sandbox.url}/channels/general/messages",
            headers={"Authorization": f"Bearer {key}"},
            timeout=10,
        )
    return [message["text"] for message in answer.json()["messages"]]


class TestConfiguration:
    def test_the_form_is_that_of_the_config(self, session: DevelopmentSession) -> None:
        fields = session.events("other").connection.form.fields

        assert list(fields) == ["url", "api_key", "channel"]
        assert fields["api_key"].secret
        assert repr(session.events("other")) == "Events 'other': not filled"

    def test_the_same_again_changes_nothing(
        self, chat: SessionEvents, session: DevelopmentSession
    ) -> None:
        said = chat.fill(url=session.sandbox.url, api_key=secret(KEY_NAME))

        assert str(said) == "chat saved"
        assert session.events("chat") is chat

    def test_a_wrong_key_is_told_and_nothing_is_saved(
        self, session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WRONG_KEY", "sbx_some-other-key")
        wrong = session.events("wrong")

        with pytest.raises(ConnectError, match=r"test_connection\(\) of TellOfColumns raised"):
            wrong.fill(url=session.sandbox.url, api_key=secret("WRONG_KEY"))

        with pytest.raises(NotFilledError, match="The events 'wrong' is not filled"):
            wrong.scenario("too early", events=[event(1)])

    def test_its_page_tells_what_is_next(self, chat: SessionEvents) -> None:
        assert chat.connection._page.saved() == (
            'it is saved; chat.scenario("..", events=..) freezes events to handle'
        )

    def test_a_handler_has_neither_syncs_nor_workflows(self, session: DevelopmentSession) -> None:
        with pytest.raises(UsageError, match="handles events, and has no syncs"):
            session.sync("crm")
        with pytest.raises(UsageError, match="handles events, and has no workflows"):
            session.workflow("crm")
        with pytest.raises(UsageError, match="named in text"):
            session.events("")


class TestScenario:
    def test_events_are_a_frame(self, chat: SessionEvents, snapshot: SnapshotAssertion) -> None:
        scenario = chat.scenario("frame", events=[event(1), event(2, eventType="entityCreated")])

        assert repr(scenario) == "Scenario 'frame': 2 events, frozen"
        assert scenario.events.to_dict("records") == snapshot

    def test_the_same_comes_again_and_other_events_are_told(
        self, chat: SessionEvents, capsys: pytest.CaptureFixture[str]
    ) -> None:
        scenario = chat.scenario("again", events=[event(1)])

        assert chat.scenario("again") is scenario
        assert chat.scenario("again", events=[event(1)]).items == scenario.items
        assert capsys.readouterr().out == ""
        chat.scenario("again", events=[event(2)])
        told = "scenario 'again': frozen with 1 event, other ones: refresh=True takes it anew\n"
        assert capsys.readouterr().out == told
        assert chat.scenario("again", events=[event(2)], refresh=True).items[0].id == event(2)["id"]

    def test_events_come_from_a_file_of_json_lines(self, chat: SessionEvents, folder: Path) -> None:
        # What is a line's end in Python's texts is none in JSON.
        lines = [json.dumps(event(n, fqn=f"crm.ä\u2028.{n}"), ensure_ascii=False) for n in range(3)]
        (folder / "events.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")

        scenario = chat.scenario("from a file", events="events.jsonl")

        assert [each.fqn for each in scenario.items] == [f"crm.ä\u2028.{n}" for n in range(3)]

    def test_events_that_cannot_be_are_refused_before_anything_is_written(
        self, chat: SessionEvents, folder: Path, snapshot: SnapshotAssertion
    ) -> None:
        (folder / "list.jsonl").write_text(f"{json.dumps(event(1))},\n", encoding="utf-8")
        wrong: list[Any] = [
            [event(1), {"eventType": "entityUpdated"}],
            "list.jsonl",
            "nowhere.jsonl",
            [7],
            7,
            [],
        ]
        told = []
        for events in wrong:
            with pytest.raises((EntityError, DataError, UsageError)) as caught:
                chat.scenario("wrong", events=events)
            told.append(str(caught.value).replace(str(folder), "FOLDER"))

        assert told == snapshot
        assert not (folder / "scenarios" / "wrong").exists()

    def test_without_events_there_are_made_up_ones_of_what_the_handler_takes(
        self, chat: SessionEvents
    ) -> None:
        scenario = chat.scenario("made up")

        assert [(each.event_type, each.entity_type) for each in scenario.items] == [
            ("entityUpdated", "table")
        ]
        assert chat.scenario("made up").items == scenario.items
        assert scenario.run()

    def test_without_events_there_are_those_that_the_receiver_got_last(
        self, chat: SessionEvents, session: DevelopmentSession
    ) -> None:
        path, now = inbox_of(session.workspace), int(time.time() * 1000)
        with receiving(Noting(), path) as catalog:
            for number in range(12):
                catalog.send(event(number, timestamp=now))
            catalog.settle()

        try:
            scenario = chat.scenario("received")
            got = chat.received
        finally:
            path.unlink()
        assert [each.id for each in scenario.items] == [event(n)["id"] for n in range(2, 12)]
        assert got["IDENTIFIER"].tolist() == [event(n)["id"] for n in range(12)]
        assert set(got["STATE"]) == {"done"}

    def test_of_what_the_receiver_got_the_last_hundred_are_shown(
        self, chat: SessionEvents, session: DevelopmentSession
    ) -> None:
        path = inbox_of(session.workspace)
        inbox = Inbox(path, Limits(), lambda _: None)
        events = [event(number) for number in range(110)]
        sent = [Arrival(e["id"], b"", "a", 1, json.dumps(e).encode()) for e in events]
        for standing in [inbox.put(arrival) for arrival in sent]:
            standing.result()
        inbox.close()

        try:
            got = chat.received
        finally:
            path.unlink()
        assert got["IDENTIFIER"].tolist() == [each["id"] for each in events[10:]]

    def test_outcomes_of_cells_are_checked(
        self, chat: SessionEvents, snapshot: SnapshotAssertion
    ) -> None:
        events = [event(1), event(2), event(2), event(3, eventType="entityUpdate")]
        scenario = chat.scenario("rules", events=events)
        outcomes = Outcomes()
        outcomes.ok(event(1)["id"])
        outcomes.ok(event(3)["id"])

        report = scenario.validate(outcomes)

        assert {found.rule for found in report.findings} == {"O12", "O13", "E01", "E03"}
        assert str(report) == snapshot

    def test_a_handler_that_takes_none_is_told(self, chat: SessionEvents) -> None:
        report = chat.scenario("none", events=[event(1, entityType="topic")]).run()

        assert report
        assert [found.rule for found in report.findings] == ["E02"]

    def test_each_event_is_handed_over_once(
        self, chat: SessionEvents, session: DevelopmentSession
    ) -> None:
        before = len(messages(session))
        scenario = chat.scenario("once", events=[event(11), event(11), event(12)])

        report = scenario.run()

        assert report.outcomes["IDENTIFIER"].tolist() == [event(11)["id"], event(12)["id"]]
        assert len(messages(session)) - before == 2
        assert len(scenario.http) == 3  # the account, and two messages
        scenario.run()
        assert len(messages(session)) - before == 2  # by the idempotency key

    def test_what_the_handler_raises_is_the_events_outcome(
        self, chat: SessionEvents, plugin_file: Path, snapshot: SnapshotAssertion
    ) -> None:
        scenario = chat.scenario("raises", events=[event(21), event(22, changeDescription={})])
        text = plugin_file.read_text()

        plugin_file.write_text(text.replace("answer.json()['id']", "answer.json()['ids']"))
        report = scenario.run()

        assert report.outcomes["SUCCESS"].tolist() == [False, True]
        assert report.outcomes["RESULT"][0] == {"error": "KeyError: 'ids'"}
        assert re.sub(r"plugin\.py:\d+", "plugin.py:LINE", str(report)) == snapshot

    def test_what_prepare_raises_stops_it_and_names_its_line(
        self, chat: SessionEvents, plugin_file: Path
    ) -> None:
        scenario = chat.scenario("unprepared", events=[event(31)])
        text = plugin_file.read_text()

        plugin_file.write_text(text.replace("api_key.get_secret_value()}", "api_keys}"))

        with pytest.raises(PluginRaisedError) as caught:
            scenario.run()
        assert "prepare() of TellOfColumns raised AttributeError" in str(caught.value)
        assert "plugin.py, line" in caught.value.where

    def test_cells_are_compared_with_the_run(self, chat: SessionEvents) -> None:
        scenario = chat.scenario("cells", events=[event(41, changeDescription={})])
        outcomes = Outcomes()
        outcomes.ok(event(41)["id"], done="something else")

        assert scenario.validate(outcomes)
        assert "C01" in str(scenario.run())
        frame = scenario.run().outcomes
        assert scenario.validate(frame)
        assert "the same as the cells'" in str(scenario.run())

    def test_its_files_hold_neither_the_key_nor_the_address(
        self, chat: SessionEvents, session: DevelopmentSession
    ) -> None:
        scenario = chat.scenario("files", events=[event(51)])
        scenario.run()

        text = "".join(file.read_text() for file in scenario.folder.path.iterdir())
        assert session.vault.store.lookup(KEY_NAME) not in text
        assert session.sandbox.url not in text
        assert "REDACTED-api-key" in text


class TestCompleted:
    def test_its_test_can_fail_by_an_answer(
        self, chat: SessionEvents, folder: Path, snapshot: SnapshotAssertion
    ) -> None:
        scenario = chat.scenario("completed", events=[event(61), event(62, changeDescription={})])
        scenario.run()

        told = re.sub(r"msg_\w+", "msg_ID", str(scenario.complete()))

        assert told == snapshot
        assert run_scenario(load_plugin_class(folder), scenario.folder.path)

    def test_one_that_asks_nobody_is_shown_to_fail_by_an_event(
        self, tmp_path: Path, snapshot: SnapshotAssertion
    ) -> None:
        (tmp_path / "plugin.py").write_text(
            "from devsession.openmetadata import EventHandler\n"
            "class Names(EventHandler):\n"
            "    def handle(self, event):\n"
            "        return {'fqn': event.fqn}\n",
            encoding="utf-8",
        )
        with DevelopmentSession(load_plugin_class(tmp_path), workspace=tmp_path) as other:
            names = other.events("names")
            scenario = names.scenario("named", events=[event(1)])

            assert repr(names) == "Events 'names': Names, which asks for nothing"
            assert scenario.run()
            assert str(scenario.complete()) == snapshot

    def test_a_changed_handler_fails_it(
        self, chat: SessionEvents, folder: Path, plugin_file: Path
    ) -> None:
        scenario = chat.scenario("changed", events=[event(71)])
        scenario.run()
        scenario.complete()
        text = plugin_file.read_text()

        plugin_file.write_text(text.replace("has lost columns", "has columns no more"))

        report = run_scenario(load_plugin_class(folder), scenario.folder.path)
        assert not report
        assert "has columns no more" in str(report)

    def test_what_is_of_syncs_alone_is_refused(
        self, chat: SessionEvents, folder: Path, session: DevelopmentSession
    ) -> None:
        scenario = chat.scenario("refused", events=[event(91)])
        scenario.run()

        with pytest.raises(OutcomesError, match="A handler's scenario stores nothing"):
            scenario.complete(apply=True)
        with pytest.raises(UsageError, match="Drift is looked for in scenarios of syncs"):
            scenario.drift()
        with pytest.raises(UsageError, match="is no sync's scenario"):
            run_faults(load_plugin_class(folder), scenario.folder.path)

    def test_beside_another_plugin_it_gets_no_test_that_would_be_of_that(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "handlers.py").write_text(
            "from devsession.openmetadata import EventHandler\n"
            "class Names(EventHandler):\n"
            "    def handle(self, event):\n"
            "        return {'fqn': event.fqn}\n",
            encoding="utf-8",
        )
        (tmp_path / "plugin.py").write_text(
            "from devsession.openmetadata import Source\n"
            "class Reads(Source):\n"
            "    def generate(self):\n"
            "        yield from ()\n",
            encoding="utf-8",
        )
        handler = load_plugin_class(tmp_path, "handlers.py")
        with DevelopmentSession(handler, workspace=tmp_path) as other:
            scenario = other.events("names").scenario("named", events=[event(1)])
            assert scenario.run()

            with pytest.raises(ScenarioError, match=r"Names is not in plugin\.py"):
                scenario.complete()
        assert not (tmp_path / "tests").exists()
        with pytest.raises(ScenarioError, match=r"whose handle\(\) it tests"):
            run_scenario(load_plugin_class(tmp_path), scenario.folder.path)

    def test_a_damaged_folder_is_told(self, chat: SessionEvents) -> None:
        scenario = chat.scenario("damaged", events=[event(95)])
        (scenario.folder.path / "events.jsonl").write_text("{", encoding="utf-8")

        with pytest.raises(ScenarioError, match=r"events\.jsonl"):
            chat.scenario("damaged")


def test_a_newer_server_may_say_more() -> None:
    told = ChangeEvent.model_validate(event(1, impersonatedBy="bot", entity='{"name": "people"}'))

    assert told.to_wire()["impersonatedBy"] == "bot"
    assert told.entity == {"name": "people"}
    assert told.changed == ["columns"]
    assert told.change_description.fields_deleted[0].old_value == [{"name": "email"}]  # type: ignore[union-attr]


def test_a_handler_takes_what_its_class_says() -> None:
    class Tables(EventHandler):
        entity_types = ("table",)

    tables = Tables()

    assert tables.takes(ChangeEvent.model_validate(event(1)))
    assert not tables.takes(ChangeEvent.model_validate(event(1, entityType="user")))
