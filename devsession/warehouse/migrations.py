"""The schema of our own tables, made and brought up to date by numbered migrations.

They are the files of `sql/migrations`, and the same for the embedded warehouse and an account. Each
statement may be run again, so what a kill or another process interrupts is gone on with: on Snowflake
each of them is committed by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from shlex import quote
from typing import TYPE_CHECKING

from devsession import __version__
from devsession.errors import WarehouseError
from devsession.quoting import literal, quoted
from devsession.warehouse.rights import OURS, has_schema
from devsession.warehouse.statements import statement, statements

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from devsession.warehouse.account import Account
    from devsession.warehouse.omnata import Statements

_NUMBERED = re.compile(r"(\d+)_(\w+)\.sql")
_UPGRADE = "pip install -U devsession"


@dataclass(frozen=True)
class Migration:
    """What leads from the version before to `number`."""

    number: int
    name: str

    @property
    def statements(self) -> list[str]:
        """What it takes, and at last the word that it was done."""
        file = f"migrations/{self.number}_{self.name}"
        by = literal(f"devsession {__version__}")
        return [
            *statements(file),
            statement("migrations/record", number=str(self.number), by=by).strip(),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name.replace('_', ' ')}"


@cache
def migrations() -> tuple[Migration, ...]:
    """All that there are, by their numbers."""
    folder = files("devsession.warehouse").joinpath("sql", "migrations")
    named = [found for each in folder.iterdir() if (found := _NUMBERED.fullmatch(each.name))]
    return tuple(
        sorted((Migration(int(each[1]), each[2]) for each in named), key=lambda m: m.number)
    )


def latest() -> int:
    """The version that this devsession works with."""
    return migrations()[-1].number


@dataclass(frozen=True)
class Schema:
    """What a warehouse has of it. version: 0 for no tables, or not all of the first migration.

    installed: when the last migration ran (UTC) and by what, where that was noted.
    """

    there: bool
    version: int = 0
    installed: datetime | None = None
    by: str | None = None

    @property
    def pending(self) -> list[Migration]:
        """What has not run yet."""
        return [each for each in migrations() if each.number > self.version]

    def __str__(self) -> str:
        if not self.version:
            return "no tables of devsession" if self.there else f"no schema {OURS}"
        when = f", {self.installed:%Y-%m-%d}" if self.installed else ""
        return f"tables of version {self.version}{when}" + (f", by {self.by}" if self.by else "")


def schema_of(account: Statements) -> Schema:
    """What the session sees of it. Raises: as `Account.rows`."""
    if "VERSION" not in {name for (name,) in account.rows(statement("store/tables"))}:
        return Schema(has_schema(account, OURS))
    # Its columns are not the same in every version.
    rows = account.rows(statement("store/version"))
    if not rows:
        return Schema(there=True)
    number, *noted = max(rows, key=lambda row: int(row[0]))
    return Schema(True, int(number), *noted)


def to_run(schema: Schema) -> list[str]:
    """The statements that bring it up to date; none when it is."""
    if not schema.pending:
        return []
    made = [] if schema.there else [f"create schema if not exists {OURS}"]
    ran = [each for migration in schema.pending for each in migration.statements]
    return [*made, *statements("migrations/ledger"), *ran]


def check_version(schema: Schema, account: Statements) -> None:
    """Raises: WarehouseError when the schema is of a later devsession."""
    if schema.version > latest():
        by = f", made by {schema.by}" if schema.by else ""
        raise WarehouseError(
            f"The {account.name} has tables of a later version of devsession",
            tried=f"tables of version {schema.version}{by}; "
            f"devsession {__version__} knows {latest()}",
            where=account.name,
            next_step=_UPGRADE,
            account=account.name,
            version=schema.version,
        )


def bring_up_to_date(account: Account) -> tuple[Schema, list[Migration]]:
    """The schema as it is then, and what ran.

    Raises:
        WarehouseError: a statement was refused: on an account the role may not do that, and the error
            names who may; the schema is of a later devsession.
    """
    schema = Schema(there=False)
    try:
        with account.alone():
            before = schema = schema_of(account)
            check_version(schema, account)
            while sql := to_run(schema):
                refused = _run(account, sql)
                now = schema_of(account)
                if now.version <= schema.version:
                    raise refused or _not_seen(account)
                schema = now  # also where somebody else does the same, and is further
            return schema, before.pending
    except WarehouseError as error:
        if account.connection is None or not _is_refusal(error):
            raise
        raise _not_installed(account, schema, account.connection, error) from error


def ensure(account: Account) -> None:
    """As `bring_up_to_date`, for whoever is about to use the tables, in a schema of their own.

    Raises: as `bring_up_to_date`; WarehouseError where the session is in no schema.
    """
    _ = account.schema  # with none, the session would stay in the one that is made
    bring_up_to_date(account)


def _run(account: Account, sql: Sequence[str]) -> WarehouseError | None:
    """Why it ended before the last one, if it did."""
    [(current,)] = account.rows("select current_schema()")
    try:
        for each in sql:
            account.execute(each)
            if each.startswith("create schema") and current is not None:
                # Making a schema moves the session into it.
                account.execute(f"use schema {quoted(current)}")
    except WarehouseError as refused:
        return refused
    return None


def _not_seen(account: Account) -> WarehouseError:
    return WarehouseError(
        f"The tables of the {account.name} were made, and are not seen by whoever made them",
        tried=statement("store/version").strip(),
        where=account.name,
        next_step=f"look whether the role sees schema {OURS}: devsession doctor",
        account=account.name,
    )


def _is_refusal(error: WarehouseError) -> bool:
    return error.fields.get("code") is not None and "crashed" not in error.fields


def _not_installed(
    account: Account, schema: Schema, connection: str, error: WarehouseError
) -> WarehouseError:
    what = (
        f"has {schema}, and this devsession needs version {latest()}"
        if schema.version
        else f"has {schema}, or none that this role sees"
    )
    rights = (
        f"OWNERSHIP of its tables, CREATE TABLE and CREATE STAGE on schema {OURS}"
        if schema.there
        else "CREATE SCHEMA on the database"
    )
    return WarehouseError(
        f"The {account.name} {what}; its role may not change that",
        tried=f"{error.what}\n{error.tried}",
        where=account.name,
        next_step=f"with a role that has {rights}: devsession warehouse install --account "
        f"{quote(connection)}; then grant this role what docs/accounts.md lists",
        account=account.name,
        version=schema.version,
    )
