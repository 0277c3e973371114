"""What a statement writes: a table, its columns, and the query that their values come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Write(NamedTuple):
    """`columns` are the target's, one for each of the query's; None: as the query calls them."""

    target: exp.Table
    columns: Sequence[exp.Identifier] | None
    query: exp.Query
    by_place: bool = False
    """Without `columns`, whether they are the target's own in their order."""


def writes_of(statement: exp.Expr) -> Iterator[Write]:
    """The writes of a parsed statement: none of one that fills no table from others."""
    if isinstance(statement, exp.Create):
        yield from _created(statement)
    elif isinstance(statement, exp.Insert):
        yield from _inserted(statement, _query(statement.expression))
    elif isinstance(statement, exp.MultitableInserts):
        source = _query(statement.args["source"])
        for branch in statement.expressions:
            yield from _inserted(branch.this, _branch(branch.this, source))
    elif isinstance(statement, exp.Update):
        yield from _updated(statement)
    elif isinstance(statement, exp.Merge):
        yield from _merged(statement)


def declared(statement: exp.Expr) -> tuple[exp.Table, list[exp.Identifier]] | None:
    """The table that a CREATE TABLE makes, with the columns that it names; None for anything else."""
    if isinstance(statement, exp.Create) and isinstance(statement.this, exp.Schema):
        named = [
            each.this for each in statement.this.expressions if isinstance(each, exp.ColumnDef)
        ]
        if named:
            return statement.this.this, named
    return None


def _created(statement: exp.Create) -> Iterator[Write]:
    target, columns = _target(statement.this)
    if not isinstance(target, exp.Table):
        return  # a function, a procedure: what it does, its call does
    if isinstance(clone := statement.args.get("clone"), exp.Clone):
        yield Write(target, None, exp.select("*").from_(clone.this.copy(), copy=False))
    elif query := _query(statement.args.get("expression")):
        yield Write(target, columns, query)


def _inserted(statement: exp.Insert, query: exp.Query | None) -> Iterator[Write]:
    target, columns = _target(statement.this)
    if query is not None and isinstance(target, exp.Table):
        by_name = bool(statement.args.get("by_name"))
        yield Write(target, columns, query, by_place=columns is None and not by_name)


def _branch(insert: exp.Insert, source: exp.Query | None) -> exp.Query | None:
    """What one table of INSERT ALL gets of the rows that they all share."""
    if source is None or not isinstance(values := insert.expression, exp.Values):
        return source.copy() if source else None
    wanted = [each.copy() for each in values.expressions[0].expressions]
    return exp.select(*wanted, copy=False).from_(source.subquery("ROWS_OF_ALL"), copy=False)


def _updated(statement: exp.Update) -> Iterator[Write]:
    target = statement.this
    if isinstance(target, exp.Table):
        query = _assigned(statement.expressions, target)
        if sources := statement.args.get("from_"):
            query.join(sources.this.copy(), join_type="cross", copy=False)
        yield Write(_bare(target), _names(statement.expressions), query)


def _merged(statement: exp.Merge) -> Iterator[Write]:
    target, using = statement.this, statement.args["using"]
    for when in statement.args["whens"].expressions:
        then = when.args["then"]
        if isinstance(then, exp.Update) and then.expressions:
            query = _assigned(then.expressions, target)
            query.join(using.copy(), join_type="cross", copy=False)
            yield Write(_bare(target), _names(then.expressions), query)
        elif isinstance(then, exp.Insert) and isinstance(then.expression, exp.Tuple):
            values = [each.copy() for each in then.expression.expressions]
            query = exp.select(*values, copy=False).from_(using.copy(), copy=False)
            columns = [each.this for each in then.this.expressions] if then.this else None
            yield Write(_bare(target), columns, query, by_place=columns is None)


def _assigned(assignments: Sequence[exp.Expr], target: exp.Table) -> exp.Select:
    """`SET a = x, b = y` as a query of x and y over the table itself."""
    values = [each.expression.copy() for each in assignments]
    return exp.select(*values, copy=False).from_(target.copy(), copy=False)


def _names(assignments: Sequence[exp.Expr]) -> list[exp.Identifier]:
    return [each.this.this for each in assignments]


def _target(written: exp.Expr) -> tuple[exp.Expr, list[exp.Identifier] | None]:
    """A table, and the columns in brackets after it."""
    if not isinstance(written, exp.Schema):
        return written, None
    named = [
        each.this if isinstance(each, exp.ColumnDef) else each
        for each in written.expressions
        if isinstance(each, exp.ColumnDef | exp.Identifier)
    ]
    return written.this, named


def _bare(table: exp.Table) -> exp.Table:
    """The table without its alias."""
    bare = table.copy()
    bare.set("alias", None)
    return bare


def _query(expression: exp.Expr | None) -> exp.Query | None:
    query = expression.unnest() if isinstance(expression, exp.Expr) else None
    return query if isinstance(query, exp.Query) else None
