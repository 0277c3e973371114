"""A scenario's folder as where a sync comes from: the same input each time, and nothing changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import UsageError
from devsession.plugin.outbound import FrameRecords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pandas import DataFrame

    from devsession.plugin.parameters import OutboundSyncConfigurationParameters
    from devsession.recording.scenario import ScenarioInput


class ScenarioSource:
    """A pass over frozen input, a `SyncSource`; who completes it compares what it came to.

    frozen, records: what the folder holds. secrets: gives name -> plain text; by default
    placeholders, as its recording holds.
    """

    def __init__(
        self,
        frozen: ScenarioInput,
        records: DataFrame,
        *,
        secrets: Callable[[], Mapping[str, str]] | None = None,
    ) -> None:
        self._frozen = frozen
        self._records = FrameRecords(records)
        self._secrets = secrets
        self._completed = False

    @property
    def slug(self) -> str:
        """The sync's name."""
        return self._frozen.sync

    @property
    def parameters(self) -> OutboundSyncConfigurationParameters:
        """What sync_outbound is given, as frozen."""
        if self._secrets is None:
            return self._frozen.replayed_parameters()
        return self._frozen.parameters.with_secrets(self._secrets())

    def batches(self, *, actions: Sequence[str] | None, size: int) -> Iterator[DataFrame]:
        """The frozen records of these actions, as `RecordStore` says."""
        self._require_open()
        yield from self._records.batches(actions=actions, size=size)

    def apply(self, outcomes: DataFrame) -> None:
        """Keep outcomes, in memory."""
        self._require_open()
        self._records.apply(outcomes)

    @property
    def outcomes(self) -> DataFrame:
        """What was applied, the last outcome of each record."""
        return self._records.outcomes

    def complete(self) -> None:
        """End the pass. The folder stays as it is."""
        self._completed = True

    def _require_open(self) -> None:
        if self._completed:
            raise UsageError(
                f"This pass of the scenario {self._frozen.name!r} is completed",
                next_step="begin another one",
                scenario=self._frozen.name,
            )
