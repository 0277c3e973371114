"""Runs of a plugin with managed batches: what became of a batch is told, and nothing else lost."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest
from pandas import DataFrame

from devsession import DevelopmentSession, secret
from devsession.errors import UsageError
from devsession.http.clock import SystemClock
from devsession.http.deadline import Deadline, until
from devsession.session import app_limits
from devsession.session.plugin_source import load_plugin_class
from tests.session import managed_plugin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

    from devsession.session.sync import Sync

KEY = "key-4eC39HqLyjWDarjt"
ROWS = 400
FAULTY = {str(number) for number in range(120, 130)}
WAYS = ["batches", "frame", "returned"]


@pytest.fixture(scope="module")
def session(
    modules: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DevelopmentSession]:
    """With a table of 400 records: forty batches."""
    folder = tmp_path_factory.mktemp("managed")
    shutil.copy(managed_plugin.__file__, folder / "plugin.py")
    numbers = range(ROWS)
    frame = DataFrame({"ID": numbers, "EMAIL": [f"person{n}@example.com" for n in numbers]})
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MANAGED_KEY", KEY)
        session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
        session.connection.fill(api_key=secret("MANAGED_KEY"))
        session.load_table("PEOPLE", frame)
        yield session
        session.shut_down()


@pytest.fixture
def people(session: DevelopmentSession, request: pytest.FixtureRequest) -> Iterator[Sync]:
    """A sync of its own for each test."""
    slug = re.sub(r"\W+", "_", request.node.name).strip("_")
    sync = session.sync(slug, source="PEOPLE", identifier="ID", strategy="Upsert")
    sync.fill(mapping={"email": "EMAIL"})
    yield sync
    (session.workspace.folder / "sent.txt").unlink(missing_ok=True)


def sent(session: DevelopmentSession) -> Counter[str]:
    """How often each record was sent."""
    return Counter((session.workspace.folder / "sent.txt").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    ("fault", "way"),
    [
        *(("exception", way) for way in WAYS),
        *(
            (fault, WAYS[0])
            for fault in ("exit", "timeout", "none", "missing column", "wrong rows")
        ),
    ],
)
def test_all_rows_have_an_outcome_and_one_batch_of_forty_fails(
    fault: str,
    way: str,
    session: DevelopmentSession,
    people: Sync,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAULT", fault)
    monkeypatch.setenv("CALL", way)

    summary = session.run(people.slug)

    failures = session.failures(people.slug)
    assert (summary.succeeded, summary.failed, summary.unanswered) == (390, 10, 0)
    assert set(failures["IDENTIFIER"]) == FAULTY
    assert all(cause.startswith("batch 13 (rows 121 to 130): ") for cause in summary.causes)
    assert KEY not in str(summary.causes) + failures.to_csv()


def test_a_batch_that_hangs_fails_alone_when_the_time_limit_has_passed(
    session: DevelopmentSession, people: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    class HoursLater(SystemClock):
        def now(self) -> float:
            hung = (session.workspace.folder / "hung.txt").exists()
            return super().now() + 86_400 * hung

    monkeypatch.setenv("FAULT", "hang")
    monkeypatch.setattr(app_limits, "Deadline", partial(Deadline, clock=HoursLater()))

    summary = session.run(people.slug, time_limit_mins=60)

    assert set(session.failures(people.slug)["IDENTIFIER"]) == FAULTY
    assert str(summary) == (
        f"{people.slug}: timed out, 400 records offered, 390 created, 10 refused: "
        "batch 13 (rows 121 to 130): no answer within the run's time limit of 1:00:00 (10)"
    )


@pytest.mark.parametrize("way", WAYS)
def test_after_a_time_limit_the_next_run_goes_on(
    way: str, session: DevelopmentSession, people: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALL", way)

    first = session.run(people.slug, time_limit_mins=1e-9)
    second = session.run(people.slug)

    assert not first
    assert str(first) == (f"{people.slug}: timed out, 400 records offered, 400 without an outcome")
    assert (second.offered, second.succeeded, bool(second)) == (ROWS, ROWS, True)


@pytest.mark.parametrize("minutes", [0, -1, True, "4", None, float("nan")])
def test_a_time_limit_that_cannot_be(
    minutes: object, session: DevelopmentSession, people: Sync, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UsageError) as error:
        session.run(people.slug, time_limit_mins=minutes)  # type: ignore[arg-type]

    assert str(error.value) == snapshot
    assert session.store.runs(people.record) == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", ["interrupt", "deadline"])
def test_what_ends_a_run_midway_loses_nothing_and_sends_nothing_twice(
    fault: str,
    way: str,
    session: DevelopmentSession,
    people: Sync,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAULT", fault)
    monkeypatch.setenv("CALL", way)

    with until(Deadline()):
        first = stopped(session, people)
    monkeypatch.delenv("FAULT")
    second = session.run(people.slug)

    assert 0 < first < ROWS
    assert (second.offered, second.succeeded) == (ROWS - first, ROWS - first)
    assert sent(session) == Counter(str(number) for number in range(ROWS))


def stopped(session: DevelopmentSession, sync: Sync) -> int:
    """Run until it is stopped, one way or the other; how many records succeeded."""
    with suppress(KeyboardInterrupt):
        session.run(sync.slug)
    [run, *_] = session.store.runs(sync.record)
    return run.counts["succeeded"]


def test_a_scenario_says_what_became_of_a_batch(
    session: DevelopmentSession, people: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAULT", "exception")
    scenario = people.scenario("people", records=200)

    report = scenario.run()

    failed = report.outcomes[~report.outcomes["SUCCESS"]]
    assert report
    assert set(failed["IDENTIFIER"]) == FAULTY
    assert "no such key: REDACTED" in str(failed["RESULT"].iloc[0])
    assert KEY not in str(failed["RESULT"].tolist())
