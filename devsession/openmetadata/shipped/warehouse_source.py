"""A source that ships: a data warehouse's own schemas, tables, views and statements.

What it reads is Snowflake's information schema, which the embedded warehouse has as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

from pydantic import Field

from devsession.errors import DevsessionError, UsageError
from devsession.openmetadata.lineage.sql_lineage import Statement, lineage_of
from devsession.openmetadata.model.entities import Database, DatabaseSchema, DatabaseService, Table
from devsession.openmetadata.model.parts import Column
from devsession.openmetadata.shipped.warehouse_types import column_type
from devsession.openmetadata.steps.selection import DatabaseSourceConfig, Patterns
from devsession.openmetadata.steps.topology import Level, TopologySource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from devsession.openmetadata.lineage.graph import Lineage
    from devsession.openmetadata.model.facts import LineageEdge

_TableName = tuple[str, str, str]
_KINDS: dict[str, Any] = {
    "BASE TABLE": "Regular",
    "VIEW": "View",
    "MATERIALIZED VIEW": "MaterializedView",
    "EXTERNAL TABLE": "External",
    "EVENT TABLE": "Regular",
}
# What a warehouse and devsession keep for themselves.
_THEIR_OWN = ["INFORMATION_SCHEMA$", "DEVSESSION$"]

_SCHEMAS = """
    select schema_name, comment from {database}.information_schema.schemata order by schema_name"""
_TABLES = """
    select table_name, table_type, comment from {database}.information_schema.tables
    where table_schema = ? and table_type <> 'VIEW' and coalesce(is_temporary, 'NO') = 'NO'
    order by table_name"""
_COLUMNS = """
    select table_name, column_name, data_type, is_nullable, character_maximum_length,
           numeric_precision, numeric_scale, comment
    from {database}.information_schema.columns
    where table_schema = ? order by table_name, ordinal_position"""
_VIEWS = """
    select table_name, 'VIEW', comment, view_definition from {database}.information_schema.views
    where table_schema = ? order by table_name"""
_KEYS = "show primary keys in schema {database}.{schema}"


class Warehouse(Protocol):
    """A data warehouse, as this source reads it."""

    # In which sqlglot reads what the warehouse gives as a view's definition.
    view_dialect: str

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""

    def ran(self, since: int | None) -> Iterable[tuple[str, str, str]]:
        """Statements that may have filled a table: each with its current database and schema.

        since: milliseconds since 1970; None: all that are kept. Oldest first.
        """


class WarehouseConfig(DatabaseSourceConfig):
    """Which of a warehouse's schemas and tables, and where their lineage comes from."""

    account: str | None = Field(
        default=None, description="A name in connections.toml; none: the embedded warehouse"
    )
    databases: Patterns = Field(default_factory=lambda: Patterns(excludes=["SNOWFLAKE"]))
    schemas: Patterns = Field(default_factory=lambda: Patterns(excludes=_THEIR_OWN))
    lineage: Literal["views and statements", "views", "none"] = "views and statements"


