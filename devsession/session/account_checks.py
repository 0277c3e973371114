"""A Snowflake account, looked at from its connection to the rights of its role."""

from __future__ import annotations

from contextlib import closing
from shlex import quote
from typing import TYPE_CHECKING

from devsession.errors import DevsessionError
from devsession.publish.channel import PYTHON
from devsession.quoting import quoted
from devsession.render import counted
from devsession.testing.examination import Checked
from devsession.warehouse.channel import channel_packages
from devsession.warehouse.columns import SIMPLE_NAME
from devsession.warehouse.connections import find_connection
from devsession.warehouse.migrations import check_version, latest, schema_of
from devsession.warehouse.rights import (
    ALL,
    OURS,
    TO_CHANGE,
    TO_FILL,
    TO_MAKE,
    TO_WORK,
    rights_on,
    signed_in,
)
from devsession.warehouse.snowflake import snowflake_account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from devsession.session.workspace import Workspace
    from devsession.warehouse.migrations import Schema
    from devsession.warehouse.omnata import Statements
    from devsession.warehouse.rights import Needed, Signed

_AFTER_SIGN_IN = (
    *("role", "compute warehouse", "database", "schema"),
    *("tables", "rights", "channel"),
)
_ASK = "run that in Snowflake with this role; ask whoever administers the account for what it lacks"


def account_checks(workspace: Workspace, packages_file: Path | None) -> Iterator[Checked]:
    """A line for each step on the way in; those behind one that failed are not tried."""
    name = workspace.account or "default"
    try:
        connection = find_connection(name)
        connection.signed()
    except DevsessionError as error:
        yield _failed("connection", error)
        yield from _not_tried("account", *_AFTER_SIGN_IN)
        return
    authenticator = connection.authenticator.lower()
    yield Checked("connection", "ok", f"{connection.name} of {connection.where}, {authenticator}")
    with closing(snowflake_account(name)) as account:
        yield from checks_of(account, name, packages_file)


def checks_of(account: Statements, name: str, packages_file: Path | None) -> Iterator[Checked]:
    """The same of an account that is open, or opens with its first statement."""
    try:
        signed = signed_in(account)
    except DevsessionError as error:
        yield _failed("account", error)
        yield from _not_tried(*_AFTER_SIGN_IN)
        return
    yield Checked(
        "account", "ok", f"{signed.account}, Snowflake {signed.version}, user {signed.user}"
    )
    yield from _chosen(signed, name)
    if signed.database is None or signed.role is None:
        yield from _not_tried("tables", "rights", "channel")
        return
    channel = _tried("channel", lambda: _channel(account, packages_file, name))
    try:
        schema = schema_of(account)
        check_version(schema, account)
    except DevsessionError as error:
        yield _failed("tables", error)
        yield from _not_tried("rights")
    else:
        yield _tables(name, schema)
        yield _tried("rights", lambda: _rights(account, signed, schema))  # last: it turns roles off
    yield channel


def _chosen(signed: Signed, name: str) -> Iterator[Checked]:
    """What the connection chooses, or should."""
    role, there = _as_sql(signed.role or "ROLE"), f"in the section of {name!r}; in Snowflake"
    grant = "grant usage on"
    schema = f"{_as_sql(signed.database or 'DATABASE')}.PUBLIC"
    advice = {
        "role": f'role = ".." {there}: show grants to user {signed.user}',
        "compute warehouse": f'warehouse = ".." {there}: {grant} warehouse NAME to role {role}',
        "database": f'database = ".." {there}: {grant} database NAME to role {role}',
        "schema": f'schema = "PUBLIC" {there}: {grant} schema {schema} to role {role}',
    }
    chosen = (signed.role, signed.compute_warehouse, signed.database, signed.schema)
    for (what, next_step), value in zip(advice.items(), chosen, strict=True):
        if value is not None:
            yield Checked(what, "ok", value)
        else:
            yield Checked(what, "error", "none is chosen, or the role may not use it", next_step)


