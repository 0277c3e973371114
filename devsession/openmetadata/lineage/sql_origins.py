"""Where the columns of a query come from; sqlglot follows them, what it gets wrong is put right."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, to_node
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlglot.schema import Schema

_CTE = "cte"


class Origin(NamedTuple):
    """A column of a table, whose parts are named from the right: table, schema, database."""

    table: tuple[str, ...]
    column: str


class Output(NamedTuple):
    """A column of a query. name: None for a star whose columns are not known."""

    name: str | None
    origins: frozenset[Origin]


class Origins(NamedTuple):
    """A query's columns in their order, every table that it reads, and what could not be followed."""

    outputs: list[Output]
    tables: list[tuple[str, ...]]
    unknown: list[str]


def origins_of(query: exp.Query, schema: Schema, dialect: str, inside: tuple[str, str]) -> Origins:
    """Follows every column of a query to the tables; the query is changed.

    inside: the database and schema of names without one, empty where there is none.

    Raises: SqlglotError, and whatever else sqlglot raises over what it does not know.
    """
    _as_it_knows_them(query)
    if dialect == "snowflake":
        _say_recursive(query)
    qualified = qualify(
        query,
        dialect=dialect,
        schema=schema,
        catalog=_quoted(inside[0]),
        db=_quoted(inside[1]),
        validate_qualify_columns=False,
    )
    for operation in reversed(list(qualified.find_all(exp.SetOperation))):
        if operation.args.get("by_name"):
            _put_in_order(operation)
    root = build_scope(qualified)
    if root is None or not isinstance(root.expression, exp.Selectable):
        raise SqlglotError("it is no query")
    scopes = list(root.traverse())
    for scope in scopes:
        _put_right(scope)
    tables = [
        parts(source)
        for scope in scopes
        for source in scope.sources.values()
        if isinstance(source, exp.Table)
        and _CTE not in source.meta
        and not (not source.db and source.name in scope.cte_sources)  # one that is pivoted
    ]
    follow = _Follow(schema, dialect)
    outputs = [
        Output(
            None if select.is_star else select.alias_or_name, follow.origins(root, place, select)
        )
        for place, select in enumerate(root.expression.selects)
    ]
    return Origins(outputs, list(dict.fromkeys(filter(None, tables))), follow.unknown)


def tables_named(query: exp.Query) -> list[tuple[str, ...]]:
    """The tables that a query names, where it cannot be followed."""
    ctes = {cte.alias for cte in query.find_all(exp.CTE)}
    named = [table for table in query.find_all(exp.Table) if table.db or table.name not in ctes]
    return list(dict.fromkeys(filter(None, map(parts, named))))


def parts(table: exp.Table) -> tuple[str, ...]:
    """The parts of its name, from the right; none of what only stands where a table does."""
    if not isinstance(table.this, exp.Identifier):
        return ()
    return tuple(part.name for part in reversed(table.parts))


class _Follow:
    """One query's columns; what they share is followed once."""

    def __init__(self, schema: Schema, dialect: str) -> None:
        self._schema, self._dialect = schema, dialect
        self._nodes: dict[tuple[object, ...], Node] = {}
        self._selects: dict[int, tuple[bool, dict[str, exp.Expr]]] = {}
        self.unknown: list[str] = []

    def origins(self, scope: Scope, place: int, select: exp.Expr) -> frozenset[Origin]:
        for blind in select.find_all(exp.Star, exp.Parameter):
            if not isinstance(blind.parent, exp.Count):
                self._add(_blind(blind))
        if select.is_star:
            return frozenset()
        return frozenset(self._leaves(self._node(place, scope)))

    def _leaves(self, start: Node) -> Iterator[Origin]:
        waiting, seen = [start], {id(start)}
        while waiting:
            node = waiting.pop()
            nexts = list(node.downstream)
            if not nexts and isinstance(node.source, exp.Table | exp.Placeholder):
                column = _column(node.name)
                if cte := node.source.meta.get(_CTE):
                    nexts = [self._node(column, cte)]
                elif table := isinstance(node.source, exp.Table) and parts(node.source):
                    if column:
                        yield Origin(table, column)
                    else:
                        self._add("the columns that a pivot makes are not known")
                elif column:  # what stands at a place has none
                    self._add(f"column {column} is of no table that is known")
            for each in nexts:
                if id(each) not in seen:
                    seen.add(id(each))
                    waiting.append(each)

    def _node(self, column: int | str, scope: Scope) -> Node:
        return to_node(
            column,
            scope,
            self._dialect,
            self._schema,
            trim_selects=False,
            _cache=self._nodes,
            _scope_meta=self._selects,
        )

    def _add(self, unknown: str) -> None:
        if unknown not in self.unknown:
            self.unknown.append(unknown)


