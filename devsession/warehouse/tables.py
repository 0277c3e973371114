"""Tables of the warehouse: sample data goes in, and what a sync can read is looked up."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from devsession.errors import TableExistsError, UsageError
from devsession.quoting import quoted
from devsession.render import counted
from devsession.warehouse.columns import SIMPLE_NAME
from devsession.warehouse.migrations import ensure
from devsession.warehouse.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from devsession.warehouse.account import Account
    from devsession.warehouse.columns import LoadedColumn

# Of a statement's bound text; Snowflake takes up to 16 MB.
_CHUNK_BYTES = 4_000_000


class TableColumn(NamedTuple):
    """A column of a table: its name, as SQL needs it in quotes, and its type."""

    name: str
    type: str


@dataclass(frozen=True)
class LoadedTable:
    """A table that holds what was loaded; `changed` is False when it did already."""

    name: str
    rows: int
    columns: list[TableColumn]
    changed: bool

    def __repr__(self) -> str:
        # Without `changed`: a cell that is run again shows the same.
        width = max(len(column.name) for column in self.columns)
        columns = [f"  {column.name:<{width}}  {column.type}" for column in self.columns]
        return "\n".join([f"{self.name}: {counted(self.rows, 'row')}", *columns])


def load_table(
    account: Account, name: str, data: pd.DataFrame | Path, *, replace: bool = False
) -> LoadedTable:
    """Makes a table of a frame, a CSV file (UTF-8, commas) or a Parquet file.

    The table is there whole or not at all, and an old one until then. Content that it holds
    already changes nothing. Names such as `id` become ID, as SQL reads them without quotes.

    Raises:
        TableFileError: the data cannot be loaded; what and where.
        TableExistsError: a table of this name holds other content, and `replace` is not set.
    """
    from devsession.warehouse.files import read

    table = table_name(name)
    columns = read(data)
    rows = len(columns[0].values)
    loaded = LoadedTable(table, rows, [TableColumn(c.name, c.type) for c in columns], changed=True)
    digest = _digest(columns)
    ensure(account)
    with account.alone():
        tables = tables_of(account)
        if table in tables:
            if _holds(account, table, tables[table], digest):
                return LoadedTable(table, rows, loaded.columns, changed=False)
            if not replace:
                raise TableExistsError(
                    f"The table {table} exists and holds other content.",
                    tried=f"loading {counted(rows, 'row')} from "
                    + (str(data) if isinstance(data, Path) else "a frame"),
                    where=account.name,
                    next_step="replace=True, or --replace on the command line, to take its place",
                    table=table,
                )
        _write(account, table, columns, digest)
    return loaded


def table_name(name: str) -> str:
    """The name as SQL reads it without quotes.

    Raises:
        UsageError: it would need quotes.
    """
    if not isinstance(name, str) or not SIMPLE_NAME.match(name):
        offered = re.sub(r"\W+", "_", str(name)).strip("_").upper() or "CONTACTS"
        raise UsageError(
            f"{name!r} cannot be the name of a table.",
            tried="letters, digits and underscores, a letter first",
            next_step=f"a name such as {offered if SIMPLE_NAME.match(offered) else 'CONTACTS'}",
        )
    return name.upper()


def tables_of(account: Account) -> dict[str, list[TableColumn]]:
    """Every table and view that a sync can read, with its columns in their order."""
    tables: dict[str, list[TableColumn]] = {}
    for table, column, kind in account.rows(statement("tables/columns"), (account.schema,)):
        tables.setdefault(table, []).append(TableColumn(column, kind))
    return tables


def _holds(account: Account, table: str, columns: Sequence[TableColumn], digest: str) -> bool:
    """Whether the table was loaded from this content and not changed since."""
    recorded = account.rows(statement("tables/loaded_before"), (table, digest))
    names = [column.name for column in columns]
    return recorded == [(_fingerprint(account, quoted(table), names),)]


def _write(account: Account, table: str, columns: Sequence[LoadedColumn], digest: str) -> None:
    """Fills a temporary table and then puts it in place, so that a reader never sees a part."""
    # Always the same name, and none that a user's table can have: fakesnow remembers every name for
    # ever. What a load that failed has left under it is replaced.
    loading = quoted(f"LOADING {table}")
    declarations = ", ".join(column.declaration for column in columns)
    values = ", ".join(column.value(position) for position, column in enumerate(columns))
    insert = statement("tables/load_rows", loading=loading, values=values)
    # Outside of the transaction: fakesnow notes lengths of texts in a database of its own.
    account.execute(statement("tables/create_loading", loading=loading, columns=declarations))
    for chunk in _chunks(columns):
        account.execute(insert, (chunk,))
    fingerprint = _fingerprint(account, loading, [column.name for column in columns])
    with account.transaction():
        account.execute(statement("tables/forget_load"), (table,))
        account.execute(statement("tables/remember_load"), (table, digest, fingerprint))
        # Snowflake commits here by itself: the record is there before the table, never after.
        account.execute(statement("tables/put_in_place", table=quoted(table), loading=loading))
    account.execute(statement("tables/drop_loading", loading=loading))


def _fingerprint(account: Account, table: str, columns: Sequence[str]) -> str:
    """What changes when a row of the table does, whatever the order of its rows."""
    hashed = ", ".join(map(quoted, columns))
    [(rows, total)] = account.rows(statement("tables/fingerprint", table=table, columns=hashed))
    return f"{rows}:{int(total)}"


def _digest(columns: Sequence[LoadedColumn]) -> str:
    digest = hashlib.sha256(json.dumps([column.declaration for column in columns]).encode())
    for chunk in _chunks(columns):
        digest.update(f"{chunk[1:-1]}, ".encode())  # the same, however it is cut into chunks
    return digest.hexdigest()


def _chunks(columns: Sequence[LoadedColumn]) -> Iterator[str]:
    """The rows as JSON arrays of texts, many to a chunk, none of them large."""
    rows = len(columns[0].values)
    row_bytes = sum(column.values.nbytes for column in columns) // max(rows, 1) + 1
    step = max(1, _CHUNK_BYTES // row_bytes)
    for start in range(0, rows, step):
        texts = [column.values.slice(start, step).to_pylist() for column in columns]
        yield json.dumps(list(zip(*texts, strict=True)), ensure_ascii=False)
