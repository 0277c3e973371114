"""Which columns an expression uses, and which columns of which tables stand behind a query's."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from devsession.warehouse.account import quoted
from devsession.warehouse.tables import tables_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.warehouse.account import Account
    from devsession.warehouse.records import SyncRecord


class Origin(NamedTuple):
    """A column and its table; None for a table that cannot be told."""

    table: str | None
    column: str


def columns_used(expression: str, columns: Sequence[str]) -> list[str]:
    """The columns of a source that an expression uses, each once, in the order of the source."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    try:
        named = list(parse_one(expression, dialect="snowflake").find_all(exp.Column))
    except SqlglotError:
        return []
    used = {each.name if each.this.quoted else each.name.upper() for each in named}
    return [column for column in columns if column in used]


def origins(account: Account, sync: SyncRecord, column: str) -> list[Origin]:
    """Where a column of the sync's source comes from: of a table itself, of a query what it reads.

    As far as it can be told: a query that cannot be followed gives the column, without a table.
    """
    tables = tables_of(account)
    if sync.source in tables:
        return [Origin(sync.source, column)]
    from sqlglot import exp
    from sqlglot.errors import SqlglotError
    from sqlglot.lineage import lineage

    known = {name: {each.name: each.type for each in found} for name, found in tables.items()}
    # Any database and schema: names in a query may have none, one or both before them.
    schema = {"LOCAL": {"PUBLIC": known}}
    try:
        node = lineage(quoted(column), sync.source, schema=schema, dialect="snowflake")
    except (SqlglotError, ValueError, KeyError):
        return [Origin(None, column)]
    leaves = {
        Origin(leaf.source.name, exp.to_column(leaf.name, dialect="snowflake").name)
        for leaf in node.walk()
        if not leaf.downstream and isinstance(leaf.source, exp.Table)
    }
    return sorted(leaves, key=str)