def _blind(expression: exp.Expr) -> str:
    if isinstance(expression, exp.Parameter):
        return f"${expression.name}, a column by its place, is not followed"
    if expression.find_ancestor(exp.Func) is not None:
        return "a star inside of a function is not followed"
    table = (
        expression.parent.args.get("table") if isinstance(expression.parent, exp.Column) else None
    )
    return f"the columns of {table.name + '.' if table else ''}* are not known"


def _as_it_knows_them(query: exp.Query) -> None:
    """The same query in the forms that sqlglot follows; before names are looked up."""
    # DuckDB writes the two halves of a recursion, and the whole of it, in brackets.
    for bracket in list(query.find_all(exp.Subquery)):
        if bracket.is_wrapper and isinstance(bracket.parent, exp.CTE | exp.SetOperation):
            bracket.replace(bracket.unnest())
    for lateral in list(query.find_all(exp.Lateral)):
        if isinstance(lateral.this, exp.Subquery):
            inner = lateral.this
            inner.set("alias", lateral.args.get("alias"))
            lateral.replace(inner)
    for table in list(query.find_all(exp.Table, exp.TableFromRows)):
        if isinstance(table.this, exp.Func):
            table.replace(exp.Lateral(this=table.this, alias=table.args.get("alias")))


def _say_recursive(query: exp.Query) -> None:
    """Snowflake's WITH needs no such word; sqlglot takes the name for a table's without it."""
    for cte in query.find_all(exp.CTE):
        second = cte.this.expression if isinstance(cte.this, exp.SetOperation) else exp.Null()
        named = [table.name.upper() for table in second.find_all(exp.Table) if not table.db]
        if cte.alias.upper() in named and isinstance(cte.parent, exp.With):
            cte.parent.set("recursive", True)


def _put_in_order(operation: exp.SetOperation) -> None:
    """Makes UNION BY NAME one by place: sqlglot follows that alone."""
    sides = [operation.this, operation.expression]
    names = list(dict.fromkeys(name for side in sides for name in side.named_selects))
    for side in sides:
        places = {name: place for place, name in enumerate(side.named_selects)}
        for select in _selects(side):
            select.set(
                "expressions",
                [
                    select.expressions[places[name]]
                    if name in places
                    else exp.alias_(exp.null(), name, quoted=True)
                    for name in names
                ],
            )


def _selects(side: exp.Expr) -> Iterator[exp.Select]:
    if isinstance(side, exp.SetOperation):
        yield from _selects(side.this)
        yield from _selects(side.expression)
    elif isinstance(query := side.unnest(), exp.Select):
        yield query


def _put_right(scope: Scope) -> None:
    """Makes the sources of a scope those that its values come from."""
    if isinstance(scope.expression, exp.Except):
        # What is taken away gives no value.
        scope.set_operation_scopes = scope.set_operation_scopes[:1]
    for cte in scope.cte_scopes:
        if isinstance(cte.expression, exp.SetOperation):
            _close_recursion(cte)


def _close_recursion(cte: Scope) -> None:
    """sqlglot gives a recursion its first half as a source; here that is the whole, once more."""
    first = cte.expression.this
    for scope in cte.traverse():
        for name, source in list(scope.sources.items()):
            if (
                isinstance(source, Scope)
                and source.expression is first
                and source not in cte.set_operation_scopes
            ):
                whole = exp.Table(this=exp.to_identifier(name, quoted=True))
                whole.meta[_CTE] = cte
                scope.sources[name] = whole


def _quoted(name: str) -> str | None:
    return exp.to_identifier(name, quoted=True).sql() if name else None


@cache
def _column(name: str) -> str:
    """The column's own name, of the text that sqlglot gives a leaf of its lineage."""
    return exp.to_column(name).name if "." in name else name
