"""Some rows of a sync's source, for its form: what columns hold, and what becomes of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from devsession.errors import DataError, DevsessionError
from devsession.notebook.sample import Sample
from devsession.plugin.mapping import StoredFieldMappings
from devsession.plugin.source_column import SourceColumn
from devsession.warehouse.kinds import kind_of
from devsession.warehouse.source import source_of
from devsession.warehouse.statements import statement

if TYPE_CHECKING:
    from pandas import DataFrame

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
            tuple(_short(redact(_text(value)), _VALUE) for value in values if value is not None),
        )
        for name, field, values in zip(
            source.columns, table.schema, (each.to_pylist() for each in table), strict=True
        )
    ]


def sample_of(session: DevelopmentSession, sync: Sync) -> Sample:
    """The first records as the form would send them, whether it is saved or not.

    A field that the warehouse refuses to fill is left out, with the reason.
    """
    form = sync.form
    mapping = form.mapping
    refused: dict[str, str] = {}
    while isinstance(mapping, StoredFieldMappings) and mapping.field_mappings:
        drafted = sync.declaration.record
        record = replace(drafted, sync_parameters=form.values, field_mappings=mapping)
        try:
            frame = session.engine.sample(record, records=ROWS)
        except DataError as error:
            name = error.fields.get("field")
            if name is None or len(refused) == _REFUSED:
                return Sample(refused=refused, error=error.what)
            refused[str(name)] = error.tried.partition("\n")[2] or error.what
            others = [each for each in mapping.field_mappings if each.app_field != name]
            mapping = StoredFieldMappings(field_mappings=others)
        except DevsessionError as error:
            return Sample(refused=refused, error=error.what)
        else:
            return _shown(session, frame, refused)
    return Sample(refused=refused)


def _shown(session: DevelopmentSession, frame: DataFrame, refused: dict[str, str]) -> Sample:
    records = frame["TRANSFORMED_RECORD"].tolist()
    names = list(dict.fromkeys(name for record in records for name in record))
    redact = session.vault.redactor.text
    rows = [
        [
            None if value is None else _short(redact(_text(value)), _CELL)
            for value in (identifier, *(record.get(name) for name in names))
        ]
        for identifier, record in zip(frame["IDENTIFIER"], records, strict=True)
    ]
    return Sample(("IDENTIFIER", *names), rows, refused)


def _text(value: object) -> str:
    is_json = isinstance(value, bool | dict | list)
    return json.dumps(value, ensure_ascii=False, default=str) if is_json else str(value)


def _short(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
