"""This workspace's tables as where a sync comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.session.journal import settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pandas import DataFrame

    from devsession.plugin.parameters import OutboundSyncConfigurationParameters
    from devsession.session.development import DevelopmentSession
    from devsession.session.sync import Sync


class WorkspaceSource:
    """A pass over what a run of the sync would offer now, a `SyncSource`; it is a run in the list.

    Raises: as `Sync.plan`; nothing was begun.
    """

    def __init__(self, session: DevelopmentSession, sync: Sync) -> None:
        settle(session, sync)
        self._session = session
        self._sync = sync
        self._run = session.store.start_run(sync.record)
        self._stage = session.engine.stage(sync.record, self._run, sync.strategy)
        self._applied = 0
        self._completed = False

    @property
    def slug(self) -> str:
        """The sync's name."""
        return self._sync.slug

    @property
    def parameters(self) -> OutboundSyncConfigurationParameters:
        """What sync_outbound is given. Raises: NotFilledError, SecretMissingError."""
        return self._sync.parameters

    def batches(self, *, actions: Sequence[str] | None, size: int) -> Iterator[DataFrame]:
        """The records of these actions. Raises: UsageError when the pass is complete."""
        return self._stage.batches(actions=actions, size=size)

    def apply(self, outcomes: DataFrame) -> None:
        """Store outcomes at once. Raises: UsageError when the pass is complete."""
        self._stage.apply(outcomes)
        self._applied += len(outcomes)

    def complete(self) -> None:
        """End the run and let its records go."""
        if not self._completed:
            self._session.store.finish_run(
                self._run, status="completed", counts={"applied": self._applied}
            )
            self._stage.discard()
            self._completed = True
