"""A run for real: the app holds what the source maps to, and is sent nothing that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pandas import DataFrame

from devsession.errors import OutcomesError, PluginRaisedError, UsageError
from devsession.session.run_lock import only_run
from tests.session.conftest import load_contacts
from tests.session.random_source import RandomSource, as_in_app

if TYPE_CHECKING:
    from devsession import DevelopmentSession
    from devsession.session.sync import Sync
    from tests.session.conftest import App, Project

SETS = [
    *range(3),
    *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 50)),
]
MANY = [10_000, pytest.param(200_000, marks=pytest.mark.long)]

ENQUEUE = "                outbound_sync_request.enqueue_results(outcomes)"
COLLECT = """                collected.append(outcomes.to_frame())
        import pandas
        return pandas.concat(collected)"""
LOOP = "        for batch in outbound_sync_request.get_records(batched=True):"
ONE_BY_ONE = ("BULK_LIMIT = 100", "BULK_LIMIT = 1")


class Watched:
    """The app and all that it should hold by now."""

    def __init__(self, app: App, source: RandomSource) -> None:
        self._app = app
        self._source = source
        self._ever: dict[str, dict[str, Any]] = {}

    def expected(self) -> dict[str, dict[str, Any]]:
        """The mapped rows of now; rows that are gone stay as they were: so Upsert means it."""
        self._ever |= {name: as_in_app(row) for name, row in self._source.rows.items()}
        return self._ever

    def held(self) -> dict[str, dict[str, Any]]:
        """The app's records, by the fields that are mapped."""
        records = self._app.records(self._source.object_name)
        return {
            name: {field: record[field] for field in self._source.fields}
            for name, record in records.items()
        }


@pytest.mark.parametrize("seed", SETS)
def test_the_app_holds_the_mapped_rows_after_three_runs(
    seed: int, session: DevelopmentSession, app: App
) -> None:
    source, table = RandomSource(seed), f"RANDOM_{seed}"
    watched = Watched(app, source)
    session.load_table(table, source.frame())
    sync = session.sync(f"random {seed}", source=table, identifier="ID")
    sync.fill(object=source.object_name, mapping=source.mapping)
    app.asked()

    first = session.run(sync.slug)
    sent = app.sent()
    assert (first.offered, first.succeeded) == (len(source.rows), len(source.rows))
    assert sorted(sent) == sorted(source.rows)
    assert watched.held() == watched.expected()

    changed = source.change()
    session.load_table(table, source.frame(), replace=True)
    app.asked()
    second = session.run(sync.slug)
    sent = app.sent()
    assert second.succeeded == len(changed)
    assert sorted(sent) == sorted(changed)
    assert watched.held() == watched.expected()

    changed = source.change()
    session.load_table(table, source.frame(), replace=True)
    app.asked()
    third = session.run(sync.slug)
    sent = app.sent()
    assert third.succeeded == len(changed)
    assert sorted(sent) == sorted(changed)
    assert watched.held() == watched.expected()


def many_contacts(count: int) -> DataFrame:
    numbers = range(count)
    return DataFrame(
        {
            "ID": numbers,
            "EMAIL": [f"person{number}@example.com" for number in numbers],
            "FIRST_NAME": [f"Person {number}" for number in numbers],
            "SCORE": [number % 100 for number in numbers],
        }
    )


