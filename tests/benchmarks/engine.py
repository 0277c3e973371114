"""What a run offers, worked out through our engine, against the same SQL on DuckDB alone.

The work is `plan` and `stage` of a first run, in which all is new, and of a second one, before
which 10 % of the rows changed, 5 % are new and 5 % are gone. DuckDB's side is written for DuckDB
by hand, without a server, a dialect or a check of names, and keeps its tables in a file as ours.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import duckdb

from devsession.plugin.mapping import StoredFieldMappings
from devsession.plugin.strategies import UPSERT
from devsession.warehouse import embedded_service, open_embedded
from devsession.warehouse.engine import Engine
from devsession.warehouse.staged import stage_table
from devsession.warehouse.store import Store, state_table
from tests.benchmarks.figure import Figure

_RUNS = 3

_CHANGES = (
    "update SRC set NAME = NAME || '!' where ID % 10 = 3",
    "delete from SRC where ID % 20 = 7",
    "insert into SRC select -1 - ID, NAME, EMAIL, AMT, CITY from SRC where ID % 20 = 5",
)


class Ours:
    """The engine, on an embedded warehouse of its own."""

    def __init__(self, folder: Path, rows: int) -> None:
        self._account = open_embedded(folder)
        self._account.execute(
            "create table SRC as select seq4() as ID, 'name' || seq4()::varchar as NAME,"
            " 'u' || seq4()::varchar || '@x.test' as EMAIL, (seq4() % 1000)::number(10,2) as AMT,"
            " iff(seq4() % 10 = 0, null, 'city' || (seq4() % 50)::varchar) as CITY"
            f" from table(generator(rowcount => {rows}))"
        )
        fields = {"amount": "AMT", "city": "CITY", "email": "EMAIL", "name": "NAME"}
        self._store = Store(self._account)
        self._engine = Engine(self._account)
        self._sync = self._store.save_sync(
            "benchmark",
            source="SRC",
            identifier="ID",
            strategy="Upsert",
            field_mappings=StoredFieldMappings.from_dict(fields),
        ).record

    def plan(self) -> dict[str, int]:
        return _without_none(dict(self._engine.plan(self._sync, UPSERT).actions))

    def stage(self) -> dict[str, int]:
        self._run = self._store.start_run(self._sync)
        return self._engine.stage(self._sync, self._run, UPSERT).actions

    def succeed(self) -> None:
        self._account.execute(
            f"insert into {state_table(self._sync)} select IDENTIFIER, 'A' || IDENTIFIER,"
            " SYNC_ACTION, TRANSFORMED_RECORD, RECORD_HASH, parse_json('{}'), 'SUCCESS',"
            f" current_timestamp()::timestamp_ntz, 1 from {stage_table(self._sync, self._run)}"
        )

    def change(self) -> None:
        for each in _CHANGES:
            self._account.execute(each)

    def close(self) -> None:
        self._account.close()


class DuckDB:
    """The same questions, asked in DuckDB's own SQL."""

    _HASHED = """
        select *, ID::varchar as IDENTIFIER, md5('0123456789abcdef'
            || coalesce(AMT::varchar || '|', '|')
            || coalesce(length(CITY)::varchar || ':' || CITY, '-')
            || coalesce(length(EMAIL)::varchar || ':' || EMAIL, '-')
            || coalesce(length(NAME)::varchar || ':' || NAME, '-')) as RECORD_HASH
        from SRC"""
    _PLAN = f"""
        select count(*), count(h.IDENTIFIER), count(distinct h.IDENTIFIER),
            count_if(s.RECORD_HASH is null),
            count_if(s.RECORD_HASH is not null
                and (s.RECORD_HASH <> h.RECORD_HASH or s.APPLY_STATE <> 'SUCCESS'))
        from ({_HASHED}) h left join STATE s on s.IDENTIFIER = h.IDENTIFIER"""
    _UNIQUE = "select count(*), count(ID), count(distinct ID::varchar) from SRC"
    _STAGE = f"""
        create or replace table STAGE as
        select row_number() over (order by SYNC_ACTION, ID) as ROW_NUMBER, IDENTIFIER,
            APP_IDENTIFIER, SYNC_ACTION,
            json_object('amount', AMT, 'city', CITY, 'email', EMAIL, 'name', NAME) as RECORD,
            PREVIOUS, RESULT, RECORD_HASH
        from (
            select h.*, s.APP_IDENTIFIER, s.RECORD as PREVIOUS, s.RESULT,
                case when s.RECORD_HASH is null then 'Create'
                    when s.RECORD_HASH <> h.RECORD_HASH or s.APPLY_STATE <> 'SUCCESS'
                    then 'Update' end as SYNC_ACTION
            from ({_HASHED}) h left join STATE s on s.IDENTIFIER = h.IDENTIFIER)
        where SYNC_ACTION is not null"""
    _COUNTS = "select SYNC_ACTION, count(*) from STAGE group by all"

    def __init__(self, folder: Path, rows: int) -> None:
        self._database = duckdb.connect(folder / "baseline.db")
        self._run(
            "create table SRC as select i as ID, 'name' || i as NAME, 'u' || i || '@x.test' as"
            " EMAIL, (i % 1000)::decimal(10,2) as AMT, case when i % 10 <> 0 then 'city' || (i % 50)"
            f" end as CITY from range({rows}) t(i)"
        )
        self._run(
            "create table STATE (IDENTIFIER varchar, APP_IDENTIFIER varchar, RECORD json,"
            " RECORD_HASH varchar, RESULT json, APPLY_STATE varchar)"
        )

    def plan(self) -> dict[str, int]:
        ((*_, new, changed),) = self._run(self._PLAN)
        return _without_none({"Create": new, "Update": changed})

    def stage(self) -> dict[str, int]:
        self._run(self._UNIQUE)
        self._run(self._STAGE)
        return dict(self._run(self._COUNTS))

    def succeed(self) -> None:
        self._run(
            "insert into STATE select IDENTIFIER, 'A' || IDENTIFIER, RECORD, RECORD_HASH, '{}',"
            " 'SUCCESS' from STAGE"
        )

    def change(self) -> None:
        for each in _CHANGES:
            self._run(each)

    def close(self) -> None:
        self._database.close()

    def _run(self, sql: str) -> list[tuple[Any, ...]]:
        return self._database.execute(sql).fetchall()


