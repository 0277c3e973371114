"""The tour's metadata part: a warehouse is read into the local catalog, twice, and once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import DevsessionError
from devsession.render import counted

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.openmetadata import WorkflowReport

WORKFLOW = "warehouse"
_DROPPED = "SHOP.ORDERS_2006_01"


class TourMetadata:
    """The practice warehouse and its workflow, in the folder of a tour; each step says its line."""

    def __init__(self, folder: Path) -> None:
        from devsession.openmetadata import Patterns, WarehouseSource
        from devsession.session import DevelopmentSession
        from devsession.warehouse.practice import SCHEMAS, load_practice

        session = DevelopmentSession(WarehouseSource, workspace=folder)
        load_practice(session.account)
        self._account = session.account
        self._workflow = session.workflow(WORKFLOW)
        self._workflow.fill(schemas=Patterns(includes=[f"{name}$" for name in SCHEMAS]))

    def read(self) -> str:
        """Everything, into the catalog."""
        tally = self._run().tally
        schemas, tables, edges = [
            tally.of(kind)["scanned"] for kind in ("databaseSchema", "table", "lineage")
        ]
        return f"{counted(schemas, 'schema')}, {tables:,} tables and views, {counted(edges, 'edge')} of lineage"

    def read_again(self) -> str:
        """Nothing has changed: nothing is sent."""
        tally = self._run().tally
        sent = tally.total("created") + tally.total("updated")
        return f"{sent:,} sent, {tally.total('unchanged'):,} unchanged"

    def drop(self) -> str:
        """What the warehouse does not have any more, the catalog still has: it is found."""
        self._account.execute(f"drop table {_DROPPED}")
        stale = self._workflow.plan().counts["stale"]
        return f"{_DROPPED} dropped, {counted(stale, 'entity')} found stale"

    def _run(self) -> WorkflowReport:
        report = self._workflow.run()
        if not report:
            raise DevsessionError("The warehouse was not read whole", tried=str(report))
        return report
