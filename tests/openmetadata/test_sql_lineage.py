"""Lineage from SQL: forty and more views against the truth written by hand, and every kind of write."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from devsession.openmetadata import Statement, lineage_of
from devsession.warehouse.practice import SCHEMAS
from tests.in_process import warehouses_in_process
from tests.openmetadata.views import TABLES, View, columns_of_tables, told, views

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.openmetadata import Lineage
    from devsession.warehouse import Account

VIEWS = views()
COLUMNS = {
    ("DB", "S", "A"): ["ID", "X", "Y"],
    ("DB", "S", "B"): ["ID", "Z"],
    ("DB", "S", "T"): ["ID", "N", "M"],
}


MERGE = """
merge into T using (select * from A where X > 1) s on T.ID = s.ID
when matched and s.Y = 0 then delete
when matched then update set T.N = T.N + s.X, M = 0
when not matched then insert (ID, M) values (s.ID, s.Y)
"""
MATCH = """
create table C as select m.* from A
match_recognize (order by X measures first(X) as F one row per match pattern (s+) define s as X > 1) m
"""


@pytest.fixture(scope="module")
def written() -> Lineage:
    """Of the views as they are written, in Snowflake's SQL."""
    return lineage_of(
        [Statement(view.sql, "LOCAL", "PUBLIC", ("LOCAL", *view.name)) for view in VIEWS],
        columns=columns_of_tables(),
        service="svc",
    )


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An embedded warehouse with the tables and all the views."""
    with warehouses_in_process() as warehouses:
        account = warehouses.open(tmp_path_factory.mktemp("views"))
        for schema in SCHEMAS:
            account.execute(f"create schema {schema}")
        for sql in [*TABLES, *(view.sql for view in VIEWS)]:
            account.execute(sql)
        yield account
        account.close()


@pytest.fixture(scope="module")
def kept(embedded: Account) -> Lineage:
    """Of the views as the embedded warehouse has kept them, in DuckDB's SQL."""
    known: dict[tuple[str, str, str], list[str]] = {}
    for *table, column in embedded.rows(
        "select TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME "
        "from INFORMATION_SCHEMA.COLUMNS order by ORDINAL_POSITION"
    ):
        known.setdefault(tuple(table), []).append(column)  # type: ignore[arg-type]
    definitions = embedded.rows(
        "select VIEW_DEFINITION, TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME from INFORMATION_SCHEMA.VIEWS"
    )
    return lineage_of(
        [Statement(sql, db, schema, (db, schema, name)) for sql, db, schema, name in definitions],
        columns=known,
        service="svc",
        dialect=embedded.view_dialect,
    )


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name[-1])
def test_a_views_lineage_is_the_truth(written: Lineage, view: View) -> None:
    assert told(written, view) == (view.columns, view.tables)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name[-1])
def test_it_is_the_same_from_what_the_embedded_warehouse_keeps(kept: Lineage, view: View) -> None:
    assert told(kept, view) == (view.columns, view.tables)


def test_nothing_of_the_views_was_left_out(written: Lineage, kept: Lineage) -> None:
    assert len(VIEWS) >= 40
    assert written.findings == kept.findings == []


def flows(sql: str, *, dialect: str = "snowflake") -> list[str]:
    """`A.X > T.N`, sorted, of a text that runs in schema S; `A > T` where no column is told."""
    frame = _lineage(sql, dialect).to_frame()
    return sorted(
        " > ".join(
            ".".join([table.removeprefix("svc.DB.S."), *([column] if column else [])])
            for table, column in (
                (row.SOURCE, row.SOURCE_COLUMN),
                (row.TARGET, row.TARGET_COLUMN),
            )
        )
        for row in frame.itertuples()
    )


def causes(sql: str) -> list[str]:
    return [finding.cause for finding in _lineage(sql, "snowflake").findings]


