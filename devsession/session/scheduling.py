"""A sync that runs by the clock on Snowflake: what makes its task, and what that needs besides."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from devsession.errors import AccountError, NotFilledError, SecretLeakError, UsageError
from devsession.http.deadline import TIME_LIMIT_MINS
from devsession.plugin.strategies import STRATEGIES
from devsession.publish.names import Names
from devsession.publish.texts import ROLE
from devsession.quoting import quoted
from devsession.render import GOOD, NEUTRAL, html_line, html_report
from devsession.session.manifest import manifest_of
from devsession.session.sandbox import SANDBOX_HOST
from devsession.session.sync import Sync
from devsession.warehouse.rights import OURS, signed_in
from devsession.warehouse.scheduled import scheduled_run, task_sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.plugin.parameters import StoredConfigurationValue
    from devsession.session.development import DevelopmentSession
    from devsession.warehouse.cron import Cron
    from devsession.warehouse.records import ConnectionRecord, SyncRecord
    from devsession.warehouse.rights import Signed

_USUAL_COMPUTE_WAREHOUSE = "COMPUTE_WH"  # of a new account
_USUAL_ROLE = "SYNC_ROLE"


@dataclass(frozen=True)
class Wish:
    """When, and with what. secrets: the name by which the procedure is given the connection's."""

    cron: Cron
    dry_run: bool = False
    compute_warehouse: str | None = None
    application: str | None = None
    secrets: str = "DEVSESSION_SECRETS"


@dataclass(frozen=True)
class Schedule:
    """A task, as it is made, or in a dry run would be.

    statements: those that make it. needs: what has to be there besides, by who administers the
    account, as SQL where it is SQL; notes: what a run of it does not do.
    """

    sync: str
    task: str
    cron: str
    account: str | None
    dry_run: bool
    statements: tuple[str, ...]
    needs: tuple[str, ...]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        if self.dry_run:
            return self._script()
        return "\n".join([self._title, *(f"  {line}" for line in self._after())])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        edge = NEUTRAL if self.dry_run else GOOD
        return html_report(self._title, *map(html_line, self._after()), edge=edge)

    def to_dict(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "sync": self.sync,
            "task": self.task,
            "schedule": self.cron,
            "account": self.account,
            "dry_run": self.dry_run,
            "statements": list(self.statements),
            "needs": list(self.needs),
            "notes": list(self.notes),
        }

    @property
    def _title(self) -> str:
        would = "would run" if self.dry_run else "is made and resumed, and runs"
        return f"task {self.task} {would} sync {self.sync!r}: {self.cron}"

    def _after(self) -> list[str]:
        needs = [f"it needs: {need}" for need in self.needs]
        ends = [f"to stop it: alter task {self.task} suspend"]
        if self.account is not None:
            shown = f"devsession sync show {quote(self.sync)} --account {quote(self.account)}"
            ends.append(f"its runs: {shown}")
        return [*needs, *self.notes, *ends]

    def _script(self) -> str:
        """What can be pasted into a worksheet."""
        where = f"the account {self.account}" if self.account else "this machine's warehouse"
        told = [f"{self._title}; nothing was run", f"names are those of {where}"]
        if self.account is None:
            told.append("--account NAME prints it for an account")
        lines = [f"-- {line}" for each in told for line in each.splitlines()]
        lines += ["--", "-- What it needs besides, once:"]
        lines += [f"--   {line}" for need in self.needs for line in need.splitlines()]
        lines += [f"-- {line}" for note in self.notes for line in note.splitlines()]
        statements = (f"use schema {self.task.rpartition('.')[0]}", *self.statements)
        return "\n\n".join(["\n".join(lines), *map(_ended, statements)])


def schedule_sync(session: DevelopmentSession, slug: str, wish: Wish) -> Schedule:
    """Make the task of a sync, in place of the one before, and let it run by its clock.

    Raises:
        UnknownNameError: there is no such sync.
        UsageError: it is inbound; or without an account, where nothing runs by a task.
        NotFilledError: it, or the connection, is not filled.
        SecretLeakError: the statements would hold a secret.
        WarehouseError: Snowflake refuses a statement; the same again goes on.
    """
    account = session.workspace.account
    if account is None and not wish.dry_run:
        raise _no_account(session, slug, wish.cron)
    sync = session.sync(slug)
    if not isinstance(sync, Sync):
        raise UsageError(
            f"{slug!r} is inbound, and a task runs outbound syncs",
            tried="states and records of streams are kept by `devsession sync run`",
            next_step=_by_crontab(session, slug, wish.cron) or f"devsession sync run {quote(slug)}",
            sync=slug,
        )
    schedule = _schedule(session, sync, wish)
    _refuse_secrets(session, schedule)
    for each in () if wish.dry_run else schedule.statements:
        session.account.execute(each)
    return schedule


