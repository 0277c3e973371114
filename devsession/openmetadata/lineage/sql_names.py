"""Names in SQL: which tables are known with which columns, and how a dialect reads their case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect, NormalizationStrategy
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.schema import MappingSchema

from devsession.openmetadata.lineage.sql_origins import parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TableName = tuple[str, str, str]
"""Database, schema and table (or view), as they are called, case included."""

_FOLDS: dict[object, Callable[[str], str]] = {
    NormalizationStrategy.CASE_INSENSITIVE: str.lower,
    NormalizationStrategy.CASE_INSENSITIVE_UPPERCASE: str.upper,
}


class Names:
    """The tables that are known, and more as statements make them."""

    def __init__(self, columns: Mapping[TableName, Sequence[str]], dialect: str) -> None:
        self.dialect = dialect
        strategy = Dialect.get_or_raise(dialect).normalization_strategy
        self.fold = _FOLDS.get(strategy, str)
        self._called: dict[TableName, TableName] = {}
        self._schemas: dict[tuple[str, str], tuple[str, str]] = {}
        self._columns: dict[TableName, dict[str, str]] = {}
        nested: dict[str, Any] = {}
        for table, names in columns.items():
            database, schema, name = self._note(table, names)
            known = dict.fromkeys(map(self.fold, names), "VARIANT")
            nested.setdefault(database, {}).setdefault(schema, {})[name] = known
        # Names are what they are: sqlglot would read each as SQL.
        self.schema = MappingSchema(nested, dialect=dialect, normalize=False)

    def learn(self, table: TableName, columns: Sequence[str]) -> None:
        """A table that a statement has made."""
        self._note(table, columns)
        catalog, schema, name = (exp.to_identifier(part, quoted=True) for part in table)
        made = exp.Table(this=name, db=schema, catalog=catalog)
        self.schema.add_table(made, dict.fromkeys(map(self.fold, columns), "VARIANT"))

    def table(self, name: Sequence[str], inside: tuple[str, str]) -> TableName | None:
        """The table of a name whose parts are given from the right; None where one is missing."""
        if len(name) > 3:  # noqa: PLR2004 - database, schema and table
            return None
        database, schema = inside
        table, schema, database = (*name, *(schema, database)[len(name) - 1 :])
        if not (database and schema):
            return None
        database, schema = self._schemas.get((database, schema), (database, schema))
        return self._called.get(self._folded((database, schema, table)), (database, schema, table))

    def columns(self, table: TableName) -> list[str]:
        """Its columns in their order; none of a table that is not known."""
        return list(self._columns.get(self._folded(table), {}).values())

    def column(self, table: TableName, name: str) -> str | None:
        """The column as it is called; None for one that a known table does not have."""
        known = self._columns.get(self._folded(table))
        return known.get(self.fold(name)) if known else name

    def read(self, identifier: exp.Identifier) -> str:
        """An identifier of a statement, by the dialect's rules for case."""
        return normalize_identifiers(identifier.copy(), dialect=self.dialect).name

    def parts(self, table: exp.Table) -> tuple[str, ...]:
        """A table's name in a statement, from the right."""
        return parts(normalize_identifiers(table.copy(), dialect=self.dialect))

    def _note(self, table: TableName, columns: Sequence[str]) -> TableName:
        folded = self._folded(table)
        self._called[folded] = table
        self._schemas[folded[:2]] = table[:2]
        self._columns[folded] = {self.fold(column): column for column in columns}
        return folded

    def _folded(self, table: TableName) -> TableName:
        database, schema, name = map(self.fold, table)
        return database, schema, name
