"""Parquet files on their way into the warehouse: put on a stage, then copied into a table."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING
from uuid import uuid4

from devsession.errors import WarehouseError
from devsession.quoting import quoted
from devsession.warehouse.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from devsession.warehouse.account import Account

_STAGE = "DEVSESSION.INBOUND_FILES"


@contextmanager
def loaded(account: Account, files: Sequence[Path], table: str) -> Iterator[str | None]:
    """The rows of these files in a temporary table, by their POSITION; None without files.

    files: Parquet with the columns APP_IDENTIFIER, RECORD_DATA, IS_DELETED and RETRIEVE_DATE.
    table: where the rows go then, which the temporary table is named after.

    Raises:
        WarehouseError: the warehouse refuses a file, or is gone.
        OSError: a file cannot be read.
    """
    if not files:
        yield None
        return
    from pyarrow.parquet import read_metadata

    # Always the same name, and none that a user's table can have: fakesnow remembers every name for ever.
    loading = quoted(f"LOADING {table}")
    account.execute(statement("inbound/create_loading", loading=loading))
    try:
        before = 0
        for file in files:
            place = f"{_STAGE}/{uuid4().hex}/rows.parquet"
            account.upload(file, place)
            account.execute(
                statement("inbound/load", loading=loading, place=place, before=str(before))
            )
            before += read_metadata(file).num_rows
        yield loading
    finally:
        with suppress(WarehouseError):  # a warehouse that is gone keeps no temporary table
            account.execute(statement("inbound/drop_loading", loading=loading))