def _schedule(session: DevelopmentSession, sync: Sync, wish: Wish) -> Schedule:
    record, account, name = sync.record, session.account, session.workspace.account
    manifest = manifest_of(session)
    signed = _signed_in(session)
    connection = session.store.connection(manifest.plugin_id)
    if connection is None or record.field_mappings is None:
        raise NotFilledError(
            f"{'the connection' if connection is None else f'sync {sync.slug!r}'} is not filled",
            where=account.name,
            next_step="fill it in a session on this warehouse: session.connection, "
            f"session.sync({sync.slug!r})",
            sync=sync.slug,
        )
    application = Names.of(manifest, application=wish.application).application
    run = scheduled_run(
        session.engine,
        record,
        sync.strategy,
        database=str(signed.database),
        application=application,
        payload=_payload(connection, record, wish),
    )
    task = f"{quoted(str(signed.database))}.{quoted(account.schema)}.DEVSESSION_SYNC_{record.id}"
    made = task_sql(
        run,
        task=task,
        cron=wish.cron,
        compute_warehouse=wish.compute_warehouse or str(signed.compute_warehouse),
        minutes=TIME_LIMIT_MINS,
        comment=f"devsession sync run {sync.slug}",
    )
    resumed = f"alter task {task} resume"  # it is made suspended
    return Schedule(
        sync=sync.slug,
        task=task,
        cron=wish.cron.snowflake,
        account=name,
        dry_run=wish.dry_run,
        statements=(*run.tables, *run.grants, made, resumed),
        needs=_needs(signed, account.schema, application, connection, wish),
        notes=_notes(session, connection),
    )


def _signed_in(session: DevelopmentSession) -> Signed:
    """Raises: AccountError where the session has no database."""
    signed = signed_in(session.account)
    if session.workspace.account is None:
        return signed._replace(role=_USUAL_ROLE, compute_warehouse=_USUAL_COMPUTE_WAREHOUSE)
    if signed.database is None or signed.role is None or signed.compute_warehouse is None:
        raise AccountError(
            f"The {session.account.name} has no database, role or compute warehouse",
            tried="those of its connection: one is missing, or its role may not use it",
            where=session.account.name,
            next_step=f"devsession doctor --account {quote(session.workspace.account)}",
            account=session.workspace.account,
        )
    return signed


def _payload(connection: ConnectionRecord, record: SyncRecord, wish: Wish) -> dict[str, Any]:
    """What the procedure is given. Source: sync contract, `outbound_apply_payload`."""
    mapping = record.field_mappings
    return {
        "connection_method": connection.connection_method,
        "connectivity_option": connection.connectivity_option,
        "connection_parameters": _values(connection.connection_parameters),
        "other_secrets_name": wish.secrets if connection.connection_secrets else None,
        "sync_parameters": _values(record.sync_parameters),
        "sync_strategy": {
            "name": record.strategy,
            "custom_strategy": record.strategy not in STRATEGIES,
        },
        "sync_direction": "outbound",
        "target_type": record.target_type,
        "field_mappings": mapping.model_dump(mode="json") if mapping else None,
        "time_limit_mins": TIME_LIMIT_MINS,
    }


def _values(values: Mapping[str, StoredConfigurationValue]) -> dict[str, Any]:
    return {name: each.model_dump(mode="json") for name, each in values.items()}


def _needs(
    signed: Signed, schema: str, application: str, connection: ConnectionRecord, wish: Wish
) -> tuple[str, ...]:
    database, role, app = (
        quoted(str(name)) for name in (signed.database, signed.role, application)
    )
    needs = [
        f"grant usage on database {database} to application {app};",
        f"grant usage on schema {database}.{OURS} to application {app};",
        f"grant application role {app}.{ROLE} to role {role};",
        f"grant create task on schema {database}.{quoted(schema)} to role {role};",
        f"grant execute task on account to role {role};",
        f"PLUGIN.SYNC_OUTBOUND of {application} has an external access integration for the app",
    ]
    if connection.connection_secrets:
        held = json.dumps({name: {"value": ".."} for name in connection.connection_secrets})
        needs.append(f"and a secret, which its SECRETS clause calls {wish.secrets!r}: {held}")
    return tuple(needs)


def _notes(session: DevelopmentSession, connection: ConnectionRecord) -> tuple[str, ...]:
    notes = ["It runs the sync as it is filled now: schedule it again after a change."]
    if any(SANDBOX_HOST in each.value for each in connection.connection_parameters.values()):
        notes.append("The connection is to the practice app, which Snowflake does not reach.")
    if type(session.plugin).has("outbound_record_validator"):
        notes.append("Records are sent as they are: outbound_record_validator is not asked.")
    return tuple(notes)


def _refuse_secrets(session: DevelopmentSession, schedule: Schedule) -> None:
    whole = "\n".join(schedule.statements)
    if session.vault.text(whole) != whole:
        raise SecretLeakError(
            f"The task of sync {schedule.sync!r} would hold a secret",
            tried="a value of the form, the mapping or the source is one that is known here",
            where=session.account.name,
            next_step="keep it in a secret field of the connection's form, and take it out there",
            sync=schedule.sync,
        )


def _no_account(session: DevelopmentSession, slug: str, cron: Cron) -> UsageError:
    line = _by_crontab(session, slug, cron)
    here = f"; or here, by this machine's time, a line of crontab -e: {line}" if line else ""
    return UsageError(
        "A task runs on a Snowflake account, and none is named",
        tried=f"sync schedule {slug}: this workspace's warehouse is on this machine",
        next_step=f"--account NAME, or --dry-run for the SQL{here}",
        sync=slug,
    )


def _by_crontab(session: DevelopmentSession, slug: str, cron: Cron) -> str | None:
    if cron.crontab is None or "\n" in slug:
        return None
    folder, program = session.workspace.folder, Path(sys.executable).with_name("devsession")
    command = f"cd {quote(str(folder))} && {quote(str(program))} sync run {quote(slug)}"
    # A % ends a line of a crontab.
    return f"{cron.crontab} {command.replace('%', chr(92) + '%')}"


def _ended(sql: str) -> str:
    return sql if sql.endswith(";") else f"{sql};"
