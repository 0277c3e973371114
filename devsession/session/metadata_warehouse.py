"""A data warehouse, as the steps of a metadata workflow work on it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from devsession.warehouse.query_history import query_history
from devsession.warehouse.snowflake import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from devsession.session.workspace import Workspace
    from devsession.warehouse import Account


@contextmanager
def warehouses(workspace: Workspace) -> Iterator[Callable[[str | None], MetadataWarehouse]]:
    """Opens the Snowflake account of a name, or this workspace's warehouse for None, until it ends."""
    with ExitStack() as closing:

        @cache
        def opened(name: str | None) -> MetadataWarehouse:
            account = open_warehouse(workspace.folder, name or workspace.account)
            closing.callback(account.close)
            return MetadataWarehouse(account)

        yield opened


class MetadataWarehouse:
    """See `openmetadata.warehouse_source.Warehouse`."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.view_dialect = account.view_dialect

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        """Runs a statement; how many rows it changed. Raises: WarehouseError."""
        return self._account.execute(sql, params)

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. Raises: WarehouseError."""
        return self._account.rows(sql, params)

    def ran(self, since: int | None) -> Iterator[tuple[str, str, str]]:
        """Statements that may have filled a table, with their current database and schema."""
        for run in query_history(self._account, datetime.fromtimestamp((since or 0) / 1000, UTC)):
            yield run.sql, run.database or "", run.schema or ""
