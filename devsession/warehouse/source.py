"""The source of a sync: what it must have before anything is planned, and what is shown if not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devsession.errors import (
    DataError,
    SourceError,
    UnknownNameError,
    WarehouseError,
    did_you_mean,
)
from devsession.quoting import quoted
from devsession.render import counted, text_table
from devsession.warehouse.query import Query, is_query
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
_QUERY_SHOWN = 200


@dataclass(frozen=True)
class Source:
    """Where a sync's records come from: `sql` follows FROM, `name` is for texts."""

    sql: str
    name: str
    columns: Sequence[str]


def source_of(account: Account, sync: SyncRecord) -> Source:
    """The table of the sync, or its query.

    Raises:
        UnknownNameError: there is no such table.
        SourceError: a query that is not one, that the warehouse refuses, or that names two columns
            alike.
    """
    tables = tables_of(account)
    if sync.source in tables:
        columns = [column.name for column in tables[sync.source]]
        return Source(
            f"{quoted(account.schema)}.{quoted(sync.source)}", f"table {sync.source}", columns
        )
    if is_query(sync.source):
        return _query_of(account, sync)
    raise UnknownNameError(
        f"there is no table {sync.source!r} to sync from",
        tried=did_you_mean(sync.source, tables),
        where=f"sync {sync.slug!r}",
        next_step=f"session.load_table({sync.source!r}, ..), or source= another table, or a query",
        sync=sync.slug,
        source=sync.source,
    )


def _query_of(account: Account, sync: SyncRecord) -> Source:
    try:
        query = Query.of(sync.source)
        columns = account.arrow(query.no_rows).column_names
    except (DataError, WarehouseError) as error:
        raise _no_source(sync, error.what) from None
    twice = [name for name, times in Counter(columns).items() if times > 1]
    if twice:
        raise _no_source(sync, f"more than one column is named {', '.join(twice)}")
    # A comment at its end ends with the line.
    return Source(f"({query.sql}\n) as SOURCE", "the query", columns)


def _no_source(sync: SyncRecord, problem: str) -> SourceError:
    return SourceError(
        f"the query cannot be a source: {problem}",
        tried=_cell(sync.source, _QUERY_SHOWN),
        where=f"sync {sync.slug!r}",
        next_step="one SELECT, or WITH .. SELECT, each column under a name of its own; try it with "
        "session.account.frame(..)",
        sync=sync.slug,
    )


def check_columns(source: Source, sync: SyncRecord) -> None:
    """Refuse a sync that names what its source does not have. Names are exact, case included.

    Raises:
        UnknownNameError: the identifier or a mapped column does not exist.
    """
    uses = {sync.identifier: "the identifier"}
    for field, filling in (sync.field_mappings.as_dict() if sync.field_mappings else {}).items():
        if isinstance(filling, str):
            uses.setdefault(filling, f"field {field!r}")
    for column, use in uses.items():
        if column not in source.columns:
            raise UnknownNameError(
                f"{source.name} has no column {column!r}, named for {use}",
                tried=did_you_mean(column, source.columns),
                where=f"sync {sync.slug!r}",
                next_step="name one of its columns; names are exact, case included",
                sync=sync.slug,
                source=sync.source,
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
            source=projection.source.sql,
            identifier=projection.identifier,
            shown=str(_ROWS_SHOWN),
        )
        problem, fix = f"{counted(total - identified, 'row')} without a value", "fill them"
    elif different < total:
        rows = statement(
            "engine/duplicate_identifiers",
            source=projection.source.sql,
            identifier=projection.identifier,
            shown=str(_ROWS_SHOWN),
        )
        problem = f"{counted(total - different, 'row')} more than there are different values"
        fix = "make them unique"
    else:
        return
    raise SourceError(
        f"{sync.identifier} of {projection.source.name} does not identify its rows: {problem}",
        tried=_shown(account, rows),
        where=f"sync {sync.slug!r}, {projection.source.name}",
        next_step=f"{fix}, or name another identifier= column; values are compared as text",
        sync=sync.slug,
        source=sync.source,
        column=sync.identifier,
    )


def _shown(account: Account, query: str) -> str:
    table = account.arrow(query)
    names = table.column_names[:_COLUMNS_SHOWN]
    columns = [table.column(place).to_pylist() for place in range(len(names))]
    return text_table(
        names, [[_cell(value) for value in row] for row in zip(*columns, strict=True)]
    )


def _cell(value: object, width: int = _CELL_SHOWN) -> str:
    text = "(null)" if value is None else " ".join(str(value).split())
    return text if len(text) <= width else f"{text[:width]}.."