def _lineage(sql: str, dialect: str) -> Lineage:
    return lineage_of([Statement(sql, "DB", "S")], columns=COLUMNS, service="svc", dialect=dialect)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "create table C as select ID, X + Y as XY from A",
            ["A.ID > C.ID", "A.X > C.XY", "A.Y > C.XY"],
        ),
        ("create or replace temporary table C (K int) as select ID from A", ["A.ID > C.K"]),
        ("create table C clone B", ["B.ID > C.ID", "B.Z > C.Z"]),
        (
            "create dynamic table C target_lag = '1 minute' warehouse = W as select Z from B",
            ["B.Z > C.Z"],
        ),
        ("insert into T select ID, X, Y from A", ["A.ID > T.ID", "A.X > T.N", "A.Y > T.M"]),
        ("insert into T (M, ID) select X, X from A", ["A.X > T.ID", "A.X > T.M"]),
        ("insert overwrite into T (N) with C as (select Z from B) select Z from C", ["B.Z > T.N"]),
        ("insert into T (N) values (1), (2)", []),
        (
            "create table C as with R (N) as (select X from A union all select N + 1 from R) select * from R",
            ["A.X > C.N"],
        ),
        (
            "create table C as select X, Y from A union all by name select Z as Y, ID, 1 as X from B",
            ["A.X > C.X", "A.Y > C.Y", "B.ID > C.ID", "B.Z > C.Y"],
        ),
        (
            "-- it's\n/* dbt */ // by hand\n insert into T (N) select Z from B; -- done",
            ["B.Z > T.N"],
        ),
        (
            "insert all into T (N) values (X) into B (Z) values (Y) select X, Y from A",
            ["A.X > T.N", "A.Y > B.Z"],
        ),
        (MERGE, ["A.ID > T.ID", "A.X > T.N", "A.Y > T.M"]),
        (
            "update T set N = b.Z, M = M + 1 from B b join A on A.ID = b.ID where T.ID = b.ID",
            ["A > T", "B.Z > T.N"],
        ),
        ("update T set N = M", []),  # within a table
        ("delete from T using A where A.ID = T.ID", []),
        ("select * from A", []),
        ("create table T2 like T; alter table T2 add column Q int; begin; commit", []),
        ("create table DB2.S2.C as select Z from B", ["B.Z > svc.DB2.S2.C.Z"]),
        ('create table "c d" as select "ID" as "i.d" from a', ["A.ID > c d.i.d"]),
    ],
)
def test_what_a_statement_moves(sql: str, expected: list[str]) -> None:
    assert flows(sql) == expected
    assert causes(sql) == []


def test_a_table_that_a_statement_makes_is_known_to_the_next() -> None:
    sql = (
        "create table STEP (K int, V int); insert into STEP select ID, Z from B;"
        "create temporary table NEXT as select * from STEP; create table C as select * from NEXT"
    )
    assert flows(sql) == [
        "B.ID > STEP.K",
        "B.Z > STEP.V",
        "NEXT.K > C.K",
        "NEXT.V > C.V",
        "STEP.K > NEXT.K",
        "STEP.V > NEXT.V",
    ]


def test_a_table_made_anew_is_of_its_last_making() -> None:
    sql = (
        "create table C as select X from A; insert into C select Y from A;"
        "create or replace table C as select Z as X from B; insert into C select ID from B;"
        "create table if not exists C as select M as X from T"
    )
    assert flows(sql) == ["B.ID > C.X", "B.Z > C.X", "T.M > C.X"]
    again = [
        Statement(f"create or replace table C as select ID from {table}", "DB", "S")
        for table in "ABA"
    ]
    [last] = lineage_of(again, columns=COLUMNS, service="svc")
    assert last.from_entity.fqn == "svc.DB.S.A"
    temporary = (
        "create temporary table W as select X from A; insert into T (N) select X from W;"
        "create or replace temporary table W as select Z as X from B; insert into T (M) select X from W"
    )
    assert flows(temporary) == ["A.X > W.X", "B.Z > W.X", "W.X > T.M", "W.X > T.N"]


def test_names_without_case_where_the_dialect_has_none() -> None:
    assert flows("create table c as select x from a", dialect="duckdb") == ["A.X > c.x"]


@pytest.mark.parametrize(
    "sql",
    [
        "create table C as selekt X from A where Y = 'hunter2'",
        "insert into T select 'hunter2' from (A",
        "create table C as select 1, 'hunter2",
        "create table 'hunter2' as select 1",
        "create table C as select s.$1 from @STAGE s",
        "create table C as select * from A pivot (sum(X) for Y in (any))",
        "create table C as select * from UNHEARD_OF u join A on u.ID = A.ID",
        "create table C as select NO_SUCH from A",
        "create table C as select object_construct(*) as O from A",
        "create table C as select $2 as O from A",
        "insert into T select * from UNHEARD_OF",
        "insert into T (N, M) select X from A",
        "insert into UNHEARD_OF select X from A",
        MATCH,
        "call LOAD_IT()",
        "execute immediate 'insert into T select * from A'",
        "create task NIGHTLY as insert into T select * from A",
        "begin insert into T select * from A; end",
        'create table C as select X as "a""b" from A',
    ],
)
def test_what_is_not_followed_is_told(sql: str, snapshot: object) -> None:
    lineage = _lineage(sql, "snowflake")
    assert (lineage.findings, flows(sql)) == snapshot
    assert "hunter2" not in str(lineage.findings)


def test_a_name_needs_a_schema() -> None:
    lineage = lineage_of("create table C as select X from DB.S.A", columns=COLUMNS, service="svc")
    assert [finding.cause for finding in lineage.findings] == [
        "C is in no database and schema that is known"
    ]


def test_nothing_is_printed_and_nothing_heavy_loaded() -> None:
    code = (
        "import sys; from devsession.openmetadata.lineage.sql_lineage import lineage_of; "
        "assert not {'sqlglot', 'pandas'} & set(sys.modules); "
        "lineage_of('create task X as insert into T select 1', columns={}, service='svc')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout + done.stderr == ""
