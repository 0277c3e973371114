"""The run that a task does: its statements in their order, on the embedded warehouse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import sqlglot
from pandas import DataFrame
from sqlglot import exp

from devsession.plugin.mapping import StoredFieldMappings, expression
from devsession.plugin.parameters import StoredConfigurationValue
from devsession.plugin.strategies import MIRROR
from devsession.warehouse.cron import Cron
from devsession.warehouse.engine import Engine
from devsession.warehouse.scheduled import Step, scheduled_run, task_sql
from devsession.warehouse.store import Store
from tests.in_process import warehouses_in_process
from tests.publish.scheduled_block import RaisedError, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

    from devsession.warehouse import Account
    from devsession.warehouse.scheduled import ScheduledRun

PAYLOAD = {"connection_method": "API Key", "sync_strategy": {"name": "Mirror"}}
HOSTILE = "x'; drop table PUBLIC.CANARY; end; -- \\' \" $$ :run ? ${x} é\n  y"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with warehouses_in_process() as warehouses:
        account = warehouses.open(tmp_path_factory.mktemp("scheduled"))
        account.execute("create table PUBLIC.CANARY as select 1 as ID")
        yield account
        account.close()


class Scheduled:
    """A sync, its task's run, and an app that takes what has an @ in its address."""

    def __init__(self, account: Account, **declared: str) -> None:
        self.account = account
        self.table = f"T_{uuid4().hex[:8]}".upper()
        self.holds(("1", "ada@x.test"), ("2", "nowhere"))
        self.store = Store(account)
        self.sync = self.store.save_sync(
            declared.get("slug", uuid4().hex),
            source=self.table,
            identifier="ID",
            strategy="Mirror",
            field_mappings=StoredFieldMappings.from_dict(
                {declared.get("field", "email"): expression(declared.get("sql", "EMAIL"))}
            ),
        ).record
        self.sent: list[tuple[str, str]] = []

    def holds(self, *rows: tuple[str | None, str]) -> None:
        self.account.execute(
            f"create or replace table PUBLIC.{self.table} as"
            " select f.value[0]::varchar as ID, f.value[1]::varchar as EMAIL"
            " from table(flatten(input => parse_json(?))) as f",
            [json.dumps(rows)],
        )

    def prepared(self, application: str = "ACME") -> ScheduledRun:
        run = scheduled_run(
            Engine(self.account),
            self.sync,
            MIRROR,
            database="LOCAL",
            application=application,
            payload=PAYLOAD,
        )
        for each in run.tables:
            self.account.execute(each)
        return run

    def run(self) -> Run:
        going = Run(self.account, self.app)
        going.go(self.prepared(), uuid4().hex)
        return going

    def app(self, payload: dict[str, Any]) -> dict[str, Any]:
        """What the procedure does: one record after the other."""
        records = f"{payload['records_schema_name']}.{payload['records_table_name']}"
        for batch, (identifier, action, record) in enumerate(
            self.account.rows(
                f"select IDENTIFIER, SYNC_ACTION, TRANSFORMED_RECORD from {records} order by 1"
            )
        ):
            self.sent.append((identifier, action))
            self.keep(payload, batch, identifier, good=record is None or "@" in record)
        return {"success": True, "data": {"timed_out": False}}

    def keep(self, payload: dict[str, Any], batch: int, identifier: str, *, good: bool) -> None:
        results = f"{payload['results_schema_name']}.{payload['results_table_name']}"
        self.account.execute(
            f"insert into {results} (IDENTIFIER, APP_IDENTIFIER, APPLY_STATE,"
            " APPLY_STATE_DATETIME, LOADBATCH_ID, RESULT)"
            ' select ?, ?, ?, sysdate(), ?, parse_json(\'{"error": "no address"}\')',
            [
                identifier,
                f"app-{identifier}" if good else None,
                "SUCCESS" if good else "DESTINATION_FAILURE",
                batch,
            ],
        )


