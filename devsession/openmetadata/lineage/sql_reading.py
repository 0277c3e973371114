"""One statement read: the edges that it makes, and what of it could not be followed."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from devsession.errors import DevsessionError
from devsession.openmetadata.lineage.graph import Finding, How, edge
from devsession.openmetadata.model import fqn
from devsession.render import counted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlglot import exp

    from devsession.openmetadata.lineage.sql_names import Names, TableName
    from devsession.openmetadata.lineage.sql_origins import Origins
    from devsession.openmetadata.lineage.sql_writes import Write
    from devsession.openmetadata.model.facts import LineageEdge

_MAY_WRITE = {"CREATE", "INSERT", "MERGE", "UPDATE"}
_HIDES = {
    "CALL": "what a procedure does is not told by its call",
    "EXECUTE": "what it executes does not stand in it",
    "BEGIN": "a block of statements is not followed",
    "DECLARE": "a block of statements is not followed",
}
_OF_A_TRANSACTION = {"", "TRANSACTION", "WORK", "NAME"}
_COMMENTS = re.compile(r"\A(?:\s|--[^\n]*|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_AS = re.compile(r"\bas\b", re.IGNORECASE)
_SHOWN = 80


class Statement(NamedTuple):
    """A statement, and the current database and schema, which names without one are in.

    view: the view that it defines, where that is known: a definition may still have an old name.
    """

    sql: str
    database: str | None = None
    schema: str | None = None
    view: TableName | None = None


class Reading:
    """One statement that is read: `statement.sql` holds no other."""

    def __init__(self, statement: Statement, names: Names, service: str) -> None:
        self.findings: list[Finding] = []
        self.made_anew = ""
        """The table that stands in the place of another now; none that is temporary."""
        self._statement, self._names, self._service = statement, names, service
        self._inside = (names.fold(statement.database or ""), names.fold(statement.schema or ""))

    @cached_property
    def edges(self) -> list[LineageEdge]:
        """What it moves; what cannot be followed is in `findings` then."""
        edges = []
        try:
            for edge in self._edges():
                edges.append(edge)
        except Exception as error:  # noqa: BLE001 - sqlglot raises whatever it stumbles over
            self._find(_cause(error))
        return edges

    def _edges(self) -> Iterator[LineageEdge]:
        from sqlglot import exp, parse_one

        from devsession.openmetadata.lineage.sql_writes import Write, declared, writes_of

        words = _COMMENTS.sub("", self._statement.sql, count=1).upper().split(maxsplit=2)
        first, second, *_ = [*words, "", ""]
        if first in _HIDES and not (first == "BEGIN" and second in _OF_A_TRANSACTION):
            self._find(_HIDES[first])
        elif first in _MAY_WRITE or self._statement.view:
            parsed = parse_one(self._statement.sql, dialect=self._names.dialect)
            writes = list(writes_of(parsed))
            if isinstance(parsed, exp.Query):  # a definition without its CREATE VIEW
                writes = [Write(exp.Table(), None, parsed)]
            for write in writes:
                yield from self._of_write(write, parsed)
            if isinstance(parsed, exp.Command) and _AS.search(self._statement.sql):
                self._find("sqlglot does not read a statement of this kind")
            if not writes and (made := declared(parsed)) and (table := self._table(made[0])):
                self._names.learn(table, [self._names.read(each) for each in made[1]])

    def _of_write(self, write: Write, parsed: exp.Expr) -> Iterator[LineageEdge]:
        from sqlglot import exp

        target = self._statement.view or self._table(write.target)
        if target is None:
            return
        found = self._origins(write.query)
        for unknown in found.unknown:
            self._find(unknown)
        filled = self._filled(write, target, found)
        if isinstance(parsed, exp.Create) and not self._statement.view:
            self._names.learn(target, [column for column in filled if column])
            if not parsed.args.get("exists") and not parsed.find(exp.TemporaryProperty):
                self.made_anew = self._fqn(target)
        yield from self._between(target, filled, found)

    def _origins(self, query: exp.Query) -> Origins:
        """What the query is made of; only which tables, where sqlglot does not follow it."""
        from devsession.openmetadata.lineage.sql_origins import Origins, origins_of, tables_named

        names = self._names
        try:
            return origins_of(query, names.schema, names.dialect, self._inside)
        except Exception as error:  # noqa: BLE001 - sqlglot raises whatever it stumbles over
            return Origins([], tables_named(query), [_cause(error)])

    def _filled(self, write: Write, target: TableName, found: Origins) -> list[str | None]:
        """The target's column that each of the query's fills; None where that cannot be told."""
        called = [output.name for output in found.outputs]
        if write.columns is not None:
            wanted = [self._names.read(each) for each in write.columns]
        elif write.by_place or self._statement.view:
            wanted = self._names.columns(target)
        else:
            return called
        if None in called:
            return [None] * len(called)  # a star that stands for any number of columns
        if not called:
            return []
        if len(wanted) == len(called) or (write.by_place and len(wanted) > len(called)):
            return list(wanted[: len(called)])
        if write.by_place or write.columns is not None:
            known = counted(len(wanted), "column") if wanted else "columns that are not known"
            self._find(f"{counted(len(called), 'column')} written into {known}")
            return [None] * len(called)
        return called

    def _between(
        self, target: TableName, filled: Sequence[str | None], found: Origins
    ) -> Iterator[LineageEdge]:
        into = self._fqn(target)
        sources = {name: self._table_read(name) for name in found.tables}
        pairs: dict[TableName, dict[str, list[str]]] = {
            source: {} for source in sources.values() if source not in {None, target}
        }
        for column, output in zip(filled, found.outputs, strict=True):
            for origin in sorted(output.origins):
                source = sources.get(origin.table) or self._table_read(origin.table)
                if column is None or source is None or source == target:
                    continue
                name = self._names.column(source, origin.column)
                to = self._names.column(target, column) or column
                if name is None:
                    self._find(f"{'.'.join(source)} has no column {origin.column}")
                elif '"' in name + to:
                    self._find(f"{name} > {to}: a double quote stands in no fully qualified name")
                else:
                    pairs.setdefault(source, {}).setdefault(to, []).append(name)
        how: How = "ViewLineage" if self._statement.view else "QueryLineage"
        for source, columns in pairs.items():
            yield edge(self._fqn(source), into, columns, sql=self._statement.sql, how=how)

    def _table(self, table: Any) -> TableName | None:
        """The table of a statement; a finding where its name is not whole."""
        return self._table_read(self._names.parts(table))

    def _table_read(self, name: Sequence[str]) -> TableName | None:
        table = self._names.table(name, self._inside) if name else None
        if table is None:
            shown = ".".join(reversed(name))
            problem = f"{shown} is in no database and schema that is known"
            self._find(problem if name else "what it writes to has no name")
        return table

    def _fqn(self, table: TableName) -> str:
        return fqn.build(self._service, *table)

    def _find(self, cause: str) -> None:
        # Up to its first text: those may be secrets.
        begins = re.split(r"'|\$\$", self._statement.sql, maxsplit=1)[0]
        view = ".".join(self._statement.view) if self._statement.view else ""
        found = Finding(cause, shortened(begins, _SHOWN), view)
        if found not in self.findings:
            self.findings.append(found)


def _cause(error: Exception) -> str:
    """What sqlglot says, without what it quotes of the statement: that may be a secret."""
    from sqlglot.errors import ParseError, TokenError

    if isinstance(error, DevsessionError):
        return error.what
    if isinstance(error, ParseError) and error.errors:
        told = error.errors[0]
        described = told["description"].split(" but got", 1)[0].rstrip(".")
        return f"{described}, line {told['line']}, column {told['col']}"
    if isinstance(error, TokenError):
        return "a text, a name or a comment is not closed"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    said = re.sub(r"(['\"]).*\1", "..", next(iter(str(error).splitlines()), ""))
    return f"sqlglot: {type(error).__name__}: {shortened(said, _SHOWN)}"
