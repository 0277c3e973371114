"""A data warehouse, as a metadata source reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from devsession.warehouse import open_embedded
from devsession.warehouse.query_history import query_history
from devsession.warehouse.snowflake import snowflake_account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from devsession.warehouse import Account


def warehouse_opener(workspace: Path) -> Callable[[str | None], MetadataWarehouse]:
    """Opens the Snowflake account of a name, or this workspace's embedded warehouse for None."""

    def opened(account: str | None) -> MetadataWarehouse:
        return MetadataWarehouse(
            snowflake_account(account) if account else open_embedded(workspace)
        )

    return opened


class MetadataWarehouse:
    """See `openmetadata.warehouse_source.Warehouse`."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.name = account.name
        self.view_dialect = account.view_dialect

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. Raises: WarehouseError."""
        return self._account.rows(sql, params)

    def ran(self, since: int | None) -> Iterator[tuple[str, str, str]]:
        """Statements that may have filled a table, with their current database and schema."""
        for run in query_history(self._account, datetime.fromtimestamp((since or 0) / 1000, UTC)):
            yield run.sql, run.database or "", run.schema or ""

    def close(self) -> None:
        """Ends its connection."""
        self._account.close()
