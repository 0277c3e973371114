"""What a session has in its warehouse, each opened when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devsession.session.workspace import Workspace
    from devsession.warehouse.account import Account
    from devsession.warehouse.engine import Engine
    from devsession.warehouse.inbound_syncs import InboundSyncs
    from devsession.warehouse.store import Store


class InWarehouse:
    """The warehouse, and what is remembered and worked out there."""

    workspace: Workspace

    @cached_property
    def account(self) -> Account:
        """The warehouse, opened when first used."""
        from devsession.warehouse.snowflake import open_warehouse

        return open_warehouse(self.workspace.folder, self.workspace.account)

    @cached_property
    def store(self) -> Store:
        """Connections, outbound syncs, and the runs of all syncs."""
        from devsession.warehouse.store import Store

        return Store(self.account)

    @cached_property
    def inbound_syncs(self) -> InboundSyncs:
        """Inbound syncs."""
        from devsession.warehouse.inbound_syncs import InboundSyncs

        return InboundSyncs(self.account)

    @cached_property
    def engine(self) -> Engine:
        """Plan, stage and apply."""
        from devsession.warehouse.engine import Engine

        return Engine(self.account)
