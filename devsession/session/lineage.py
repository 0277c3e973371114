"""The lineage of a sync: from columns of tables to the fields of an object at the app.

As a frame, and as edges that a metadata catalog takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from devsession.plugin.mapping import Expression, StoredJinjaTemplate
from devsession.session.manifest import manifest_of
from devsession.session.sync_form import definition_of
from devsession.warehouse.source import source_of
from devsession.warehouse.tables import tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pandas import DataFrame

    from devsession.openmetadata import Lineage
    from devsession.session.development import DevelopmentSession
    from devsession.session.sync import Sync
    from devsession.warehouse.records import RunRecord, SyncRecord

_SCHEMA = "PUBLIC"
LINEAGE_COLUMNS = (
    "SOURCE_TABLE",
    "SOURCE_COLUMN",
    "APP_OBJECT",
    "APP_FIELD",
    "MAPPING",
    "EXPRESSION",
    "LAST_RUN",
    "SUCCEEDED",
)


class _Edge(NamedTuple):
    """A column of the source (None: no column) and what it fills (None: the whole record)."""

    column: str | None
    field: str | None
    mapping: str
    expression: str | None


def lineage_of(session: DevelopmentSession, sync: Sync) -> DataFrame:
    """One row for each column of a table that fills a field of the app's object.

    Raises: NotFilledError when the sync, or its connection, is not filled.
    """
    from pandas import DataFrame

    app_object, run = _app_object(session, sync), _last_run(session, sync)
    known = (run.started, run.counts["succeeded"]) if run else (None, 0)
    behind = origins(session, sync.record)
    rows = [
        (
            _called(origin),
            origin.column,
            app_object,
            each.field,
            each.mapping,
            each.expression,
            *known,
        )
        for each in _edges(session, sync)
        for origin in _behind(each.column, behind)
    ]
    return DataFrame(rows, columns=list(LINEAGE_COLUMNS), dtype=object)


def catalog_lineage(session: DevelopmentSession, sync: Sync, service: str, app: str) -> Lineage:
    """The same for a catalog: table to the app's object, column to field.

    A table is `service.database.schema.table` there, an object is the container `app.object`.

    Raises: NotFilledError when the sync, or its connection, is not filled.
    """
    from devsession.openmetadata import Lineage, edge, fqn

    fields: dict[tuple[str, ...], dict[str, list[str]]] = {}
    behind = origins(session, sync.record)
    for each in _edges(session, sync):
        for origin in _behind(each.column, behind):
            if origin.table is None or origin.column is None:
                continue
            filled = fields.setdefault(origin.table, {})
            if each.field is not None and origin.column not in filled.setdefault(each.field, []):
                filled[each.field].append(origin.column)
    return Lineage(
        edge(
            fqn.build(service, *table),
            fqn.build(app, _app_object(session, sync)),
            filled,
            how="PipelineLineage",
            description=f"sync {sync.slug}",
            types=("table", "container"),
        )
        for table, filled in fields.items()
    )


class Origin(NamedTuple):
    """A column and its table, by database, schema and name; None for what cannot be told."""

    table: tuple[str, str, str] | None
    column: str | None


def origins(session: DevelopmentSession, record: SyncRecord) -> dict[str, list[Origin]]:
    """Of each column of a source, where it comes from: of a table itself, of a query what it reads.

    As far as it can be told: a query that cannot be followed has none.
    """
    from devsession.openmetadata.lineage.sql_lineage import origins_of_query

    [(database,)] = session.account.rows("select current_database()")
    tables = {
        (database, _SCHEMA, name): [each.name for each in columns]
        for name, columns in tables_of(session.account).items()
    }
    table = (database, _SCHEMA, record.source)
    if table in tables:
        return {column: [Origin(table, column)] for column in tables[table]}
    found = origins_of_query(record.source, columns=tables, database=database, schema=_SCHEMA)
    return {column: [Origin(*each) for each in made_of] for column, made_of in found.items()}


def _behind(column: str | None, behind: dict[str, list[Origin]]) -> list[Origin]:
    return behind.get(column) or [Origin(None, column)] if column else [Origin(None, None)]


def _called(origin: Origin) -> str | None:
    """A table as a query would name it."""
    if origin.table is None:
        return None
    _, schema, name = origin.table
    return name if schema == _SCHEMA else f"{schema}.{name}"


def _edges(session: DevelopmentSession, sync: Sync) -> Iterator[_Edge]:
    mapping = sync.parameters.field_mappings
    columns = source_of(session.account, sync.record).columns
    if isinstance(mapping, StoredJinjaTemplate):
        yield from _template_edges(mapping, columns)
        return
    for field, source in mapping.as_dict().items() if mapping else ():
        if not isinstance(source, Expression):
            yield _Edge(source, field, "column", None)
            continue
        for column in _used(source.sql, columns):
            yield _Edge(column, field, "expression", source.sql)


def _template_edges(mapping: StoredJinjaTemplate, columns: Sequence[str]) -> Iterator[_Edge]:
    """The columns that a template names; one that is made for it stands for those that it uses."""
    from jinja2 import Environment

    from devsession.plugin.template.rewrite import columns_named

    # It is read here, and never rendered.
    tree = Environment(autoescape=True).parse(mapping.jinja_template)
    made = mapping.additional_column_expressions
    for name in dict.fromkeys(name for _, name in columns_named(tree)):
        if name not in made:
            yield _Edge(name, None, "template", None)
            continue
        for column in _used(made[name], columns):
            yield _Edge(column, None, "template", made[name])


def _used(expression: str, columns: Sequence[str]) -> list[str | None]:
    """The columns that an expression uses; None alone where it uses none."""
    used: list[str | None] = [*columns_used(expression, columns)]
    return used or [None]


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


def _app_object(session: DevelopmentSession, sync: Sync) -> str:
    """What the records become at the app.

    The answer that the mapper depends on, for its fields are that object's; else the sync's target
    type; else the app as a whole, by the plugin's name.
    """
    parameters = sync.parameters
    mapper = getattr(definition_of(session, parameters), "mapper", None)
    needed = mapper.depends_on if mapper else None
    if needed is not None and needed in parameters.sync_parameters:
        return parameters.sync_parameters[needed].value
    return parameters.target_type or manifest_of(session).plugin_name


def _last_run(session: DevelopmentSession, sync: Sync) -> RunRecord | None:
    """The last run for real that has ended; the list has frozen scenarios as well."""
    runs = session.store.runs(sync.record)
    return next((run for run in runs if "succeeded" in run.counts), None)
