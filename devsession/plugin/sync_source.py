"""Where a sync comes from: its parameters, its records, and the way back for outcomes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from devsession.plugin.outbound import RecordStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.plugin.parameters import OutboundSyncConfigurationParameters


class SyncSource(RecordStore, Protocol):
    """One pass over a sync: this workspace's tables, an Omnata app on Snowflake, or a scenario.

    Records are read and outcomes applied as `RecordStore` says, until the pass is complete.
    """

    @property
    def slug(self) -> str:
        """The sync's name."""

    @property
    def parameters(self) -> OutboundSyncConfigurationParameters:
        """What sync_outbound is given, secrets included.

        Raises: NotFilledError or SecretMissingError when something of it is not there.
        """

    def complete(self) -> None:
        """End the pass: what was applied counts from now on; nothing applied, nothing changes.

        Once more does nothing; records and outcomes that come later are a UsageError.
        """


_Source = TypeVar("_Source", bound=SyncSource)


@contextmanager
def completing(source: _Source) -> Iterator[_Source]:
    """A pass that is completed at the end of the block, whatever happens in it."""
    try:
        yield source
    finally:
        source.complete()
