"""What a run of a sync offers to the app, worked out in the warehouse, where the data is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.plugin.strategies import STRATEGIES
from devsession.warehouse.decoding import decoded
from devsession.warehouse.plan import Plan
from devsession.warehouse.projection import project
from devsession.warehouse.source import check_identifiers
from devsession.warehouse.staged import Stage, stage_table
from devsession.warehouse.statements import literal, statement
from devsession.warehouse.store import state_table

if TYPE_CHECKING:
    from pandas import DataFrame

    from devsession.plugin.strategies import OutboundSyncStrategy
    from devsession.warehouse.account import Account
    from devsession.warehouse.projection import Projection
    from devsession.warehouse.records import RunRecord, SyncRecord


__all__ = ["Engine", "Plan"]


class Engine:
    """Compares a sync's source with what the app holds, as far as successful outcomes tell.

    A record is new until it succeeded once; changed when its mapped values differ from those of
    its last success, or when its last outcome is a failure; else unchanged. What is done with
    each is the strategy's table.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def plan(self, sync: SyncRecord) -> Plan:
        """Count what a run would do, and change nothing.

        Raises:
            NotFilledError: the sync maps no field yet.
            UnknownNameError: the source or one of its columns does not exist.
            SourceError: identifiers are null or not unique.
            DataError: the warehouse refuses the expression of a field.
        """
        projection = project(self._account, sync)
        with projection.explained():
            ((*counts, new, changed),) = self._account.rows(
                statement(
                    "engine/plan",
                    mapped=projection.mapped,
                    content=projection.content,
                    state=state_table(sync),
                )
            )
        check_identifiers(self._account, sync, projection, counts)
        states = {"new": new, "changed": changed, "unchanged": counts[0] - new - changed}
        return _plan(STRATEGIES[sync.strategy], states)

    def sample(self, sync: SyncRecord, *, records: int) -> DataFrame:
        """The first records of the source as they would be sent: IDENTIFIER, TRANSFORMED_RECORD.

        Raises: as `plan`, but identifiers are not checked.
        """
        from pandas import DataFrame

        projection = project(self._account, sync)
        with projection.explained():
            table = self._account.arrow(
                statement(
                    "engine/sample",
                    mapped=projection.mapped,
                    record=projection.record,
                    records=str(int(records)),
                )
            )
        identifiers, texts = (table.column(place).to_pylist() for place in (0, 1))
        return DataFrame(
            {"IDENTIFIER": identifiers, "TRANSFORMED_RECORD": decoded(texts)}, dtype=object
        )

    def stage(self, sync: SyncRecord, run: RunRecord, *, records: int | None = None) -> Stage:
        """Keep what this run offers as it is now: the source may change meanwhile.

        records: only so many, the first by identifier. Staging all of them lets go what earlier
        runs of the sync still have staged: their outcomes would be out of date.

        Raises: as `plan`; nothing is changed then.
        """
        projection = self._identified(sync)
        strategy = STRATEGIES[sync.strategy]
        with projection.explained():
            self._account.execute(
                statement(
                    "engine/stage",
                    stage=stage_table(sync, run),
                    state=state_table(sync),
                    mapped=projection.mapped,
                    content=projection.content,
                    record=projection.record,
                    new=literal(strategy.new),
                    changed=literal(strategy.changed),
                    unchanged=literal(strategy.unchanged),
                    limit="" if records is None else _first(records),
                )
            )
        stage = self.staged(sync, run)
        if records is None:
            stage.discard_others()
        return stage

    def staged(self, sync: SyncRecord, run: RunRecord) -> Stage:
        """What was staged for a run, in this process or another.

        Raises:
            UsageError: nothing is staged for it, or not any more.
        """
        return Stage(self._account, sync, run)

    def _identified(self, sync: SyncRecord) -> Projection:
        """The sync's projection, over a source whose records can be told apart."""
        projection = project(self._account, sync)
        with projection.explained():
            (counts,) = self._account.rows(
                statement(
                    "engine/identified", identifier=projection.identifier, source=projection.source
                )
            )
        check_identifiers(self._account, sync, projection, counts)
        return projection


def _first(records: int) -> str:
    return f"order by POSITION, IDENTIFIER limit {int(records)}"


def _plan(strategy: OutboundSyncStrategy, states: dict[str, int]) -> Plan:
    actions: dict[str, int] = {}
    for state, action in strategy.actions.items():
        actions[action] = actions.get(action, 0) + states.get(state, 0)
    return Plan(actions, unchanged=sum(states.values()) - sum(actions.values()))
