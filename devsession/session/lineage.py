"""The lineage of a sync: from columns of tables to the fields of an object at the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from devsession.plugin.mapping import Expression, StoredJinjaTemplate
from devsession.session.manifest import manifest_of
from devsession.session.sync_form import definition_of
from devsession.warehouse.lineage import columns_used, origins
from devsession.warehouse.source import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pandas import DataFrame

    from devsession.session.development import DevelopmentSession
    from devsession.session.sync import Sync
    from devsession.warehouse.records import RunRecord

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
    rows = [
        (*origin, app_object, edge.field, edge.mapping, edge.expression, *known)
        for edge in _edges(session, sync)
        for origin in (
            origins(session.account, sync.record, edge.column) if edge.column else [(None, None)]
        )
    ]
    return DataFrame(rows, columns=list(LINEAGE_COLUMNS), dtype=object)


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
