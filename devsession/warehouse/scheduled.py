"""A run of a sync inside of Snowflake: the engine's statements and the plugin's procedure, as a task.

The block does what a run does here: it notes the run, keeps outcomes that an interrupted run has left,
checks identifiers, stages what is new or changed, has the application's procedure send it, and applies
the outcomes. It is made of steps, so that each can be run, and checked, alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devsession.quoting import literal, quoted
from devsession.warehouse.rights import OURS
from devsession.warehouse.statements import bound_to, statement
from devsession.warehouse.store import state_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devsession.plugin.strategies import OutboundSyncStrategy
    from devsession.warehouse.cron import Cron
    from devsession.warehouse.engine import Engine
    from devsession.warehouse.records import SyncRecord

_SPARE_MINUTES = 10  # of a task's time, for what it does besides the procedure
_VARIABLES = {
    "token": "varchar default uuid_string()",
    "run": "number",
    "scanned": "number",
    "identified": "number",
    "different": "number",
    "counts": "varchar default '{}'",
    "answer": "object",
    "good": "boolean",
    "status": "varchar default 'failed'",
    "told": "varchar",
}


@dataclass(frozen=True)
class Step:
    """A statement; `:name` in it is a variable. into: column of its one row -> the variable it fills."""

    sql: str
    into: Mapping[str, str]

    def __str__(self) -> str:
        if not self.into:
            return f"{self.sql};"
        columns, names = ", ".join(self.into), ", ".join(f":{name}" for name in self.into.values())
        if self.sql.startswith("call "):
            return f"{self.sql} into {names};"
        return f"select {columns} into {names} from (\n{self.sql}\n);"  # noqa: S608 - ours


@dataclass(frozen=True)
class Refusal:
    """Ends the run as failed where this is so; `first` is run before. exception: its name in the block."""

    when: str
    exception: str
    message: str
    first: str = ""

    def __str__(self) -> str:
        lines = [self.first, f"raise {self.exception};"]
        inside = "\n".join(f"  {line}" for line in lines if line)
        return f"if ({self.when}) then\n{inside}\nend if;"


@dataclass(frozen=True)
class ScheduledRun:
    """tables: statements that make what the block needs; grants: that the application may use it.

    ended: what notes the end of a run that failed midway.
    """

    tables: tuple[str, ...]
    grants: tuple[str, ...]
    steps: tuple[Step | Refusal, ...]
    ended: Step

    def block(self) -> str:
        """All of it in Snowflake Scripting. Statements stand as they are: a space may be part of a name."""
        refusals = [each for each in self.steps if isinstance(each, Refusal)]
        declared = [f"{name} {kind};" for name, kind in _VARIABLES.items()]
        declared += [
            f"{each.exception} exception (-{20_000 + number}, {literal(each.message)});"
            for number, each in enumerate(refusals, start=1)
        ]
        parts = [
            "declare",
            *(f"  {each}" for each in declared),
            "begin",
            *map(str, self.steps),
            "exception",
            "when other then",
            "rollback;",
            "status := 'failed';",
            str(self.ended),
            "raise;",
            "end;",
        ]
        return "\n".join(parts)


def scheduled_run(
    engine: Engine,
    sync: SyncRecord,
    strategy: OutboundSyncStrategy,
    *,
    database: str,
    application: str,
    payload: Mapping[str, Any],
) -> ScheduledRun:
    """The run of a sync that a task does.

    database: of the account, in which our tables are. application: whose schema PLUGIN has the
    procedure. payload: what that is given, but for the run and its tables.

    Raises: as `Engine.plan`, but identifiers are not checked.
    """
    records, results = f"{OURS}.SCHEDULED_{sync.id}", f"{OURS}.SCHEDULED_{sync.id}_RESULTS"
    identified, offered = engine.queries(sync, strategy)
    given = statement("scheduled/given", results=results)
    stored = _stored(sync, records, results, given)
    ended = _step(
        bound_to(statement("store/finish_run"), "sysdate()", ":status", ":counts", ":run")
    )
    started = [":token", str(sync.id), "sysdate()", "'running'"]
    told = {
        **payload,
        "sync_id": sync.id,
        "source_app_name": database,
        "records_schema_name": OURS,
        "records_table_name": records.split(".")[1],
        "results_schema_name": OURS,
        "results_table_name": results.split(".")[1],
    }
    steps: tuple[Step | Refusal, ...] = (
        _step(bound_to(statement("store/insert_run"), *started)),
        _step(bound_to(statement("store/run"), ":token"), ID="run"),
        *stored,  # of a run that was ended before it came to that
        _step(identified, TOTAL="scanned", IDENTIFIED="identified", DIFFERENT="different"),
        Refusal(
            "different < scanned",
            "not_told_apart",
            f"{sync.identifier} does not identify the records of sync {sync.slug}: it is null, or "
            "more than one has the same. Nothing was sent",
        ),
        _step(statement("scheduled/stage", records=records, offered=offered)),
        _step(_call(application, told), SYNC_OUTBOUND="answer"),
        _step(
            statement("scheduled/counts", records=records, given=given, scanned=":scanned"),
            COUNTS="counts",
        ),
        *stored,
        _step(
            statement("scheduled/ended", answer=":answer"),
            GOOD="good",
            STATUS="status",
            TOLD="told",
        ),
        ended,
        Refusal(
            "not good",
            "refused",
            f"the procedure of {application} failed in sync {sync.slug}; "
            "the task's return value says why",
            first="call system$set_return_value(:told);",
        ),
    )
    application = quoted(application)
    return ScheduledRun(
        tables=(
            statement("scheduled/records_table", records=records).strip(),
            statement("scheduled/results_table", results=results).strip(),
        ),
        grants=(
            f"grant select on table {records} to application {application}",
            f"grant select, insert on table {results} to application {application}",
        ),
        steps=steps,
        ended=ended,
    )


def task_sql(
    run: ScheduledRun,
    *,
    task: str,
    cron: Cron,
    compute_warehouse: str,
    minutes: int,
    comment: str,
) -> str:
    """The statement that makes the task. task: its name as SQL; minutes: the procedure's time."""
    return statement(
        "scheduled/task",
        task=task,
        compute_warehouse=quoted(compute_warehouse),
        schedule=literal(cron.snowflake),
        timeout=str((minutes + _SPARE_MINUTES) * 60_000),
        comment=literal(comment),
        block=run.block(),
    ).strip()


def _stored(sync: SyncRecord, records: str, results: str, given: str) -> Sequence[Step]:
    """Outcomes become the sync's state, and are no outcomes any more: both, or neither."""
    parts = {
        "state": state_table(sync),
        "run": ":run",
        "outcomes": statement("engine/outcomes", stage=records, given=given, within="true"),
    }
    return (
        _step("begin transaction"),
        _step(bound_to(statement("engine/apply_known", **parts), "sysdate()")),
        _step(bound_to(statement("engine/apply_new", **parts), "sysdate()")),
        _step(statement("scheduled/clear", results=results)),
        _step("commit"),
    )


def _call(application: str, payload: Mapping[str, Any]) -> str:
    """The run's number is put into the JSON where it is run."""
    text = literal(f", {json.dumps(payload)[1:]}")
    return (
        f"call {quoted(application)}.PLUGIN.SYNC_OUTBOUND("
        f"parse_json('{{\"run_id\": ' || :run || {text})::object)"
    )


def _step(sql: str, **into: str) -> Step:
    return Step(sql.strip(), into)