class WarehouseSource(TopologySource):
    """Reads a data warehouse: what is in it, and which column comes from which."""

    Config = WarehouseConfig
    permissions = (
        "USAGE on the databases and schemas",
        "REFERENCES on the tables and views that are to be seen",
        "IMPORTED PRIVILEGES on the database SNOWFLAKE, for lineage of statements",
    )
    topology = Level("databases", Level("schemas", Level("tables")))

    def prepare(self) -> None:
        """Opens the warehouse. Raises: UsageError where nobody hands one over."""
        if self.ctx.warehouse is None:
            raise UsageError(
                "WarehouseSource reads a data warehouse, and none was handed over",
                tried="WorkflowContext(warehouse=..)",
                next_step="devsession workflow run FILE, or session.workflow(..), hand one over",
            )
        self._warehouse: Warehouse = self.ctx.warehouse(self.config.account)
        self._left_out = self.config.decider()
        self._columns: dict[_TableName, list[str]] = {}
        self._views: list[tuple[_TableName, str]] = []
        self._taken: set[str] = set()

    def test_connection(self) -> None:
        """One statement that reads nothing."""
        self._warehouse.rows("select 1")

    def before_databases(self) -> Iterator[DatabaseService]:
        """The warehouse itself."""
        kind = "Snowflake" if self._warehouse.view_dialect == "snowflake" else "CustomDatabase"
        yield DatabaseService(name=self.ctx.service, service_type=kind)

    def databases(self) -> Iterator[Database]:
        """Those that the role may see."""
        for _created, name, *_ in self._warehouse.rows("show databases"):
            yield Database(name=name)

    def schemas(self, database: Database) -> Iterator[DatabaseSchema]:
        """Those of a database."""
        for name, comment in self._read(_SCHEMAS, database.name):
            yield DatabaseSchema(name=name, database=database.name, description=comment or None)

    def tables(self, database: Database, schema: DatabaseSchema) -> Iterator[Table]:
        """Tables and views, each with its columns; a schema takes five statements."""
        inside = (database.name, schema.name)
        columns: dict[str, list[Column]] = {}
        keys = {(key[3], key[4]) for key in self._read(_KEYS, *inside)}
        for table, *described in self._read(_COLUMNS, *inside):
            primary = (table, described[0]) in keys
            columns.setdefault(table, []).append(_column(described, primary=primary))
        tables = [(*each, None) for each in self._read(_TABLES, *inside)]
        for name, kind, comment, definition in [*tables, *self._read(_VIEWS, *inside)]:
            self._columns[*inside, name] = [one.name for one in columns.get(name, [])]
            table = Table(
                name=name,
                service=self.ctx.service,
                database=database.name,
                schema=schema.name,
                columns=columns.get(name, []),
                table_type=_KINDS.get(kind, "Regular"),
                description=comment or None,
                schema_definition=definition,
            )
            if not self._left_out(table):
                self._taken.add(table.fqn)
                if definition:
                    self._views.append(((*inside, name), definition))
            yield table

    def after_databases(self) -> Iterator[LineageEdge]:
        """Lineage, as all columns are known now; between what was taken."""
        if self.config.lineage == "none":
            return
        found = self._lineage(
            [Statement(sql, *name[:2], view=name) for name, sql in self._views],
            self._warehouse.view_dialect,
        )
        refused: DevsessionError | None = None
        if self.config.lineage == "views and statements":
            try:
                ran = [Statement(*each) for each in self._warehouse.ran(self.ctx.since)]
                found += self._lineage(ran, "snowflake")
            except DevsessionError as error:  # not every role may read what others have run
                refused = error
        for finding in found.findings:
            self.status.warn(f"lineage of {finding.view or finding.statement}: {finding.cause}")
        yield from found.within(self._taken)
        if refused is not None:
            raise refused

    def sample(self, table: Table, rows: int) -> dict[str, tuple[object, ...]]:
        """The values of some rows, as the warehouse gives them first; needs SELECT on the table."""
        names = [column.name for column in table.columns]
        listed = ", ".join(map(_quoted, names))
        path = ".".join(map(_quoted, (table.database, table.schema_, table.name)))
        found = self._warehouse.rows(f"select {listed} from {path} limit {int(rows)}")  # noqa: S608 - quoted names
        return dict(zip(names, zip(*found, strict=True), strict=True)) if found else {}

    def _lineage(self, statements: Iterable[Statement], dialect: str) -> Lineage:
        return lineage_of(
            statements, columns=self._columns, service=self.ctx.service, dialect=dialect
        )

    def _read(self, sql: str, database: str, schema: str | None = None) -> list[tuple[Any, ...]]:
        names = {"database": _quoted(database), "schema": _quoted(schema or "")}
        params = [schema] if "?" in sql else []
        return self._warehouse.rows(sql.format(**names), params)


def _column(described: list[Any], *, primary: bool) -> Column:
    name, data_type, nullable, length, precision, scale, comment = described
    return Column(
        name=name,
        description=comment or None,
        constraint="PRIMARY_KEY" if primary else "NOT_NULL" if nullable == "NO" else None,
        **column_type(data_type, length, precision, scale),
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
