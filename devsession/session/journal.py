"""Outcomes on their way to the warehouse: on disk at once, applied many at a time.

A plugin hands back outcomes in small parts, and one part costs the warehouse several statements. A
line in a file costs nothing, and survives a kill as well.
"""

from __future__ import annotations

import json
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING

from devsession.errors import UsageError
from devsession.plugin.outcomes import OUTCOME_COLUMNS
from devsession.session.run_lock import end_killed, only_run, outcomes_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pandas import DataFrame

    from devsession.plugin.outbound import RecordStore
    from devsession.session.development import DevelopmentSession
    from devsession.session.sync import Sync
    from devsession.warehouse.records import RunRecord

_APPLIED_AT_ONCE = 10_000


class Journal:
    """The file of one run's outcomes that the warehouse does not have yet."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def append(self, outcomes: DataFrame) -> None:
        """Keep outcomes, columns as in `OUTCOME_COLUMNS`; they are on disk when this returns."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as file:
            for start in range(0, len(outcomes), _APPLIED_AT_ONCE):
                part = outcomes[list(OUTCOME_COLUMNS)].iloc[start : start + _APPLIED_AT_ONCE]
                rows = part.astype(object).to_numpy().tolist()
                file.write("".join(f"{json.dumps(row)}\n" for row in rows))

    def read(self) -> Iterator[DataFrame]:
        """All outcomes in it, in their order, thousands at a time; the last of a record counts.

        No frame names a record twice.
        """
        from pandas import DataFrame

        if not self._file.exists():
            return
        with self._file.open(encoding="utf-8", newline="\n") as file:
            # What follows the last line end is what a kill has left of a line.
            whole = (json.loads(line) for line in file if line.endswith("\n"))
            while rows := list(islice(whole, _APPLIED_AT_ONCE)):
                frame = DataFrame(rows, columns=list(OUTCOME_COLUMNS), dtype=object)
                yield frame.drop_duplicates("IDENTIFIER", keep="last", ignore_index=True)

    def remove(self) -> None:
        """The warehouse has them all."""
        self._file.unlink(missing_ok=True)


class JournaledRecords:
    """A run's records; their outcomes are kept in the journal, and applied thousands at a time."""

    def __init__(self, records: RecordStore, journal: Journal) -> None:
        self._records = records
        self._journal = journal
        self._lock = Lock()
        self._waiting = 0

    def batches(self, *, actions: Sequence[str] | None, size: int) -> Iterator[DataFrame]:
        """The records, as the run offers them."""
        return self._records.batches(actions=actions, size=size)

    def apply(self, outcomes: DataFrame) -> None:
        """Keep outcomes: whatever happens now, they are not lost."""
        with self._lock:
            self._journal.append(outcomes)
            self._waiting += len(outcomes)
            if self._waiting >= _APPLIED_AT_ONCE:
                self._flush()

    def flush(self) -> None:
        """Apply what the warehouse does not have yet."""
        with self._lock:
            self._flush()

    def _flush(self) -> None:
        for outcomes in self._journal.read():
            self._records.apply(outcomes)
        self._journal.remove()
        self._waiting = 0


def journal_of(session: DevelopmentSession, sync: Sync, run: RunRecord) -> Journal:
    """The journal of one run."""
    return Journal(outcomes_folder(session.workspace) / f"{sync.record.id}-{run.id}.jsonl")


def settle(session: DevelopmentSession, sync: Sync) -> None:
    """Apply what a run that was killed has left behind, before anything is compared."""
    with only_run(session.workspace, sync.record) as alone:
        if alone:
            apply_left(session, sync)


def apply_left(session: DevelopmentSession, sync: Sync) -> None:
    """The same inside `only_run`: no journal is of a run that goes on, and none is running."""
    files = outcomes_folder(session.workspace).glob(f"{sync.record.id}-*.jsonl")
    left = {int(file.stem.partition("-")[2]): Journal(file) for file in files}
    runs = session.store.runs(sync.record) if left else []
    for run in runs:
        if run.id in left:
            _apply(session, sync, run, left[run.id])
    end_killed(session.store, sync.record)


def _apply(session: DevelopmentSession, sync: Sync, run: RunRecord, journal: Journal) -> None:
    try:
        JournaledRecords(session.engine.staged(sync.record, run), journal).flush()
    except UsageError:
        # A later run has offered these records again: its outcomes are the ones that count.
        journal.remove()
