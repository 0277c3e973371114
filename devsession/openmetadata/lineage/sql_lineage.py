"""Lineage from SQL, down to columns: of view definitions, and of statements that were run.

A column's values come from the columns that they are made of: those of its expression, and what
its window is divided and ordered by. What filters, joins and groups gives no value, but its table
is read. A table is no source of its own.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from devsession.openmetadata.lineage.graph import Lineage
from devsession.openmetadata.lineage.sql_reading import Reading, Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from devsession.openmetadata.lineage.sql_names import Names, TableName
    from devsession.openmetadata.model.facts import LineageEdge

__all__ = ["Statement", "lineage_of", "origins_of_query"]


def lineage_of(
    statements: str | Iterable[Statement],
    *,
    columns: Mapping[TableName, Sequence[str]],
    service: str,
    dialect: str = "snowflake",
) -> Lineage:
    """The lineage of SQL: a text of one or more statements, view definitions, rows of a query log.

    columns: those of tables and views by (database, schema, table), in their order, all names as
        they are, case included; stars are expanded by them. A table that a statement makes is
        known to those after it, and has lost what an older one of its name was made of.
    service: what the fully qualified names of all tables begin with.

    What cannot be followed, or only in part, stands with its cause in the lineage's `findings`.
    """
    from devsession.openmetadata.lineage.sql_names import Names

    listed = [Statement(statements)] if isinstance(statements, str) else statements
    names = Names(columns, dialect)
    read: dict[Statement, list[Reading]] = {}
    into: dict[str, dict[int, LineageEdge]] = {}
    with _no_warnings():
        for statement in listed:
            if statement not in read:  # a log has the same ones, again and again
                one_by_one = _apart(statement, names)
                read[statement] = [Reading(one, names, service) for one in one_by_one]
            for reading in read[statement]:
                found = reading.edges
                if reading.made_anew:
                    into.pop(reading.made_anew, None)
                for each in found:
                    into.setdefault(each.to_entity.fqn, {})[id(each)] = each
    findings = [each for readings in read.values() for one in readings for each in one.findings]
    return Lineage((each for edges in into.values() for each in edges.values()), findings)


def origins_of_query(
    query: str,
    *,
    columns: Mapping[TableName, Sequence[str]],
    database: str,
    schema: str,
    dialect: str = "snowflake",
) -> dict[str, list[tuple[TableName, str]]]:
    """Of each column of a query, the tables' columns that it is made of. Empty: it is not followed.

    columns, dialect: as for `lineage_of`; database and schema are the current ones.
    """
    from sqlglot import exp, parse_one

    from devsession.openmetadata.lineage.sql_names import Names
    from devsession.openmetadata.lineage.sql_origins import origins_of

    names = Names(columns, dialect)
    inside = (names.fold(database), names.fold(schema))
    with _no_warnings():
        try:
            parsed = parse_one(query, dialect=dialect)
            outputs = (
                origins_of(parsed, names.schema, dialect, inside).outputs
                if isinstance(parsed, exp.Query)
                else []
            )
        except Exception:  # noqa: BLE001 - sqlglot raises whatever it stumbles over
            outputs = []
    return {
        output.name: [
            (table, names.column(table, origin.column) or origin.column)
            for origin in sorted(output.origins)
            if (table := names.table(origin.table, inside))
        ]
        for output in outputs
        if output.name is not None
    }


def _apart(statement: Statement, names: Names) -> Iterator[Statement]:
    """Each statement of a text that holds several."""
    from sqlglot.dialects.dialect import Dialect
    from sqlglot.errors import SqlglotError
    from sqlglot.tokenizer_core import TokenType

    if ";" not in statement.sql.rstrip().rstrip(";"):
        yield statement
        return
    try:
        tokens = Dialect.get_or_raise(names.dialect).tokenize(statement.sql)
    except SqlglotError:
        yield statement  # reading it will tell why
        return
    begins = 0
    for token in tokens:
        if token.token_type == TokenType.SEMICOLON:
            yield statement._replace(sql=statement.sql[begins : token.start].strip())
            begins = token.end + 1
    yield statement._replace(sql=statement.sql[begins:].strip())


@contextmanager
def _no_warnings() -> Iterator[None]:
    """What sqlglot does not read becomes a finding: it prints the statement otherwise."""
    logger = logging.getLogger("sqlglot")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
