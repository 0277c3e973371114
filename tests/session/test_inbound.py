"""An inbound sync from its form to the warehouse, as its author lives it, on the practice streams."""

from __future__ import annotations

import re
import shutil
import time
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from devsession import DevelopmentSession, secret
from devsession.errors import (
    FormError,
    NotFilledError,
    PluginRaisedError,
    ScenarioError,
    StreamError,
    UnknownNameError,
    UsageError,
)
from devsession.http import Deadline, DrivenClock
from devsession.plugin import (
    Plugin,
    StoredStreamConfiguration,
    StreamConfiguration,
    managed_inbound_processing,
)
from devsession.session import app_limits
from devsession.session.plugin_source import load_plugin_class
from devsession.session.run_turn import RunInterrupted
from devsession.session.views import inbound_call
from devsession.testing import run_scenario
from tests.session import reading_plugin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.session.inbound_sync import InboundSync

KEY_NAME = "SANDBOX_API_KEY"
CUSTOMER = StreamConfiguration(
    stream_name="customer", supported_sync_strategies=["Full Refresh"], mandatory=True
)


@pytest.fixture(scope="module")
def folder(modules: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reading")
    shutil.copy(reading_plugin.__file__, folder / "plugin.py")
    return folder


@pytest.fixture(scope="module")
def session(folder: Path) -> Iterator[DevelopmentSession]:
    """Connected to its practice app."""
    session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
    session.connection.fill(url=session.sandbox.url, api_key=secret(KEY_NAME))
    session.sandbox.set_stream("customer", records=120)
    session.sandbox.set_stream("project", records=3)
    session.sandbox.set_stream("task", records=7)
    session.sandbox.set_stream("click", records=5)
    yield session
    session.shut_down()


@pytest.fixture
def people(session: DevelopmentSession, request: pytest.FixtureRequest) -> InboundSync:
    """A sync of its own for each test."""
    slug = re.sub(r"\W+", "_", request.node.name).strip("_")
    return session.sync(slug, direction="inbound")


class TestStreams:
    def test_it_is_declared_once_and_fetched_then(
        self, people: InboundSync, session: DevelopmentSession
    ) -> None:
        assert session.sync(people.slug, direction="inbound") is people
        assert session.sync(people.slug) is people

    def test_before_it_is_filled_all_would_be_read_as_is_usual(self, people: InboundSync) -> None:
        streams = people.streams.to_frame().set_index("stream")

        assert streams["read"].tolist() == ["yes"] * 5
        assert streams.loc["customer"].tolist() == [
            *("yes", "Incremental", "updated_at", "id", "merge", "no", "", None),
        ]
        assert streams.loc["click"].tolist() == [
            *("yes", "Full Refresh", "clicked_at", "", "replace", "no", "", None),
        ]
        assert streams.loc["task", "depends on"] == "project"

    def test_streams_are_chosen_and_those_that_others_depend_on_come_with_them(
        self, people: InboundSync
    ) -> None:
        said = people.fill(
            page_size="20", streams={"task": {"strategy": "Full Refresh", "storage": "append"}}
        )

        again = people.fill(
            page_size="20", streams={"task": {"strategy": "Full Refresh", "storage": "append"}}
        )
        assert str(said) == f"{people.slug} saved\n  project is read too: task depends on it"
        assert str(again) == str(said)
        assert str(people.streams).splitlines()[0] == f"{people.slug}: 2 of 5 streams read"
        assert people.parameters.currently_selected_streams == ["project", "task"]

    def test_what_is_not_named_again_stays(self, people: InboundSync) -> None:
        people.fill(streams={"customer": {"storage": "append"}}, include_new_streams=True)
        people.fill(page_size="7")

        assert people.parameters["page_size"] == "7"
        kept = people.record.streams
        assert kept.include_new_streams
        assert kept.included_streams["customer"].storage_behaviour == "append"
        assert "task" in kept.excluded_streams

    def test_all_that_is_wrong_is_said_and_nothing_changes(self, people: InboundSync) -> None:
        people.fill(page_size="5", streams=["customer"])
        with pytest.raises(FormError) as error:
            people.fill(
                page_size="9",
                streams={
                    "costumer": {},
                    "customer": {"strategy": "Sometimes", "storag": "merge"},
                    "click": {"storage": "merge"},
                    "project": "all",
                },
            )

        assert sorted(error.value.errors) == [
            "streams.click.storage",
            "streams.costumer",
            "streams.customer.storag",
            "streams.customer.strategy",
            "streams.project",
        ]
        assert "did you mean 'customer'?" in error.value.errors["streams.costumer"]
        assert people.form.values["page_size"].value == "5"
        assert list(people.record.streams.included_streams) == ["customer"]

    @pytest.mark.parametrize("streams", [5, "customer", [], {}, [5], {"customer": {"key": 5}}])
    def test_streams_that_cannot_be(self, people: InboundSync, streams: Any) -> None:
        with pytest.raises(FormError):
            people.fill(streams=streams)

        assert not people.filled

    def test_the_connection_of_a_plugin_that_only_reads_says_so(
        self, session: DevelopmentSession
    ) -> None:
        shown = session.connection._page._repr_mimebundle_()[0]["text/plain"]

        assert shown.endswith('next: it is saved; session.sync("..", direction="inbound")')

    def test_shown_it_has_the_form_and_a_row_a_stream(self, people: InboundSync) -> None:
        people.fill(streams=["customer"])

        shown = people._page._repr_mimebundle_()[0]["text/plain"]

        assert "  customer   Incremental by updated_at, merge by id\n" in shown
        assert "  click      not read\n" in shown
        assert "page_size" in shown
        assert shown.endswith(
            f'next: it is saved; {people.slug}.scenario("..") freezes the input of a pass; '
            f"devsession sync run {people.slug} reads all"
        )
        drawn = {row["name"]: row["read"] for row in people._page.state["streams"]["rows"]}
        assert drawn["customer"]
        assert not drawn["click"]

    def test_a_plugin_without_a_form_has_streams_to_choose(
        self, people: InboundSync, session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plugin_class = session.source.plugin_class
        monkeypatch.setattr(
            plugin_class, "inbound_configuration_form", Plugin.inbound_configuration_form
        )
        monkeypatch.setattr(plugin_class, "inbound_stream_list", lambda *_: [CUSTOMER])
        people.fill()

        assert "customer  " in repr(people.streams)
        assert people.filled

    @pytest.mark.parametrize("listed", [None, [], ["customer"], {"customer": {}}])
    def test_what_is_no_list_of_streams_is_told(
        self,
        people: InboundSync,
        session: DevelopmentSession,
        monkeypatch: pytest.MonkeyPatch,
        listed: Any,
    ) -> None:
        monkeypatch.setattr(session.source.plugin_class, "inbound_stream_list", lambda *_: listed)
        with pytest.raises(PluginRaisedError, match=r"inbound_stream_list\(\) of Reading returned"):
            people.fill()

        assert not people.filled


class TestDeclaring:
    @pytest.mark.parametrize(
        "arguments",
        [
            {"direction": "sideways"},
            {"direction": "inbound", "source": "CONTACTS"},
            {"direction": "inbound", "strategy": "Upsert"},
        ],
    )
    def test_a_sync_that_cannot_be(
        self, session: DevelopmentSession, arguments: dict[str, Any]
    ) -> None:
        with pytest.raises(UsageError) as error:
            session.sync("wrong", **arguments)

        assert error.value.next_step

    def test_one_name_is_one_sync(self, people: InboundSync, session: DevelopmentSession) -> None:
        with pytest.raises(UsageError, match="is inbound"):
            session.failures(people.slug)
        with pytest.raises(UnknownNameError, match="there is no sync 'nobody'"):
            session.sync("nobody")

    def test_what_goes_out_does_not_come_in(self, session: DevelopmentSession) -> None:
        session.store.save_sync("goes_out", source="T", identifier="ID", strategy="Upsert")

        with pytest.raises(UsageError, match="'goes_out' is outbound, not inbound"):
            session.sync("goes_out", direction="inbound")

    @pytest.mark.parametrize(
        ("name", "asked"),
        [("", {}), (5, {}), ("wrong", {"records": 0}), ("wrong", {"after": "nobody"})],
    )
    def test_a_scenario_that_cannot_be(
        self, people: InboundSync, name: Any, asked: dict[str, Any], session: DevelopmentSession
    ) -> None:
        people.fill(streams=["customer"])
        with pytest.raises(UsageError) as error:
            people.scenario(name, **asked)

        assert error.value.next_step
        assert not (session.workspace.scenarios / "wrong").exists()

    def test_the_same_as_code_fills_it_in_the_same_way(
        self, people: InboundSync, session: DevelopmentSession
    ) -> None:
        people.fill(page_size="9", streams={"task": {"storage": "append"}, "click": {}})
        before = people.record

        exec(inbound_call(people, people.record.streams), {"session": session})

        assert "'storage': 'append'" in inbound_call(people, people.record.streams)
        assert people.record == before

    def test_not_filled_it_has_no_scenario(self, people: InboundSync) -> None:
        with pytest.raises(NotFilledError):
            people.scenario("first")


class TestScenario:
    def test_what_cells_enqueue_is_checked_kept_and_compared_with_a_run(
        self, people: InboundSync
    ) -> None:
        people.fill(streams=["customer"])
        scenario = people.scenario(f"first of {people.slug}", records=30)
        request = scenario.request
        page = next(reading_plugin.pages(scenario.parameters, "customer", None))
        request.enqueue_results("customer", page, {"updated_at": page[-1]["updated_at"]})
        cells = scenario.validate()

        ran = scenario.run()

        assert (bool(cells), len(cells.records)) == (True, 30)
        assert scenario.records["APP_IDENTIFIER"].tolist() == [f"cus_{n:07}" for n in range(30)]
        assert ran
        assert "the same as the cells'" in ran.title
        assert ran.states == scenario.states == {}
        assert "ended at 30 records" in str(ran)

    def test_a_cell_that_is_run_twice_enqueues_once(
        self, people: InboundSync, session: DevelopmentSession
    ) -> None:
        people.fill(streams=["customer"])
        scenario = people.scenario(f"twice {people.slug}")
        for number in (1, 2):
            with session.recorder.scope("cell:the same text"):
                page = [{"id": "1", "name": f"Ada {number}"}]
                scenario.request.enqueue_results("customer", page, {"updated_at": "2026"})

        assert scenario.validate()
        assert scenario.records["RECORD_DATA"].tolist() == [{"id": "1", "name": "Ada 2"}]
        assert scenario.states == {"customer": {"updated_at": "2026"}}

    def test_opened_again_it_is_the_same_input(
        self, people: InboundSync, capsys: pytest.CaptureFixture[str]
    ) -> None:
        people.fill(streams=["customer"])
        first = people.scenario(f"again {people.slug}", records=30)
        streams = first.request.streams
        people.fill(streams=["click"])
        second = people.scenario(f"again {people.slug}", records=30)

        assert second is first
        assert second.request.streams == streams
        assert "frozen with other streams: refresh=True" in capsys.readouterr().out

    def test_another_goes_on_from_its_states(self, people: InboundSync) -> None:
        people.fill(streams=["customer"])
        first = people.scenario(f"before {people.slug}", records=500)
        first.run()
        second = people.scenario(f"after {people.slug}", after=first)

        state = first.states["customer"]
        assert second.request.streams[0].latest_state == state
        assert {row["updated_at"] for row in second.run().records["RECORD_DATA"]} == {
            state["updated_at"]
        }

    def test_a_secret_in_a_record_is_refused(
        self, people: InboundSync, session: DevelopmentSession
    ) -> None:
        people.fill(streams=["customer"])
        scenario = people.scenario(f"secret {people.slug}")
        key = scenario.parameters.secret("api_key")
        with pytest.raises(StreamError, match="I09") as error:
            scenario.request.enqueue_results("customer", [{"id": "1", "note": f"key {key}"}])
        with pytest.raises(ScenarioError, match="Nothing was enqueued"):
            scenario.validate()

        assert key not in str(error.value)

    def test_a_stream_that_fails_is_told_and_nothing_is_kept(self, people: InboundSync) -> None:
        people.fill(streams=["click", "broken"])
        scenario = people.scenario(f"fails {people.slug}")
        with pytest.raises(PluginRaisedError, match=r"1 of 2 streams failed: 'broken'"):
            scenario.run()

        assert not scenario.folder.has_outcomes
        assert scenario.http.failed[0].status == 500

    def test_what_breaks_a_rule_is_reported_and_nothing_is_kept(
        self, people: InboundSync, session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def keyless(_: object, parameters: Any, request: Any) -> None:
            request.enqueue_results("customer", [{"name": "Ada"}])

        people.fill(streams=["customer"])
        scenario = people.scenario(f"keyless {people.slug}")
        monkeypatch.setattr(session.source.plugin_class, "sync_inbound", keyless)
        report = scenario.run()

        assert [finding.rule for finding in report.errors] == ["I02"]
        assert not scenario.folder.has_outcomes
        with pytest.raises(StreamError, match="I02"):
            scenario.complete()

    def test_applied_out_of_turn_it_is_not_stored(
        self, people: InboundSync, capsys: pytest.CaptureFixture[str]
    ) -> None:
        people.fill(streams=["customer"])
        first = people.scenario(f"one {people.slug}", records=500)
        first.run()
        second = people.scenario(f"two {people.slug}", after=first)
        second.run()
        capsys.readouterr()
        second.complete(apply=True)
        said = capsys.readouterr().out
        people.scenario(first.name).complete(apply=True)
        people.scenario(second.name).complete(apply=True)

        assert "customer: not stored, what the warehouse holds has another state" in said
        assert capsys.readouterr().out == ""
        assert people.tables.states() == second.states

    def test_nothing_is_stored_before_it_is_applied(self, people: InboundSync) -> None:
        people.fill(streams=["customer"])
        scenario = people.scenario(f"applied {people.slug}", records=500)
        scenario.run()
        before = people.tables.counts()
        told = scenario.complete(apply=True)
        again = scenario.complete(apply=True)

        assert before == {}
        assert "Test: tests/test_scenarios.py, run twice" in str(told)
        assert str(again) == str(told)
        assert people.tables.counts() == {"customer": (120, 0)}
        assert people.tables.states() == scenario.states


class TestRun:
    def test_the_second_run_reads_what_changed(
        self, people: InboundSync, session: DevelopmentSession
    ) -> None:
        people.fill(streams=["customer", "task", "click"])
        session.sandbox.set_stream("customer", records=100, seed=7)
        taped = len(session.recorder.tape.exchanges)
        first = session.run(people.slug)
        session.sandbox.change_stream("customer", changed=2, deleted=1, added=3)
        second = session.run(people.slug)

        assert first
        assert len(session.recorder.tape.exchanges) == taped
        assert first.counts == {"customer": 100, "project": 3, "click": 5, "task": 7}
        assert second.streams["customer"].deleted == 1
        assert people.tables.counts() == {
            "customer": (103, 1),
            "project": (3, 0),
            "click": (5, 0),
            "task": (7, 0),
        }
        state = people.streams.to_frame().set_index("stream").loc["customer", "state"]
        assert second.streams["customer"].state["updated_at"] in state

    def test_a_full_refresh_begins_anew_each_time(
        self, people: InboundSync, session: DevelopmentSession
    ) -> None:
        people.fill(
            streams={"customer": {"strategy": "Full Refresh", "storage": "replace"}, "project": {}}
        )
        session.run(people.slug)
        begun = people.scenario(f"anew {people.slug}").request.streams

        assert set(people.tables.states()) == {"customer", "project"}
        assert [bool(stream.latest_state) for stream in begun] == [False, True]

    def test_a_stream_that_fails_leaves_the_others(
        self, people: InboundSync, session: DevelopmentSession
    ) -> None:
        people.fill(streams=["click", "broken"])
        summary = session.run(people.slug)

        assert not summary
        assert list(summary.problems) == ["broken"]
        assert "500" in summary.problems["broken"]
        assert summary.counts == {"click": 5, "broken": 0}
        assert people.tables.counts()["click"] == (5, 0)

    def test_other_fields_than_before_are_told(
        self, people: InboundSync, session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def reading(*records: dict[str, Any]) -> Any:
            def sync_inbound(_: object, parameters: Any, request: Any) -> None:
                request.enqueue_results("customer", list(records), {"updated_at": "2026"})
                request.mark_stream_complete("customer")

            return sync_inbound

        people.fill(streams=["customer"])
        plugin_class = session.source.plugin_class
        monkeypatch.setattr(plugin_class, "sync_inbound", reading({"id": "1", "visits": 3}))
        first, same = session.run(people.slug), session.run(people.slug)
        record = {"id": "1", "visits": "often", "phone": "1"}
        monkeypatch.setattr(plugin_class, "sync_inbound", reading(record))
        other = session.run(people.slug)

        assert (first.fields, same.fields) == ({}, {})
        assert other.fields == {"customer": "+ phone: string\n~ visits: integer -> any"}
        assert str(other).endswith("customer: + phone: string\ncustomer: ~ visits: integer -> any")

    def test_what_is_stored_stays_when_it_is_stopped(
        self, people: InboundSync, session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stopped(_: object, parameters: Any, request: Any) -> None:
            request.enqueue_results("customer", [{"id": "1"}], {"updated_at": "2026-01-01"})
            request.enqueue_results("customer", [{"id": "2"}])
            raise KeyboardInterrupt

        people.fill(streams=["customer"])
        monkeypatch.setattr(session.source.plugin_class, "sync_inbound", stopped)
        with pytest.raises(RunInterrupted) as interrupted:
            session.run(people.slug)

        summary = interrupted.value.summary
        assert summary._repr_html_()
        assert (summary.status, summary.counts) == ("interrupted", {"customer": 1})
        assert people.tables.counts() == {"customer": (1, 0)}
        assert people.tables.states() == {"customer": {"updated_at": "2026-01-01"}}

    def test_after_a_time_limit_the_next_run_goes_on(
        self, people: InboundSync, session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun: list[Any] = []

        def reading(_: object, parameters: Any, request: Any) -> None:
            begun.append(request.streams[0].latest_state)
            request.enqueue_results("customer", [{"id": "1"}], {"updated_at": "2026-01-01"})
            request.mark_stream_complete("customer")

        people.fill(streams=["customer"])
        monkeypatch.setattr(session.source.plugin_class, "sync_inbound", reading)
        first = session.run(people.slug, time_limit_mins=1e-9)
        second = session.run(people.slug)

        assert (first.status, bool(first), first.counts) == ("timed out", False, {"customer": 1})
        assert (second.status, bool(second)) == ("completed", True)
        assert begun == [None, {"updated_at": "2026-01-01"}]

    def test_a_stream_that_hangs_is_told_when_the_time_limit_has_passed(
        self, people: InboundSync, session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def hanging(_: object, parameters: Any, request: Any) -> None:
            read(request)

        @managed_inbound_processing(concurrency=2)
        def read(request: Any, stream: StoredStreamConfiguration) -> None:
            records = [{"id": stream.stream_name}]
            request.enqueue_results(stream.stream_name, records, {"updated_at": "2026-01-01"})
            if stream.stream_name == "customer":
                while not request.progress["project"].complete:
                    time.sleep(0.01)
                clock.forward(3600)
                Event().wait()

        clock = DrivenClock()
        monkeypatch.setattr(app_limits, "Deadline", partial(Deadline, clock=clock))
        people.fill(streams=["customer", "project"])
        monkeypatch.setattr(session.source.plugin_class, "sync_inbound", hanging)
        summary = session.run(people.slug, time_limit_mins=5)

        assert (summary.status, summary.counts) == ("timed out", {"customer": 1, "project": 1})
        assert summary.problems == {"customer": "no answer within the run's time limit of 0:05:00"}

    def test_a_method_that_raises_is_told_and_what_a_state_covers_stays(
        self, people: InboundSync, session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(_: object, parameters: Any, request: Any) -> None:
            request.enqueue_results("customer", [{"id": "1"}], {"updated_at": "2026-01-01"})
            raise RuntimeError("the app has gone")

        people.fill(streams=["customer"])
        monkeypatch.setattr(session.source.plugin_class, "sync_inbound", broken)
        with pytest.raises(PluginRaisedError, match="the app has gone"):
            session.run(people.slug)

        run = session.store.runs(people.record)[0]
        assert (run.status, run.counts) == ("failed", {"customer": 1})

    def test_a_stream_that_is_refused_is_told_with_its_rule(
        self, people: InboundSync, session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def keyless(_: object, parameters: Any, request: Any) -> None:
            request.enqueue_results("click", [{"page": "/"}], {"n": 1})
            request.mark_stream_complete("click")
            request.enqueue_results("customer", [{"name": "Ada"}, {"name": "Eve"}])

        people.fill(streams=["customer", "click"])
        monkeypatch.setattr(session.source.plugin_class, "sync_inbound", keyless)
        summary = session.run(people.slug)

        assert not summary
        assert summary.counts == {"customer": 0, "click": 1}
        assert "I02" not in "".join(summary.warnings)
        assert summary.streams["customer"].refused == 2
        assert summary.problems["customer"].startswith("I02 a record has no key")
        assert "Ada" in summary.problems["customer"]


class TestRecorded:
    """What a scenario keeps is enough: the app is not called, and what differs is told."""

    @pytest.fixture
    def recorded(self, people: InboundSync, session: DevelopmentSession) -> Path:
        people.fill(streams=["project", "click"])
        scenario = people.scenario(people.slug)
        scenario.run()
        return scenario.folder.path

    def test_it_plays_without_the_app(self, recorded: Path, session: DevelopmentSession) -> None:
        report = run_scenario(session.source.plugin_class, recorded)

        assert report
        assert (report.records, report.played) == (8, 2)

    def test_another_record_and_state_are_told(
        self, recorded: Path, session: DevelopmentSession
    ) -> None:
        file = recorded / "results.jsonl"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace('"pro_0000001"', '"pro_9"').replace("true", "false"))

        report = run_scenario(session.source.plugin_class, recorded)

        assert not report
        assert [line for line in report.differences if "complete" in line] == [
            "stream click: marked complete, expected not",
            "stream project: marked complete, expected not",
        ]
        assert "stream project: no record pro_9, expected one" in report.differences
        assert "stream project, record pro_0000001: came, expected none" in report.differences

    def test_the_app_of_now_answers_as_it_did(
        self, recorded: Path, people: InboundSync, session: DevelopmentSession
    ) -> None:
        scenario = people.scenario(people.slug)
        same = scenario.drift()
        session.sandbox.change_stream("click", added=1)
        changed = scenario.drift()

        assert (bool(same), bool(changed)) == (True, False)

    def test_a_state_with_the_apps_address_begins_a_run_and_drift_where_the_app_is_now(
        self, people: InboundSync, session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun: list[Any] = []

        def linked(_: object, parameters: Any, request: Any) -> None:
            begun.append(request.streams[0].latest_state)
            state = {"updated_at": "2026-01-01", "next": f"{parameters['url']}/streams"}
            request.enqueue_results("project", [{"id": "1"}], state)

        people.fill(streams=["project"])
        monkeypatch.setattr(session.source.plugin_class, "sync_inbound", linked)
        people.scenario(f"first {people.slug}").run()
        scenario = people.scenario(people.slug, after=f"first {people.slug}")
        scenario.run()
        scenario.drift()

        first, run, drift = begun
        assert first is None
        assert (
            run == drift == {"updated_at": "2026-01-01", "next": f"{session.sandbox.url}/streams"}
        )
