"""What a run of a sync offers to the app, worked out in the warehouse, where the data is."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import TYPE_CHECKING

from devsession.plugin.strategies import STATES
from devsession.quoting import literal
from devsession.warehouse.decoding import decoded
from devsession.warehouse.plan import Plan
from devsession.warehouse.projection import project
from devsession.warehouse.source import check_identifiers
from devsession.warehouse.staged import Stage, as_records, stage_table
from devsession.warehouse.statements import statement
from devsession.warehouse.store import state_table
from devsession.warehouse.supposed import supposed_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pandas import DataFrame

    from devsession.plugin.strategies import OutboundSyncStrategy
    from devsession.warehouse.account import Account
    from devsession.warehouse.projection import Projection
    from devsession.warehouse.records import RunRecord, SyncRecord
    from devsession.warehouse.supposed import Pass


__all__ = ["Engine", "Plan"]


class Engine:
    """Compares a sync's source with what the app holds, as far as successful outcomes tell.

    A record is new until it succeeded once; changed when its mapped values differ from those of
    its last success, or when its last outcome is a failure; gone when the app holds it and the
    source does not; else unchanged. What is done with each is the strategy's table.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def plan(self, sync: SyncRecord, strategy: OutboundSyncStrategy) -> Plan:
        """Count what a run would do, and change nothing.

        Raises:
            NotFilledError: the sync maps no field yet.
            UnknownNameError: the source or one of its columns does not exist.
            SourceError: identifiers are null or not unique.
            DataError: the warehouse refuses the expression of a field.
        """
        projection = project(self._account, sync)
        with projection.explained():
            (row,) = self._account.rows(
                statement(
                    "engine/plan",
                    compared=_compared(
                        projection, state_table(sync), strategy, {state: state for state in STATES}
                    ),
                )
            )
        counts, states = row[:3], dict(zip(STATES, row[3:], strict=True))
        check_identifiers(self._account, sync, projection, counts)
        return Plan.of(strategy, states)

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

    def empty(self, sync: SyncRecord, names: Sequence[str]) -> dict[str, int]:
        """Of the names in a template's `row`: in how many rows of the source each is null, if any.

        Raises: as `sample`.
        """
        projection = project(self._account, sync)
        asked = [name for name in names if name in projection.fields]
        if not asked:
            return {}
        counts = [f"count(*) - count({projection.fields[name].name})" for name in asked]
        with projection.explained():
            (found,) = self._account.rows(
                statement("engine/empty", counts=", ".join(counts), mapped=projection.mapped)
            )
        return {name: int(count) for name, count in zip(asked, found, strict=True) if count}

    def first_offered(
        self, sync: SyncRecord, strategy: OutboundSyncStrategy, *, records: int
    ) -> DataFrame:
        """The first records that a run would offer, columns as in `RECORD_COLUMNS`; none is kept.

        Raises: as `plan`, but identifiers are not checked.
        """
        first = f"SYNC_ACTION is not null {_first(records)}"
        return self._wanted(sync, strategy, first, [])

    def compared(
        self, sync: SyncRecord, strategy: OutboundSyncStrategy, *, identifiers: Sequence[str]
    ) -> DataFrame:
        """These records, offered or not (then SYNC_ACTION is None); otherwise as `first_offered`.

        Those that neither the source nor the sync's state knows are left out.
        """
        named = "select f.value::varchar from table(flatten(input => parse_json(?))) as f"
        wanted = f"IDENTIFIER in ({named})"
        return self._wanted(sync, strategy, wanted, [json.dumps(list(identifiers))])

    def source_types(self, sync: SyncRecord) -> dict[str, str]:
        """Mapped field, or name in a template's `row` -> the kind of what fills it (see `kinds`).

        Raises: as `plan`, but identifiers are not checked.
        """
        fields = project(self._account, sync).fields
        return {name: column.kind for name, column in fields.items()}

    def stage(
        self,
        sync: SyncRecord,
        run: RunRecord,
        strategy: OutboundSyncStrategy,
        *,
        records: int | None = None,
        after: Pass | None = None,
    ) -> Stage:
        """Keep what this run offers as it is now: the source may change meanwhile.

        records: only so many, the first by identifier. Staging all of them lets go what earlier
        runs of the sync still have staged: their outcomes would be out of date.
        after: a pass whose outcomes count as stored; they are not.

        Raises: as `plan`; nothing is changed then.
        """
        projection, scanned = self._identified(sync)
        supposed = supposed_state(self._account, sync, projection, after) if after else None
        with projection.explained(), supposed or nullcontext(state_table(sync)) as state:
            self._account.execute(
                statement(
                    "engine/stage",
                    stage=stage_table(sync, run),
                    offered=_offered(
                        projection, state, strategy, "" if records is None else _first(records)
                    ),
                )
            )
        stage = Stage(self._account, sync, run, scanned=scanned)
        if records is None:
            stage.discard_others()
        return stage

    def queries(self, sync: SyncRecord, strategy: OutboundSyncStrategy) -> tuple[str, str]:
        """What a run asks of its source, as SQL for whoever runs it elsewhere.

        First TOTAL, IDENTIFIED and DIFFERENT: a source with fewer different identifiers than rows is
        refused; then the columns of a stage.

        Raises: as `plan`, but identifiers are not checked.
        """
        projection = project(self._account, sync)
        return _identifiers(projection), _offered(projection, state_table(sync), strategy, "")

    def staged(self, sync: SyncRecord, run: RunRecord) -> Stage:
        """What was staged for a run, in this process or another.

        Raises:
            UsageError: nothing is staged for it, or not any more.
        """
        return Stage(self._account, sync, run)

    def _wanted(
        self, sync: SyncRecord, strategy: OutboundSyncStrategy, wanted: str, params: list[str]
    ) -> DataFrame:
        projection = project(self._account, sync)
        with projection.explained():
            table = self._account.arrow(
                statement(
                    "engine/wanted",
                    compared=_compared(projection, state_table(sync), strategy, strategy.actions),
                    record=projection.record,
                    state=state_table(sync),
                    wanted=wanted,
                ),
                params,
            )
        return as_records(table)

    def _identified(self, sync: SyncRecord) -> tuple[Projection, int]:
        """The sync's projection, over a source whose records can be told apart, and their count."""
        projection = project(self._account, sync)
        with projection.explained():
            (counts,) = self._account.rows(_identifiers(projection))
        check_identifiers(self._account, sync, projection, counts)
        return projection, counts[0]


def _first(records: int) -> str:
    return f"order by POSITION, IDENTIFIER limit {int(records)}"


def _identifiers(projection: Projection) -> str:
    return statement(
        "engine/identified", identifier=projection.identifier, source=projection.source.sql
    )


def _offered(projection: Projection, state: str, strategy: OutboundSyncStrategy, limit: str) -> str:
    """The query of what a run stages."""
    return statement(
        "engine/offered",
        compared=_compared(projection, state, strategy, strategy.actions),
        record=projection.record,
        state=state,
        limit=limit,
    )


def _compared(
    projection: Projection, state: str, strategy: OutboundSyncStrategy, values: Mapping[str, str]
) -> str:
    """The query that all that is offered comes from; values: a record's state -> its SYNC_ACTION."""
    by_state = statement("engine/by_state", **{each: literal(values.get(each)) for each in STATES})
    return statement(
        "engine/compared",
        hashed=projection.hashed,
        state=state,
        by_state=by_state,
        repeated=literal(strategy.unchanged),
    )
