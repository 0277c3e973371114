"""The source of a sync: what it must have before anything is planned, and what is shown if not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import SourceError, UnknownNameError, did_you_mean
from devsession.render import counted, text_table
from devsession.warehouse.statements import statement
from devsession.warehouse.tables import tables_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.warehouse.account import Account
    from devsession.warehouse.projection import Projection
    from devsession.warehouse.records import SyncRecord

_ROWS_SHOWN = 5
_COLUMNS_SHOWN = 6
_CELL_SHOWN = 40


def columns_of(account: Account, sync: SyncRecord) -> list[str]:
    """The columns of a sync's source, in their order.

    Raises:
        UnknownNameError: there is no such table.
    """
    tables = tables_of(account)
    if sync.source in tables:
        return [column.name for column in tables[sync.source]]
    raise UnknownNameError(
        f"there is no table {sync.source!r} to sync from",
        tried=did_you_mean(sync.source, tables),
        where=f"sync {sync.slug!r}",
        next_step=f"session.load_table({sync.source!r}, ..), or source= another table",
        sync=sync.slug,
        table=sync.source,
    )


def check_columns(account: Account, sync: SyncRecord) -> None:
    """Refuse a sync that names what is not there. Names are exact, case included.

    Raises:
        UnknownNameError: the source, the identifier or a mapped column does not exist.
    """
    columns = columns_of(account, sync)
    uses = {sync.identifier: "the identifier"}
    for field, source in (sync.field_mappings.as_dict() if sync.field_mappings else {}).items():
        if isinstance(source, str):
            uses.setdefault(source, f"field {field!r}")
    for column, use in uses.items():
        if column not in columns:
            raise UnknownNameError(
                f"table {sync.source} has no column {column!r}, named for {use}",
                tried=did_you_mean(column, columns),
                where=f"sync {sync.slug!r}",
                next_step="name one of its columns; names are exact, case included",
                sync=sync.slug,
                table=sync.source,
                column=column,
            )


def check_identifiers(
    account: Account, sync: SyncRecord, projection: Projection, counts: Sequence[int]
) -> None:
    """Refuse a source whose records cannot be told apart.

    `counts`: its rows, those with an identifier, and how many different identifiers there are.

    Raises:
        SourceError: identifiers that are null, or that several rows share as text.
    """
    total, identified, different = counts
    if identified < total:
        rows = statement(
            "engine/null_identifiers",
            source=projection.source,
            identifier=projection.identifier,
            shown=str(_ROWS_SHOWN),
        )
        problem, fix = f"{counted(total - identified, 'row')} without a value", "fill them"
    elif different < total:
        rows = statement(
            "engine/duplicate_identifiers",
            source=projection.source,
            identifier=projection.identifier,
            shown=str(_ROWS_SHOWN),
        )
        problem = f"{counted(total - different, 'row')} more than there are different values"
        fix = "make them unique"
    else:
        return
    raise SourceError(
        f"{sync.identifier} of table {sync.source} does not identify its rows: {problem}",
        tried=_shown(account, rows),
        where=f"sync {sync.slug!r}, table {sync.source}",
        next_step=f"{fix}, or name another identifier= column; values are compared as text",
        sync=sync.slug,
        table=sync.source,
        column=sync.identifier,
    )


def _shown(account: Account, query: str) -> str:
    table = account.arrow(query)
    names = table.column_names[:_COLUMNS_SHOWN]
    columns = [table.column(place).to_pylist() for place in range(len(names))]
    return text_table(
        names, [[_cell(value) for value in row] for row in zip(*columns, strict=True)]
    )


def _cell(value: object) -> str:
    text = "(null)" if value is None else " ".join(str(value).split())
    return text if len(text) <= _CELL_SHOWN else f"{text[:_CELL_SHOWN]}.."