def test_a_run_sends_and_remembers(account: Account) -> None:
    scheduled = Scheduled(account)

    first = scheduled.run()

    [run] = scheduled.store.runs(scheduled.sync)
    assert scheduled.sent == [("1", "Create"), ("2", "Create")]
    assert (run.id, run.status) == (first.variables["run"], "completed")
    assert run.counts == {
        "scanned": 2,
        "succeeded": 1,
        "created": 1,
        "updated": 0,
        "deleted": 0,
        "sent": 0,
        "skipped": 0,
        "unanswered": 0,
        "failed": 1,
    }
    assert run.finished is not None


def test_the_next_run_sends_what_is_new_changed_gone_or_was_refused(account: Account) -> None:
    scheduled = Scheduled(account)
    scheduled.holds(("1", "ada@x.test"), ("2", "nowhere"), ("3", "mary@x.test"))
    scheduled.run()
    scheduled.sent.clear()
    scheduled.holds(("1", "ada@y.test"), ("2", "nowhere"), ("4", "joan@x.test"))

    scheduled.run()

    assert scheduled.sent == [("1", "Update"), ("2", "Create"), ("3", "Delete"), ("4", "Create")]
    plan = Engine(account).plan(scheduled.sync, MIRROR)
    assert plan.actions == {"Create": 1, "Update": 0, "Delete": 0}


def test_runs_here_and_there_know_of_each_other(account: Account) -> None:
    scheduled = Scheduled(account)
    scheduled.run()
    scheduled.sent.clear()
    engine = Engine(account)

    stage = engine.stage(scheduled.sync, scheduled.store.start_run(scheduled.sync), MIRROR)
    outcome = {"IDENTIFIER": ["2"], "SUCCESS": [True], "APP_IDENTIFIER": ["a"], "RESULT": ["{}"]}
    stage.apply(DataFrame(outcome, dtype=object))
    scheduled.run()

    assert stage.actions == {"Create": 1}
    assert scheduled.sent == []


def test_outcomes_of_a_run_that_was_ended_are_kept_by_the_next(account: Account) -> None:
    scheduled = Scheduled(account)
    scheduled.holds(("1", "ada@x.test"), ("2", "mary@x.test"))

    def ended(payload: dict[str, Any]) -> Any:
        scheduled.keep(payload, 0, "1", good=True)
        raise TimeoutError("the task's time is over")

    with pytest.raises(TimeoutError):
        Run(account, ended).go(scheduled.prepared(), uuid4().hex)
    scheduled.run()

    assert [run.status for run in scheduled.store.runs(scheduled.sync)] == ["completed", "failed"]
    assert scheduled.sent == [("2", "Create")]


def test_a_procedure_that_fails_fails_the_task_and_its_outcomes_are_kept(account: Account) -> None:
    scheduled = Scheduled(account)

    def refused(payload: dict[str, Any]) -> dict[str, Any]:
        scheduled.keep(payload, 0, "1", good=True)
        return {"success": False, "error": "401: the key is wrong"}

    run = Run(account, refused)
    with pytest.raises(RaisedError, match="the task's return value says why"):
        run.go(scheduled.prepared(), uuid4().hex)

    [record] = scheduled.store.runs(scheduled.sync)
    assert "401: the key is wrong" in run.variables["told"]
    assert (record.status, record.counts["succeeded"]) == ("failed", 1)
    assert record.counts["unanswered"] == 1


def test_a_run_whose_time_is_over_says_so(account: Account) -> None:
    scheduled = Scheduled(account)

    over = Run(account, lambda _: {"success": True, "data": {"timed_out": True}})
    over.go(scheduled.prepared(), uuid4().hex)

    assert [run.status for run in scheduled.store.runs(scheduled.sync)] == ["timed out"]


