"""JSON lines: what is written is what is read, whole or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from devsession.openmetadata import (
    Classification,
    Column,
    ColumnLineage,
    Container,
    Database,
    DatabaseSchema,
    DatabaseService,
    JsonLinesSink,
    JsonLinesSource,
    JsonLinesStage,
    LineageDetails,
    LineageEdge,
    Owner,
    Pipeline,
    PipelineStatus,
    Reference,
    Source,
    Table,
    TableConstraint,
    Tag,
    Task,
    TestCase,
    TestResult,
    Workflow,
    tag,
)
from tests.openmetadata.acme import AcmeSource, Kept, table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALL = [
    DatabaseService(name="crm.eu", service_type="Postgres", connection={"config": {"a": 1}}),
    Database(name="sales.x", service="crm.eu"),
    DatabaseSchema(name="public", database="sales.x", service="crm.eu", domains=["Sales"]),
    DatabaseSchema(name="public", database="sales", service="crm"),
    Table(
        name="Größen 表",
        service="crm.eu",
        database="sales.x",
        schema="public",
        columns=[
            Column(
                name="at",
                data_type="ARRAY",
                array_data_type="STRUCT",
                children=[Column(name="x", data_type="VARCHAR", tags=[tag("PII.Sensitive")])],
            )
        ],
        table_constraints=[TableConstraint(constraint_type="UNIQUE", columns=["at"])],
        owners=[Owner(name="ana")],
    ),
    Classification(name="PII"),
    Tag(name="Sensitive", classification="PII"),
    Pipeline(name="nightly", service="airflow", tasks=[Task(name="load")]),
    Container(name="bucket", service="s3"),
    LineageEdge(
        from_entity=Reference(fqn="a.b.c.d"),
        to_entity=Reference(fqn="a.b.c.e", id="1"),
        lineage_details=LineageDetails(
            columns_lineage=[ColumnLineage(from_columns=["a.b.c.d.x"], to_column="a.b.c.e.y")]
        ),
    ),
    TestCase(
        name="no nulls", table="a.b.c.d", column="x", test_definition="columnValuesToBeNotNull"
    ),
    TestResult(test_case="a.b.c.d.x.no nulls", timestamp=1, test_case_status="Success"),
    PipelineStatus(
        pipeline="crm.metadata", run_id="1", pipeline_state="success", start_date=1, timestamp=2
    ),
]


class Everything(Source):
    def generate(self) -> Iterator[Any]:
        yield from ALL


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    path, sink = tmp_path / "all.jsonl", Kept()
    assert Workflow(Everything, JsonLinesSink.using(path=path)).run()
    assert Workflow(JsonLinesSource.using(path=path), sink).run()
    again = sink.items
    assert [item for item in again if item in ALL] == ALL
    assert {type(item).__name__ for item in again} == {type(item).__name__ for item in ALL} | {
        "PipelineService",
        "StorageService",
    }


def test_a_line_is_readable(tmp_path: Path) -> None:
    path = tmp_path / "acme.jsonl"
    Workflow(AcmeSource, JsonLinesSink.using(path=path), service="acme").run()
    last = json.loads(path.read_text(encoding="utf-8").splitlines()[-1])
    assert last == {
        "kind": "Table",
        "service": "acme",
        "database": "hr",
        "schema": "people",
        "name": "staff",
        "columns": [],
    }


def test_a_run_that_is_stopped_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    class Stopped(Source):
        def generate(self) -> Iterator[Table]:
            yield table("orders")
            raise KeyboardInterrupt

    path = tmp_path / "acme.jsonl"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        Workflow(Stopped, JsonLinesSink.using(path=path), service="acme").run()
    assert [each.name for each in tmp_path.iterdir()] == ["acme.jsonl"]
    assert path.read_text() == "before"


def test_lines_that_are_no_entities_are_told_and_the_others_read(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(
        '{"kind": "Database", "name": "sales", "service": "crm"}\n\n[1]\n{"kind": "Tabel"}\n'
        '{"kind": "Database", "name": ""}\n{"kind": "Dat'
    )
    sink = Kept()
    report = Workflow(JsonLinesSource.using(path=path), sink, service="crm").run()
    assert sink.names == ["crm", "crm.sales"]
    assert [each.name for each in report.failures] == [
        f"broken.jsonl, line {number}" for number in (3, 4, 5, 6)
    ]


@pytest.mark.parametrize("step", ["source", "sink"])
def test_a_place_that_is_not_there_is_told_before_anything_is_read(
    step: str, tmp_path: Path
) -> None:
    path = tmp_path / "missing" / "acme.jsonl"
    flow = {
        "source": Workflow(JsonLinesSource.using(path=path), Kept()),
        "sink": Workflow(AcmeSource, JsonLinesSink.using(path=path)),
    }[step]
    report = flow.run()
    assert report.state == "failed"
    assert str(path) in str(report)


def test_a_stage_gives_what_it_was_given() -> None:
    sink = Kept()
    Workflow(Everything, sink, stage=JsonLinesStage).run()
    assert [item for item in sink.items if item in ALL] == ALL


class View(Table):
    """An author's own kind of table."""


def test_an_authors_own_class_is_read_as_the_catalogs(tmp_path: Path) -> None:
    class Views(Source):
        def generate(self) -> Iterator[Table]:
            yield View(name="v", database="d", schema="s", columns=[])

    path, sink = tmp_path / "views.jsonl", Kept()
    Workflow(Views, JsonLinesSink.using(path=path), service="crm").run()
    Workflow(JsonLinesSource.using(path=path), sink).run()
    assert [type(item) for item in sink.items][-1] is Table
    assert sink.names == ["crm", "crm.d", "crm.d.s", "crm.d.s.v"]
