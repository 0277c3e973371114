"""What `devsession warehouse install` does, or with a dry run would do, as a report."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devsession.errors import AccountError
from devsession.quoting import quoted
from devsession.render import GOOD, html_line, html_report
from devsession.warehouse.migrations import (
    bring_up_to_date,
    check_version,
    latest,
    schema_of,
    to_run,
)
from devsession.warehouse.rights import OURS, signed_in

if TYPE_CHECKING:
    from devsession.warehouse.account import Account


@dataclass(frozen=True)
class Installation:
    """The schema of our tables in one database, and how it came to be.

    version: of the tables, after what ran. ran: migrations, oldest first. dry_run: they did not, and
    `statements` are what they would run; otherwise there are none.
    """

    warehouse: str
    database: str
    version: int
    ran: tuple[str, ...]
    dry_run: bool = False
    statements: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([*self._script(), *self._told()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_report(self._told()[0], *map(html_line, self._told()[1:]), edge=GOOD)

    def to_dict(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "warehouse": self.warehouse,
            "database": self.database,
            "schema": OURS,
            "version": self.version,
            "dry_run": self.dry_run,
            "ran": list(self.ran),
            "statements": list(self.statements),
        }

    def _script(self) -> list[str]:
        """What can be pasted into a worksheet."""
        if not self.statements:
            return []
        return [
            f"{each};\n" for each in (f"use database {quoted(self.database)}", *self.statements)
        ]

    def _told(self) -> list[str]:
        """As comments of the script, where there is one."""
        where = f"{self.warehouse}, schema {OURS} of {self.database}"
        if not self.ran:
            return [f"{where}: nothing to be done, tables of version {self.version}"]
        if self.dry_run:
            return [f"-- {where}: version {self.version} would become {latest()}; nothing was run"]
        return [
            f"{where}: tables of version {self.version}",
            *(f"  ran {each}" for each in self.ran),
        ]


def install(account: Account, *, dry_run: bool = False) -> Installation:
    """Make the schema in the database of the session, or bring it up to date.

    Raises:
        WarehouseError: a statement was refused; once more goes on with it. The schema is of a later
            devsession.
        AccountError: the session is in no database.
    """
    with closing(account):
        database = signed_in(account).database
        if database is None:
            raise AccountError(
                f"The {account.name} is in no database",
                tried="database of its connection: there is none, or its role may not use it",
                where=account.name,
                next_step=f"devsession warehouse install --account {account.connection} "
                "--database NAME",
                account=account.connection,
            )
        if dry_run:
            schema = schema_of(account)
            check_version(schema, account)
            ran, statements = schema.pending, to_run(schema)
        else:
            schema, ran = bring_up_to_date(account)
            statements = []
    return Installation(
        account.name,
        database,
        schema.version,
        tuple(map(str, ran)),
        dry_run,
        tuple(statements),
    )