def engine_diff_10k() -> Figure:
    """Seconds for 10,000 rows."""
    return _figure(10_000)


def engine_diff_100k() -> Figure:
    """Seconds for 100,000 rows."""
    return _figure(100_000)


def engine_diff_1m() -> Figure:
    """Seconds for 1,000,000 rows."""
    return _figure(1_000_000)


def _figure(rows: int) -> Figure:
    """Both runs together, the median of three each; the two sides take turns."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        try:
            sides = Ours(folder, rows), DuckDB(folder, rows)
            first = _medians(*sides)
            for side in sides:
                side.succeed()
                side.change()
            second = _medians(*sides)
            for side in sides:
                side.close()
        finally:
            embedded_service(folder).stop()
    ours, baseline = (sum(runs) for runs in zip(first, second, strict=True))
    return Figure(ours, baseline)


def _medians(ours: Ours, duckdb_alone: DuckDB) -> tuple[float, float]:
    measured = [(_seconds(ours), _seconds(duckdb_alone)) for _ in range(_RUNS)]
    (times, counts), (baseline_times, baseline_counts) = (
        zip(*side, strict=True) for side in zip(*measured, strict=True)
    )
    if set(counts) != set(baseline_counts):
        raise RuntimeError(f"the two sides differ: {counts[0]}, {baseline_counts[0]}")
    return median(times), median(baseline_times)


def _seconds(side: Ours | DuckDB) -> tuple[float, str]:
    """How long plan and stage take, and what they found."""
    start = perf_counter()
    planned, staged = side.plan(), side.stage()
    seconds = perf_counter() - start
    if planned != staged:
        raise RuntimeError(f"plan and stage differ: {planned}, {staged}")
    return seconds, str(sorted(planned.items()))


def _without_none(counts: dict[str, int]) -> dict[str, int]:
    return {action: count for action, count in counts.items() if count}
