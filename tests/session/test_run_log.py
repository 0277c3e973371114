"""What a run leaves behind: its log, its counts and its failures; and who holds a sync."""

from __future__ import annotations

import json
import logging
import os
import re
from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import UsageError
from devsession.session.run import RunInterrupted, RunSummary
from devsession.session.run_lock import only_run, runs_of
from devsession.session.run_log import LOGS_KEPT, RunLog
from tests.session.conftest import KEY, contacts_of, load_contacts

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession import DevelopmentSession
    from devsession.session.sync import Sync
    from tests.session.conftest import App, Project

ENQUEUE = "                outbound_sync_request.enqueue_results(outcomes)"

REFUSE = """
                outcomes = outcomes.to_frame()
                outcomes["SUCCESS"] = outcomes["IDENTIFIER"] != "2"
                said = {"error": "no: " + parameters.secret("api_key")}
                outcomes["RESULT"] = [{} if ok else said for ok in outcomes["SUCCESS"]]
"""


def log_of(session: DevelopmentSession, summary: RunSummary) -> list[dict[str, Any]]:
    file = session.workspace.private / "logs" / f"run-{summary.run}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def refuse_the_second(project: Project) -> None:
    """Its outcome is a failure that quotes the key."""
    text = project.plugin_file.read_text(encoding="utf-8")
    project.plugin_file.write_text(text.replace(ENQUEUE, f"{REFUSE}{ENQUEUE}"), encoding="utf-8")


def test_the_log_of_a_run_has_its_events_and_no_secret(
    contacts: Sync,
    session: DevelopmentSession,
    project: Project,
    caplog: pytest.LogCaptureFixture,
) -> None:
    refuse_the_second(project)

    with caplog.at_level(logging.WARNING, logger="devsession.run"):
        quiet = session.run(contacts.slug)
    warned = [(record.levelname, vars(record)["event"]) for record in caplog.records]
    summary = session.run(contacts.slug)

    started, staged, refused, stored, finished = log_of(session, summary)
    assert warned == [("WARNING", "record refused")]
    assert [line["event"] for line in log_of(session, quiet)] == ["record refused"]
    assert (started["event"], started["source"]) == ("started", contacts.record.source)
    assert (staged["actions"], staged["scanned"], staged["unchanged"]) == ({"Create": 1}, 3, 2)
    assert (refused["level"], refused["error"]) == ("WARNING", "no: REDACTED-api-key")
    assert (stored["event"], stored["outcomes"]) == ("batch stored", 1)
    assert (finished["status"], finished["failed"], finished["skipped"]) == ("completed", 1, 2)
    assert KEY not in json.dumps([refused, finished])


def test_the_last_logs_stay_and_older_ones_go(tmp_path: Path) -> None:
    for run in range(LOGS_KEPT + 5):
        (tmp_path / f"run-{run}.jsonl").touch()
        os.utime(tmp_path / f"run-{run}.jsonl", (run, run))

    log = RunLog("contacts", 999, str)
    with log.into(tmp_path):
        log.started(source="CONTACTS", strategy="Upsert", plugin="CRM")

    kept = {file.name for file in tmp_path.iterdir()}
    assert len(kept) == LOGS_KEPT
    assert {"run-999.jsonl", f"run-{LOGS_KEPT + 4}.jsonl"} <= kept
    assert "run-5.jsonl" not in kept


def test_a_summary_shows_every_counter(
    contacts: Sync, session: DevelopmentSession, project: Project
) -> None:
    refuse_the_second(project)

    summary = session.run(contacts.slug)

    assert str(summary) == (
        f"{contacts.slug}: 3 records offered, 2 created, 1 refused: no: REDACTED-api-key"
    )
    html = summary._repr_html_()
    assert "without an outcome" not in str(summary)
    assert "<th" in html
    assert "1 refused: no: REDACTED-api-key" in html
    assert summary.to_dict()["actions"] == {"Create": 2}


def test_actions_of_its_own_count_as_sent_and_by_their_names() -> None:
    summary = RunSummary("events", 1, sent=3, actions={"Announce": 2, "Send": 1})

    assert summary.succeeded == 3
    assert "Announce: 2" in summary._repr_html_()


def test_failures_are_a_frame(
    contacts: Sync, session: DevelopmentSession, project: Project
) -> None:
    empty = session.failures(contacts.slug)
    refuse_the_second(project)
    summary = session.run(contacts.slug)

    [failure] = session.failures(contacts.slug).to_dict("records")

    assert list(empty.columns) == ["IDENTIFIER", "SYNC_ACTION", "ERROR", "RESULT", "RUN", "TIME"]
    assert empty.empty
    assert failure["TIME"].tzinfo is not None
    assert {name: failure[name] for name in list(empty.columns)[:5]} == {
        "IDENTIFIER": "2",
        "SYNC_ACTION": "Create",
        "ERROR": "no: REDACTED-api-key",
        "RESULT": {"error": "no: REDACTED-api-key"},
        "RUN": summary.run,
    }


def test_who_holds_a_sync_is_said(
    session: DevelopmentSession, app: App, snapshot: SnapshotAssertion
) -> None:
    sync = contacts_of(session, "held")

    with only_run(session.workspace, sync.record), pytest.raises(UsageError) as refused:
        session.run("held")

    shown = re.sub(
        r"process \d+ of .* on .*, the",
        "process <pid> of <user> on <host>, the",
        str(refused.value),
    )
    assert re.sub(r"since \d.*", "since <time>", shown) == snapshot


def test_a_run_whose_process_died_is_marked_when_it_is_looked_at(
    contacts: Sync, session: DevelopmentSession
) -> None:
    run = session.store.start_run(contacts.record)

    with only_run(session.workspace, contacts.record):
        [going] = runs_of(session.workspace, session.store, contacts.record)
    [dead] = runs_of(session.workspace, session.store, contacts.record)

    assert (run.status, going.status, dead.status) == ("running", "running", "killed")


def test_after_ctrl_c_it_says_what_was_done(
    contacts: Sync, session: DevelopmentSession, project: Project
) -> None:
    text = project.plugin_file.read_text(encoding="utf-8")
    stopping = f"{ENQUEUE}\n                raise KeyboardInterrupt"
    project.plugin_file.write_text(text.replace(ENQUEUE, stopping), encoding="utf-8")

    with pytest.raises(RunInterrupted) as stopped:
        session.run(contacts.slug)

    assert (stopped.value.summary.status, stopped.value.summary.created) == ("interrupted", 3)
    assert not stopped.value.summary
    assert log_of(session, stopped.value.summary)[-1]["status"] == "interrupted"


def test_the_same_run_twice_changes_nothing_at_the_app(
    contacts: Sync, session: DevelopmentSession, app: App
) -> None:
    session.run(contacts.slug)
    held = app.records()
    app.asked()

    again = session.run(contacts.slug)
    load_contacts(session, contacts.slug)
    third = session.run(contacts.slug)

    assert app.asked() == []
    assert app.records() == held
    assert (again.offered, again.skipped, third.offered) == (0, 3, 0)


def test_freezing_a_scenario_is_no_run(contacts: Sync, session: DevelopmentSession) -> None:
    contacts.scenario("frozen", records=1)

    assert runs_of(session.workspace, session.store, contacts.record) == []