def _tables(name: str, schema: Schema) -> Checked:
    """Which version our tables have."""
    command = f"devsession warehouse install --account {quote(name)}"
    if not schema.pending:
        return Checked("tables", "ok", f"version {schema.version}{_when(schema)}")
    if not schema.version:
        told = f"none yet: made when they are first needed, or by {command}"
        return Checked("tables", "ok", told)
    told = f"version {schema.version}{_when(schema)}; version {latest()} is wanted"
    return Checked("tables", "error", told, f"{command}; --dry-run prints what that would run")


def _when(schema: Schema) -> str:
    when = f", installed {schema.installed:%Y-%m-%d}" if schema.installed else ""
    return f"{when} by {schema.by}" if schema.by else when


def _rights(account: Statements, signed: Signed, schema: Schema) -> Checked:
    """Whether our tables can be used as they are, or can be made, or brought up to date."""
    database, role = str(signed.database), str(signed.role)
    needed, what = TO_WORK, "is there"
    if schema.pending and schema.version:
        needed, what = TO_CHANGE, "can be brought up to date"
    elif schema.pending:
        needed, what = TO_FILL if schema.there else TO_MAKE, "is made when it is first needed"
    lacking = {
        _place(database, each): missing
        for each in needed
        if (missing := _missing(account, database, each))
    }
    if not lacking:
        return Checked("rights", "ok", f"schema {OURS} {what}; {role} may do what that takes")
    told = [f"role {role} has no {', '.join(them)} on {place}" for place, them in lacking.items()]
    if any(ALL in them for them in lacking.values()):
        next_step = "have the role that owns the tables do what is said above of them"
    else:
        grants = [
            f"grant {', '.join(them).lower()} on {place} to role {_as_sql(role)}"
            for place, them in lacking.items()
        ]
        next_step = "in Snowflake: " + ";\n".join(grants)
    return Checked("rights", "error", "\n".join(told), next_step)


def _missing(account: Statements, database: str, needed: Needed) -> list[str]:
    held = rights_on(account, needed.kind, database, *needed.names)
    return [] if ALL in held else [each for each in needed.privileges if each not in held]


def _place(database: str, needed: Needed) -> str:
    return f"{needed.kind} {'.'.join(map(_as_sql, (database, *needed.names)))}"


def _channel(account: Statements, file: Path | None, name: str) -> Checked:
    """What Snowflake has to run plugins with, saved for when there is no account."""
    found = channel_packages(account, python=PYTHON)
    told = f"{counted(len(found.packages), 'package')} for Python {PYTHON}"
    if not found.packages:
        return Checked(
            "channel",
            "error",
            told,
            "an organisation's administrator accepts the Anaconda terms: in Snowsight, Admin, "
            "Billing & Terms",
        )
    if file is None:
        command = f"devsession doctor --account {name} --channel-packages FILE"
        return Checked("channel", "ok", f"{told}, not saved", f"{command} saves them")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        found.save(file)
    except OSError as error:
        why = error.strerror or type(error).__name__
        return Checked(
            "channel", "error", f"{told}; {file}: {why}", "--channel-packages ANOTHER-FILE"
        )
    return Checked("channel", "ok", f"{told}, saved in {file}")


def _as_sql(name: str) -> str:
    """A name as a person types it: in quotes only where it needs them."""
    return name if SIMPLE_NAME.fullmatch(name) and name == name.upper() else quoted(name)


def _tried(what: str, check: Callable[[], Checked]) -> Checked:
    try:
        return check()
    except DevsessionError as error:
        told = "\n".join(filter(None, [error.what, error.tried]))
        return Checked(what, "error", told, _ASK)


def _failed(what: str, error: DevsessionError) -> Checked:
    return Checked(
        what, "error", "\n".join(filter(None, [error.what, error.tried])), error.next_step
    )


def _not_tried(*names: str) -> Iterator[Checked]:
    for name in names:
        yield Checked(name, "not tried", "it needs what failed above")
