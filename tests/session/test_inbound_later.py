"""An inbound sync after a restart: offline, and on the command line."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from devsession import DevelopmentSession, secret
from devsession.cli import main
from devsession.sandbox import stop_sandbox
from devsession.session.plugin_source import load_plugin_class
from tests.session import reading_plugin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SLUG = "people"


@pytest.fixture(scope="module")
def folder(modules: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with a sync, and a scenario that has run and holds a state to go on from."""
    folder = tmp_path_factory.mktemp("reading")
    shutil.copy(reading_plugin.__file__, folder / "plugin.py")
    with opened(folder) as session:
        session.connection.fill(url=session.sandbox.url, api_key=secret("SANDBOX_API_KEY"))
        session.sandbox.set_stream("customer", records=7)
        people = session.sync(SLUG, direction="inbound")
        people.fill(streams=["customer", "project"])
        people.scenario("first").run()
        people.scenario("second", after="first").run()
    yield folder
    stop_sandbox(folder)


def opened(folder: Path) -> DevelopmentSession:
    """What a new kernel does."""
    return DevelopmentSession(load_plugin_class(folder), workspace=folder)


def test_offline_it_comes_to_the_same_without_the_app(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(folder) as session:
        kept = session.sync(SLUG).scenario("second")
        streams, records, states = kept.request.streams, kept.records, kept.states

    monkeypatch.setenv("DEVSESSION_OFFLINE", "1")
    with opened(folder) as session:
        people = session.sync(SLUG)
        scenario = people.scenario("second")
        report = scenario.run()
        listed = people.streams.to_frame()["stream"].tolist()
        told = scenario.complete()
        generated = session.generate_tests()

    assert scenario.request.streams == streams
    assert streams[0].latest_state is not None
    assert report
    assert report.records.equals(records)
    assert (report.states, len(states)) == (states, 2)
    assert listed == ["customer", "project", "click", "broken", "task"]
    assert "run twice" in str(told)
    assert "first: Frozen: 27 records of 2 streams" in str(generated)


def test_it_is_listed_shown_and_run_on_the_command_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)

    def said(*arguments: str) -> tuple[object, str]:
        with pytest.raises(SystemExit) as ended:
            main(["sync", *arguments])
        return ended.value.code, capsys.readouterr().out

    _, listed = said("list")
    code, ran = said("run", SLUG)
    _, shown = said("show", SLUG)
    refused, _ = said("show", SLUG, "--failed")
    _, as_json = said("show", SLUG, "--json")

    assert listed.splitlines()[1].split() == [
        *("people", "customer,", "project", "inbound", "never", "ran"),
    ]
    assert code == 0
    assert ran == (
        "people: 27 records stored: customer 7 records in PEOPLE_CUSTOMER; "
        "project 20 records in PEOPLE_PROJECT\n"
    )
    assert "stream project   Incremental by updated_at, merge by id" in shown
    assert "view project     PEOPLE_PROJECT" in shown
    assert "completed: customer 7, project 20" in shown
    assert refused == 2
    assert json.loads(as_json)["views"]["customer"] == "PEOPLE_CUSTOMER"
    assert json.loads(as_json)["runs"][0]["streams"] == {"customer": 7, "project": 20}
