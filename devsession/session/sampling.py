"""Some rows of a sync's source, for its form: what columns hold, and what becomes of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from devsession.errors import DataError, DevsessionError, TemplateError
from devsession.notebook.sample import Sample
from devsession.plugin.mapping import StoredFieldMappings, StoredJinjaTemplate
from devsession.plugin.source_column import SourceColumn
from devsession.render import shortened
from devsession.session.rendering import read_as_none, template_for, texts_of
from devsession.session.validating import METHOD, Validator
from devsession.warehouse.kinds import kind_of
from devsession.warehouse.source import source_of
from devsession.warehouse.statements import statement

if TYPE_CHECKING:
    from pandas import DataFrame

    from devsession.plugin.mapping import StoredMapping
    from devsession.session.development import DevelopmentSession
    from devsession.session.sync import Sync
    from devsession.warehouse.records import SyncRecord

ROWS = 3
_VALUE = 40  # characters of a value that stands beside a column's name
_CELL = 200  # of one that stands in a record
_REFUSED = 5  # fields; each is looked for in the warehouse, one after the other


def columns_of(session: DevelopmentSession, record: SyncRecord) -> list[SourceColumn]:
    """The columns of a source with the kinds of their values, and those of its first rows.

    No secret that the session knows is among them.

    Raises:
        UnknownNameError, SourceError: as `source_of`.
        WarehouseError: the source cannot be read.
    """
    source = source_of(session.account, record)
    table = session.account.arrow(statement("tables/samples", table=source.sql, rows=str(ROWS)))
    redact = session.vault.redactor.text
    return [
        SourceColumn(
            name,
            kind_of(field),
            tuple(shortened(redact(_text(value)), _VALUE) for value in values if value is not None),
        )
        for name, field, values in zip(
            source.columns, table.schema, (each.to_pylist() for each in table), strict=True
        )
    ]


def sample_of(session: DevelopmentSession, sync: Sync) -> Sample:
    """The first records as the form would send them, whether it is saved or not.

    What the warehouse refuses to fill is left out, with the reason; so is what of a template's rows
    is made with such a column. What the plugin's validator refuses is said at its record.
    """
    record = _drafted(sync)
    refused: dict[str, str] = {}
    while _is_mapped(record.field_mappings):
        try:
            frame = session.engine.sample(record, records=ROWS)
        except DataError as error:
            name = error.fields.get("field")
            if name is None or name in refused or len(refused) == _REFUSED:
                return Sample(refused=refused, error=error.what)
            refused[str(name)] = error.tried.partition("\n")[2] or error.what
            record = replace(record, field_mappings=_without(record.field_mappings, str(name)))
        except DevsessionError as error:
            return Sample(refused=refused, error=error.what)
        else:
            return _shown(session, sync, record, frame, refused)
    return Sample(refused=refused)


def _drafted(sync: Sync) -> SyncRecord:
    """The sync as its form stands, saved or not."""
    form = sync.form
    return replace(
        sync.declaration.record, sync_parameters=form.values, field_mappings=form.mapping
    )


def _refusals(
    session: DevelopmentSession, sync: Sync, record: SyncRecord, frame: DataFrame
) -> dict[str, str]:
    """Identifier -> why the plugin's validator refuses it, of a form that could be saved.

    Raises: PluginRaisedError.
    """
    plugin = session.plugin
    if not plugin.has(METHOD) or not sync.form.complete:
        return {}
    known = {"sync_parameters": record.sync_parameters, "field_mappings": record.field_mappings}
    parameters = sync.form.parameters_so_far().model_copy(update=known)
    types = session.engine.source_types(record)
    return Validator(plugin, parameters, types, session.vault).texts(frame)


def _is_mapped(mapping: StoredMapping | None) -> bool:
    return isinstance(mapping, StoredJinjaTemplate) or bool(mapping and mapping.field_mappings)


def _without(mapping: StoredMapping | None, name: str) -> StoredMapping:
    """What is mapped, or made for a template, without this one."""
    if isinstance(mapping, StoredJinjaTemplate):
        made = dict(mapping.additional_column_expressions)
        made.pop(name, None)
        return mapping.model_copy(update={"additional_column_expressions": made})
    mapped = mapping.field_mappings if mapping else []
    others = [each for each in mapped if each.app_field != name]
    return StoredFieldMappings(field_mappings=others)


def _shown(
    session: DevelopmentSession,
    sync: Sync,
    record: SyncRecord,
    frame: DataFrame,
    refused: dict[str, str],
) -> Sample:
    if refused and isinstance(record.field_mappings, StoredJinjaTemplate):
        return Sample(refused=refused)
    error = ""
    refusals: dict[str, str] = {}
    try:
        # A record that lacks what the warehouse refuses is none that would be sent.
        refusals = {} if refused else _refusals(session, sync, record, frame)
    except DevsessionError as raised:
        error = ": ".join(filter(None, (raised.what, raised.said or raised.tried)))
    redact = session.vault.redactor.text
    try:
        template = template_for(session, sync, record)
    except TemplateError:  # it stands at the template
        return Sample()
    if template is not None:
        texts = texts_of(template, frame, redact, refusals)
        return Sample(texts=texts, error=error, hint=read_as_none(session, record, template))
    records = frame["TRANSFORMED_RECORD"].tolist()
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = [
        [
            None if value is None else shortened(redact(_text(value)), _CELL)
            for value in (identifier, *(record.get(name) for name in names))
        ]
        for identifier, record in zip(frame["IDENTIFIER"], records, strict=True)
    ]
    not_sent = [refusals.get(name, "") for name in frame["IDENTIFIER"]] if refusals else []
    return Sample(("IDENTIFIER", *names), rows, refused, error, not_sent)


def _text(value: object) -> str:
    is_json = isinstance(value, bool | dict | list)
    return json.dumps(value, ensure_ascii=False, default=str) if is_json else str(value)
