"""How the engine grows with its rows: 10,000,000 against 1,000,000, each on a warehouse of its own.

The sync is an Upsert of ten columns (text, numbers, times) under a text identifier. Its first run
finds all records new; before a later one 2 % of the rows changed, 1 % are gone and 1 % are new. Of
the records that a run offers, and of their outcomes, a part goes out and comes in.

`python -m tests.benchmarks.scale FOLDER ROWS` runs one size in this process and prints a line of
JSON: step -> seconds, the warehouse's seconds of processor time, peak MB of this process and of the
warehouse's. Only Linux tells peaks.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

import psutil

from devsession.plugin.mapping import StoredFieldMappings
from devsession.plugin.strategies import UPSERT
from devsession.warehouse import embedded_service, open_embedded
from devsession.warehouse.engine import Engine
from devsession.warehouse.staged import stage_table
from devsession.warehouse.store import Store, state_table
from tests.benchmarks.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandas import DataFrame

    from devsession.warehouse.staged import Stage

_SMALL, _LARGE = 1_000_000, 10_000_000
_RECORDS_READ, _OUTCOMES = 200_000, 10_000
# Of issue 11: how many times the smaller one's.
_TIME, _MEMORY = 12, 2

_FIELDS = (
    *("active", "city", "company", "email", "first_name"),
    *("last_name", "note", "revenue", "seats", "signed_up"),
)
_SOURCE = """
    create table SRC as
    select
      'cus_' || left(md5(N::varchar), 16) as ID,
      'u' || N::varchar || '@example.com' as EMAIL,
      'first' || (N % 5000)::varchar as FIRST_NAME,
      'last' || (N % 90000)::varchar as LAST_NAME,
      'Company ' || (N % 70000)::varchar || ' Ltd.' as COMPANY,
      iff(N % 10 = 0, null, 'city' || (N % 3000)::varchar) as CITY,
      (N % 100000)::number(12, 2) / 7 as REVENUE,
      (N % 97)::number as SEATS,
      N % 3 = 0 as ACTIVE,
      dateadd(second, N % 90000000, '2021-01-01'::timestamp_ntz) as SIGNED_UP,
      'Called on ' || (N % 365)::varchar || ', wants offer ' || md5((N * 7)::varchar) as NOTE
    from (select seq4() as N from table(generator(rowcount => {rows}))) as NUMBERS"""
# The identifier's last two digits are any of 256, at random.
_CHANGES = (
    "update SRC set NOTE = NOTE || '!' where right(ID, 2) in ('00', '01', '02', '03', '04')",
    "delete from SRC where right(ID, 2) in ('10', '11', '12')",
    "insert into SRC select ID || 'n', * exclude (ID) from SRC where right(ID, 2) in ('20', '21', '22')",
)


def engine_scale_10m() -> dict[str, Figure]:
    """How many times what 1,000,000 rows take, 10,000,000 do; the baseline is what is allowed.

    Plan, diff and stage of each run: their seconds together, and each one's processor time in the
    warehouse, which other work on the machine disturbs less; the peak memory of client and warehouse
    together, over both runs and in the later one. The smaller size runs before the larger one and
    after it; the mean counts. Each step of each is told on stderr.
    """
    small, large = [_measured(_SMALL)], _measured(_LARGE)
    small.append(_measured(_SMALL))

    def times(what: str, run: str, *steps: str) -> Figure:
        def taken(sizes: dict[str, Any]) -> float:
            return float(sum(sizes[f"{run} {step}"][what] for step in steps))

        return Figure(taken(large) / mean(map(taken, small)), _TIME, "times")

    def memory(run: str) -> Figure:
        return Figure(
            _peak(large, run) / mean(_peak(each, run) for each in small), _MEMORY, "times"
        )

    steps = ("plan", "diff", "stage")
    runs = ("first", "later")
    return (
        {run: times("seconds", run, *steps) for run in runs}
        | {f"{run}-{step}-cpu": times("cpu", run, step) for run in runs for step in steps}
        | {"memory": memory(""), "later-memory": memory("later")}
    )


def _peak(steps: dict[str, Any], run: str) -> float:
    """MB of both processes, each at its own peak; run: what its steps' names begin with."""
    of_run = [figures for step, figures in steps.items() if step.startswith(run)]
    return sum(max(each[side] for each in of_run) for side in ("client_mb", "warehouse_mb"))