@pytest.mark.parametrize("other", [("1", "b@x.test"), (None, "b@x.test")], ids=["twice", "null"])
def test_records_that_cannot_be_told_apart_are_not_sent(other: Any, account: Account) -> None:
    scheduled = Scheduled(account)
    scheduled.prepared()
    scheduled.holds(("1", "a@x.test"), other)

    with pytest.raises(RaisedError, match="does not identify the records"):
        scheduled.run()

    assert scheduled.sent == []


def test_a_source_without_records(account: Account) -> None:
    scheduled = Scheduled(account)
    scheduled.prepared()
    account.execute(f"delete from PUBLIC.{scheduled.table}")

    scheduled.run()

    [run] = scheduled.store.runs(scheduled.sync)
    assert (run.status, set(run.counts.values())) == ("completed", {0})


def task_of(scheduled: Scheduled, application: str = "ACME") -> str:
    return task_sql(
        scheduled.prepared(application),
        task='"CRM"."PUBLIC".DEVSESSION_SYNC_1',
        cron=Cron("0 6 * * *", "UTC"),
        compute_warehouse="SYNC_WH",
        minutes=240,
        comment=f"devsession sync run {scheduled.sync.slug}",
    )


def test_each_statement_is_one_to_a_parser_of_snowflakes_sql(account: Account) -> None:
    scheduled = Scheduled(account, slug=HOSTILE + uuid4().hex, field=HOSTILE)
    run = scheduled.prepared(HOSTILE)
    sent = [each.sql for each in run.steps if isinstance(each, Step)]
    calls = [each for each in sent if each.startswith("call ")]

    trees = [
        sqlglot.parse(each, dialect="snowflake")
        for each in [*sent, *run.tables]
        if each not in calls
    ]
    (called,) = sqlglot.parse(f"select {calls[0][5:]}", dialect="snowflake")

    assert {len(tree) for tree in trees} == {1}
    assert not [tree for (tree,) in trees if isinstance(tree, exp.Command)]
    assert called is not None
    assert [each.this for each in called.find_all(exp.Identifier)] == [HOSTILE, "PLUGIN"]


def test_hostile_names_stay_names(account: Account) -> None:
    inside = "'a\n  ;b' || EMAIL"
    scheduled = Scheduled(account, slug=HOSTILE + uuid4().hex, field=HOSTILE, sql=inside)

    scheduled.run()
    block = task_of(scheduled, HOSTILE)

    [(record,)] = account.rows(
        f"select TRANSFORMED_RECORD from DEVSESSION.STATE_{scheduled.sync.id} where IDENTIFIER = '1'"
    )
    assert json.loads(record) == {HOSTILE: "a\n  ;bada@x.test"}
    assert account.rows("select ID from PUBLIC.CANARY") == [(1,)]
    assert inside in block


def test_the_task(account: Account, snapshot: SnapshotAssertion) -> None:
    scheduled = Scheduled(account, slug="contacts")
    number = scheduled.sync.id
    text = task_of(scheduled).replace(scheduled.table, "CONTACTS")

    for before, after in (
        (f"_{number}", "_1"),
        (f"cast({number} as", "cast(1 as"),
        (f'"sync_id": {number},', '"sync_id": 1,'),
    ):
        text = text.replace(before, after)
    assert text == snapshot


def test_parameters_reach_the_procedure_as_they_are(account: Account) -> None:
    scheduled = Scheduled(account)
    value = StoredConfigurationValue(value=HOSTILE, metadata={"zone": 1})
    given: list[dict[str, Any]] = []
    run = scheduled_run(
        Engine(account),
        scheduled.sync,
        MIRROR,
        database='CR"M',
        application="ACME",
        payload={"sync_parameters": {"object": value.model_dump()}},
    )
    scheduled.prepared()

    Run(account, lambda payload: given.append(payload) or {"success": True}).go(run, uuid4().hex)

    assert given[0]["sync_parameters"] == {"object": {"value": HOSTILE, "metadata": {"zone": 1}}}
    assert given[0]["source_app_name"] == 'CR"M'
    assert isinstance(given[0]["run_id"], int)
