"""A run's records as they were when it was staged, and the way of their outcomes into the state."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from devsession.errors import UsageError, WarehouseError
from devsession.plugin.outbound import RECORD_COLUMNS
from devsession.plugin.outcome_pieces import outcome_pieces
from devsession.warehouse.decoding import decoded
from devsession.warehouse.statements import statement
from devsession.warehouse.store import bound, state_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from pandas import DataFrame

    from devsession.plugin.outcome_pieces import Piece
    from devsession.warehouse.account import Account
    from devsession.warehouse.records import RunRecord, SyncRecord

_JSON_COLUMNS = RECORD_COLUMNS[3:]

# Records are read in pieces that cost little beside one statement.
_ROWS_READ = 10_000
# Outcomes come about in the order of the stage: of a large one, a warehouse then reads a small part.
_WITHIN = "g.IDENTIFIER between ? and ?"


class Stage:
    """The records of one run, until they are discarded. A `RecordStore`.

    `scanned`: how many the source had when it was staged; 0 for a stage that is opened again.
    state: the table that outcomes go to, by default the sync's.

    Raises:
        UsageError: nothing is staged for this run, or not any more.
    """

    def __init__(
        self,
        account: Account,
        sync: SyncRecord,
        run: RunRecord,
        *,
        scanned: int = 0,
        state: str | None = None,
    ) -> None:
        self._account = account
        self._sync = sync
        self._run = run
        self._table = stage_table(sync, run)
        self._state = state or state_table(sync)
        with self._explained():
            rows = account.rows(statement("engine/ranges", stage=self._table))
        # The records of an action stand together: action -> its first and last row.
        self._ranges = {action: (first, last) for action, first, last, _ in rows}
        self.scanned = scanned
        self._in_source: int = sum(row[3] for row in rows)

    @property
    def actions(self) -> dict[str, int]:
        """How many records are offered for each action that there is."""
        return {action: last - first + 1 for action, (first, last) in self._ranges.items()}

    @property
    def unchanged(self) -> int:
        """How many records of the source are left alone, of those that were scanned."""
        return self.scanned - self._in_source

    def batches(self, *, actions: Sequence[str] | None, size: int) -> Iterator[DataFrame]:
        """The records of these actions (None: of all), in frames of at most `size` rows.

        Columns as in `RECORD_COLUMNS`; the last three hold dicts or None.
        """
        for first, last in self._wanted(actions):
            step = size * max(_ROWS_READ // size, 1)
            for start in range(first, last + 1, step):
                frame = self._read(start, min(start + step - 1, last))
                for place in range(0, len(frame), size):
                    yield frame.iloc[place : place + size].reset_index(drop=True)

    def apply(self, outcomes: DataFrame) -> None:
        """Keep outcomes: IDENTIFIER text, each once; SUCCESS bool; APP_IDENTIFIER; RESULT as JSON.

        A success makes the record the one that the app holds; a failure keeps its RESULT and
        leaves the record to be offered again. Outcomes of records that were not offered are let go.

        Raises:
            UsageError: the records are not staged any more.
        """
        with self._explained():
            for piece in outcome_pieces(outcomes):
                self._apply(piece)

    def discard(self) -> None:
        """Let the records go: no outcome can be applied after this."""
        self._account.execute(statement("engine/drop_stage", stage=self._table))

    def discard_others(self) -> None:
        """Let go what other runs of the sync still have staged."""
        for table in self._staged():
            if table != self._table:
                self._account.execute(statement("engine/drop_stage", stage=table))

    def _wanted(self, actions: Sequence[str] | None) -> list[tuple[int, int]]:
        if actions is None:
            return [(1, sum(self.actions.values()))]
        return [rows for action, rows in self._ranges.items() if action in actions]

    def _read(self, first: int, last: int) -> DataFrame:
        with self._explained():
            return as_records(
                self._account.arrow(statement("engine/records", stage=self._table), [first, last])
            )

    def _staged(self) -> list[str]:
        schema, prefix = _all_stages(self._sync).split(".")
        found = self._account.rows(statement("engine/stages"), [prefix])
        return [f"{schema}.{name}" for (name,) in found]

    def _apply(self, outcomes: Piece) -> None:
        """Two statements: a record is found by the first or by the second, never by both."""
        parts = {
            "state": self._state,
            "run": str(self._run.id),
            "outcomes": statement(
                "engine/outcomes",
                stage=self._table,
                given=statement("engine/given"),
                within=_WITHIN,
            ),
        }
        params = [bound(datetime.now(UTC)), *outcomes]
        with self._account.transaction():
            self._account.execute(statement("engine/apply_known", **parts), params)
            self._account.execute(statement("engine/apply_new", **parts), params)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except WarehouseError:
            if self._table in self._staged():
                raise
            raise UsageError(
                f"the records of run {self._run.id} of sync {self._sync.slug!r} are not staged",
                tried="a run's records are let go when it ends, and when a later run begins",
                where=f"sync {self._sync.slug!r}",
                next_step="take a new input: scenario(.., refresh=True), or run the sync again",
                sync=self._sync.slug,
                run=self._run.id,
            ) from None


def as_records(table: pa.Table) -> DataFrame:
    """A result as records: columns as in `RECORD_COLUMNS`, JSON read, None for null."""
    from pandas import DataFrame

    columns = {name: table.column(name).to_pylist() for name in RECORD_COLUMNS}
    columns |= {name: decoded(columns[name]) for name in _JSON_COLUMNS}
    return DataFrame(columns, dtype=object)


def stage_table(sync: SyncRecord, run: RunRecord) -> str:
    """The table that keeps what one run offers."""
    return f"{_all_stages(sync)}{run.id}"


def _all_stages(sync: SyncRecord) -> str:
    """What the names of all stages of this sync begin with."""
    return f"DEVSESSION.STAGE_{sync.id}_"