def _measured(rows: int) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.benchmarks.scale", folder, str(rows)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    print(rows, done.stdout.strip(), file=sys.stderr)
    steps: dict[str, Any] = json.loads(done.stdout)
    return steps


class _Sync:
    """The sync, and how long its steps take."""

    def __init__(self, folder: Path, rows: int) -> None:
        self._service = embedded_service(folder)
        self._account = open_embedded(folder)
        self._engine, self._store = Engine(self._account), Store(self._account)
        self._account.execute(_SOURCE.format(rows=rows))
        self._sync = self._store.save_sync(
            "benchmark",
            source="SRC",
            identifier="ID",
            strategy="Upsert",
            field_mappings=StoredFieldMappings.from_dict({name: name.upper() for name in _FIELDS}),
        ).record
        self.steps: dict[str, Any] = {}

    def run(self, name: str) -> None:
        """Plan to outcomes, on a warehouse that has only just started."""
        self._service.stop()
        self._account.rows("select 1")
        plan = self._step(f"{name} plan", partial(self._engine.plan, self._sync, UPSERT))
        offered = partial(self._engine.first_offered, self._sync, UPSERT, records=5)
        self._step(f"{name} diff", offered)
        run = self._store.start_run(self._sync)
        stage = self._step(f"{name} stage", partial(self._engine.stage, self._sync, run, UPSERT))
        if sum(stage.actions.values()) != plan.total:
            raise RuntimeError(f"plan and stage differ: {plan}, {stage.actions}")
        first = self._step(f"{name} records", partial(_read, stage))
        self._step(f"{name} outcomes", partial(stage.apply, _outcomes(first)))
        self._staged = stage_table(self._sync, run)

    def succeed_and_change(self) -> None:
        """The app takes all, by SQL; then the source is another."""
        state = state_table(self._sync)
        self._account.execute(
            f"insert into {state} select IDENTIFIER, 'A' || IDENTIFIER, SYNC_ACTION,"
            " TRANSFORMED_RECORD, RECORD_HASH, parse_json('{}'), 'SUCCESS',"
            f" current_timestamp()::timestamp_ntz, 1 from {self._staged}"
            f" where IDENTIFIER not in (select IDENTIFIER from {state})"
        )
        for each in (*_CHANGES, f"drop table {self._staged}"):
            self._account.execute(each)

    def close(self) -> None:
        self._account.close()

    def _step(self, name: str, do: Callable[[], Any]) -> Any:
        client, warehouse = psutil.Process(), psutil.Process(self._service.ensure().pid)
        for process in (client, warehouse):
            Path(f"/proc/{process.pid}/clear_refs").write_text("5")  # the peak is that of now
        before, start = _cpu(warehouse), perf_counter()
        done = do()
        self.steps[name] = {
            "seconds": round(perf_counter() - start, 2),
            "cpu": round(_cpu(warehouse) - before, 2),
            "client_mb": _most_mb(client),
            "warehouse_mb": _most_mb(warehouse),
        }
        return done


def _read(stage: Stage) -> DataFrame:
    """Reads on as a plugin would, in batches; the first outcomes' worth of records."""
    batches = stage.batches(actions=None, size=_OUTCOMES)
    first = next(batches)
    read = len(first)
    for batch in batches:
        read += len(batch)
        if read >= _RECORDS_READ:
            break
    return first


def _outcomes(records: DataFrame) -> DataFrame:
    kept = records[["IDENTIFIER"]]
    return kept.assign(SUCCESS=True, APP_IDENTIFIER="A" + kept["IDENTIFIER"], RESULT="{}")


def _cpu(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


def _most_mb(process: psutil.Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    [peak] = re.findall(r"VmHWM:\s+(\d+)", status)
    return round(int(peak) / 1024, 1)


def _main(folder: Path, rows: int) -> None:
    try:
        sync = _Sync(folder, rows)
        sync.run("first")
        sync.succeed_and_change()
        sync.run("later")
        sync.close()
    finally:
        embedded_service(folder).stop()
    print(json.dumps(sync.steps))


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]))