@pytest.mark.parametrize("many", MANY)
def test_of_very_many_rows_only_the_changed_ones_are_sent_again(
    session: DevelopmentSession, app: App, many: int
) -> None:
    frame = many_contacts(many)
    changed = frame["ID"] % 1_000 == 7
    session.load_table("MANY", frame)
    sync = session.sync("many", source="MANY", identifier="ID")
    sync.fill(
        object="contact", mapping={"email": "EMAIL", "first_name": "FIRST_NAME", "score": "SCORE"}
    )
    session.run("many")
    app.asked()

    frame.loc[changed, "SCORE"] = 1_000
    session.load_table("MANY", frame, replace=True)
    summary = session.run("many")

    sent = app.sent()
    held = app.records()
    assert sorted(sent) == sorted(frame["ID"][changed].astype(str))
    assert summary.to_dict() == {
        "sync": "many",
        "run": summary.run,
        "status": "completed",
        "scanned": many,
        "created": 0,
        "updated": many // 1_000,
        "deleted": 0,
        "sent": 0,
        "skipped": many - many // 1_000,
        "failed": 0,
        "unanswered": 0,
        "actions": {"Update": many // 1_000},
        "causes": {},
        "succeeded": many // 1_000,
        "offered": many // 1_000,
    }
    rows = zip(*(frame[name].tolist() for name in frame), strict=True)
    assert [(int(k), r["email"], r["first_name"], r["score"]) for k, r in held.items()] == list(
        rows
    )


def test_a_second_run_sends_nothing(contacts: Sync, session: DevelopmentSession, app: App) -> None:
    session.run(contacts.slug)
    app.asked()

    summary = session.run(contacts.slug)

    assert (summary.offered, app.asked()) == (0, [])
    assert str(contacts.plan()) == "Create 0, Update 0; 3 records unchanged"


def test_a_refused_record_is_offered_until_its_data_is_mended(
    contacts: Sync, session: DevelopmentSession, app: App
) -> None:
    frame = DataFrame(
        {
            "ID": [1, 2, 3],
            "EMAIL": ["ada@example.com", "ADA@example.com", "mary@example.com"],
            "FIRST_NAME": ["Ada", "Ada again", "Mary"],
        }
    )
    session.load_table(contacts.record.source, frame, replace=True)
    first = session.run(contacts.slug)
    app.asked()
    second = session.run(contacts.slug)
    again = app.sent()
    session.load_table(
        contacts.record.source,
        frame.replace({"ADA@example.com": "grace@example.com"}),
        replace=True,
    )
    third = session.run(contacts.slug)

    assert [(s.offered, s.succeeded, s.failed) for s in (first, second, third)] == [
        (3, 2, 1),
        (1, 0, 1),
        (1, 1, 0),
    ]
    assert again == ["2"]
    assert (bool(first), bool(third)) == (False, True)
    assert "has this email" in str(first)
    assert app.records()["2"]["email"] == "grace@example.com"


def test_outcomes_may_be_returned_instead_of_enqueued(
    contacts: Sync, session: DevelopmentSession, project: Project
) -> None:
    project.edit_plugin(LOOP, f"        collected = []\n{LOOP}")
    text = project.plugin_file.read_text(encoding="utf-8")
    project.plugin_file.write_text(text.replace(ENQUEUE, COLLECT), encoding="utf-8")

    summary = session.run(contacts.slug)

    assert (summary.succeeded, summary.unanswered) == (3, 0)
    assert contacts.plan().total == 0


def test_a_record_without_an_outcome_is_offered_again(
    contacts: Sync, session: DevelopmentSession, project: Project
) -> None:
    project.edit_plugin(ENQUEUE, f"{ENQUEUE[:-10]}(outcomes.to_frame()[:2])")

    summary = session.run(contacts.slug)

    assert (summary.succeeded, summary.unanswered, bool(summary)) == (2, 1, False)
    assert str(summary).endswith("3 records offered, 2 created, 1 without an outcome")
    assert contacts.plan().total == 1


def test_an_outcome_that_breaks_a_rule_leaves_the_others_stored(
    contacts: Sync, session: DevelopmentSession, project: Project
) -> None:
    project.edit_plugin(
        ENQUEUE, f"{ENQUEUE[:-10]}(outcomes.to_frame().assign(SUCCESS=[True, 1, True]))"
    )

    with pytest.raises(OutcomesError):
        session.run(contacts.slug)

    assert contacts.plan().total == 1


@pytest.mark.parametrize("error", ["RuntimeError", "KeyboardInterrupt"])
def test_a_run_that_stops_midway_keeps_what_came(
    error: str, contacts: Sync, session: DevelopmentSession, project: Project, app: App
) -> None:
    project.edit_plugin(*ONE_BY_ONE)
    text = project.plugin_file.read_text(encoding="utf-8")
    stopping = f"{ENQUEUE}\n                if identifier == '2':\n                    raise {error}('stop')"
    project.plugin_file.write_text(text.replace(ENQUEUE, stopping), encoding="utf-8")

    with pytest.raises((PluginRaisedError, KeyboardInterrupt)):
        session.run(contacts.slug)
    app.asked()
    project.restore_plugin()
    [stopped, *_] = session.store.runs(contacts.record)
    summary = session.run(contacts.slug)

    assert (stopped.counts["created"], stopped.counts["unanswered"]) == (2, 1)
    assert (summary.offered, app.sent()) == (1, ["3"])


def test_two_runs_of_one_sync_do_not_send_twice(
    contacts: Sync, session: DevelopmentSession, app: App
) -> None:
    app.asked()
    with (
        only_run(session.workspace, contacts.record),
        pytest.raises(UsageError, match="goes on already"),
    ):
        session.run(contacts.slug)

    assert app.asked() == []


def test_a_changed_record_is_updated_not_created(
    contacts: Sync, session: DevelopmentSession, app: App
) -> None:
    session.run(contacts.slug)
    before = app.records()
    load_contacts(session, contacts.slug, grace="Rear Admiral Grace")
    session.run(contacts.slug)

    after = app.records()
    assert after["2"]["first_name"] == "Rear Admiral Grace"
    assert {name: record["id"] for name, record in after.items()} == {
        name: record["id"] for name, record in before.items()
    }
