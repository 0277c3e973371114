"""How well a column names the rows of a source, and how many of a sync's records the app holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devsession.quoting import quoted
from devsession.warehouse.kinds import Column, kind_of
from devsession.warehouse.statements import statement
from devsession.warehouse.store import state_table

if TYPE_CHECKING:
    from devsession.warehouse.account import Account
    from devsession.warehouse.records import SyncRecord
    from devsession.warehouse.source import Source


@dataclass(frozen=True)
class Identified:
    """Rows of a source: all, those without a value, and those with the value of another one."""

    rows: int
    without: int
    repeated: int


def identified(account: Account, source: Source, column: str) -> Identified:
    """Count the rows that a column does not name, as a run will: values are compared as text.

    Raises: WarehouseError when the source cannot be read.
    """
    name = quoted(column)
    row = account.arrow(statement("engine/kinds", columns=name, source=source.sql))
    identifier = Column(name, kind_of(row.schema[0])).identifier
    counted = statement("engine/identified", identifier=identifier, source=source.sql)
    [(rows, named, different)] = account.rows(counted)
    return Identified(rows, rows - named, named - different)


def held_by_app(account: Account, sync: SyncRecord) -> int:
    """How many records of a sync the app holds, as far as successful outcomes tell."""
    [(held,)] = account.rows(statement("engine/held", state=state_table(sync)))
    return int(held)
