"""What hangs under what, declared: the order, the hooks, what fails, several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import DefinitionError
from devsession.openmetadata import (
    Level,
    Patterns,
    SourceConfig,
    Table,
    TopologySource,
    Workflow,
)
from tests.openmetadata.acme import AcmeConfig, AcmeSource, Kept, Slow, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

    from devsession.openmetadata import Database, DatabaseSchema

ALL = [
    "acme",
    "acme.sales",
    "acme.sales.public",
    "acme.sales.public.orders",
    "acme.sales.public.tmp_orders",
    "acme.sales.staging",
    "acme.sales.staging.raw",
    "acme.hr",
    "acme.hr.people",
    "acme.hr.people.staff",
]


@pytest.mark.parametrize("concurrency", [1, 2, 8])
def test_parents_come_before_what_hangs_under_them_however_many_are_read_at_once(
    concurrency: int,
) -> None:
    sink = Kept()
    assert Workflow(Slow.using(concurrency=concurrency), sink, service="acme").run()
    assert sink.names == ALL


def test_nothing_is_asked_under_what_is_left_out() -> None:
    source, sink = AcmeSource(), Kept()
    source.ctx.config = AcmeConfig(
        databases=Patterns(excludes=["HR"]), tables=Patterns(excludes=["tmp_"])
    )
    report = Workflow(source, sink, service="acme").run()

    assert source.asked == ["public", "staging"]
    assert sink.names == [name for name in ALL if "hr" not in name and "tmp" not in name]
    assert report.steps[0].filtered == {"databases: excludes HR": 1, "tables: excludes tmp_": 1}


class Hooked(AcmeSource):
    def before_databases(self) -> None:
        self.asked.append("before databases")

    def before_tables(self, database: Database, schema: DatabaseSchema) -> None:
        self.asked.append(f"before {schema.name}")

    def after_schemas(self, database: Database) -> None:
        self.asked.append(f"after {database.name}")


@pytest.mark.parametrize("concurrency", [1, 4])
def test_hooks_stand_before_and_after_their_level(concurrency: int) -> None:
    source = Hooked()
    source.ctx.config = AcmeConfig(concurrency=concurrency, schemas=Patterns(excludes=["staging"]))
    Workflow(source, Kept(), service="acme").run()
    assert source.asked == [
        "before databases",
        *("before public", "public", "after sales"),
        *("before people", "people", "after hr"),
    ]


class Refusing(AcmeSource):
    def tables(self, database: Database, schema: DatabaseSchema) -> Iterator[Table]:
        if schema.name == "public":
            raise PermissionError("not for you")
        return super().tables(database, schema)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_level_that_fails_is_told_and_the_others_go_on(concurrency: int) -> None:
    sink = Kept()
    report = Workflow(Refusing.using(concurrency=concurrency), sink, service="acme").run()

    assert sink.names == [name for name in ALL if "orders" not in name]
    (failure,) = report.failures
    assert failure.name == "tables of acme.sales.public"
    assert "PermissionError: not for you (test_topology.py:" in failure.error


def test_a_source_that_exits_in_a_thread_ends_the_run_as_it_does_in_none() -> None:
    class Exiting(AcmeSource):
        def tables(self, database: Database, schema: DatabaseSchema) -> Iterator[Table]:
            raise SystemExit(3)

    with pytest.raises(SystemExit):
        Workflow(Exiting.using(concurrency=4), Kept(), service="acme").run()


class Projects(TopologySource):
    class Config(SourceConfig):
        pass

    topology = Level("projects", Level("tables"))

    def projects(self) -> list[str]:
        return ["shop", "shop_test"]

    def tables(self, project: str) -> Iterator[Table]:
        yield table("orders", database=project)


def test_a_level_may_be_none_of_the_catalogs() -> None:
    sink = Kept()
    Workflow(Projects.using(projects={"excludes": [".*_test"]}), sink, service="acme").run()
    assert sink.names[-1] == "acme.shop.public.orders"
    assert "acme.shop_test" not in sink.names


@pytest.mark.parametrize(
    "body",
    [
        {"topology": Level("databases", Level("tables")), "databases": list, "table": list},
        {"topology": Level("tables"), "tables": list, "after_table": list},
    ],
    ids=["a level without a method", "a hook of no level"],
)
def test_what_cannot_be_is_told_when_the_class_is_made(
    body: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(DefinitionError) as raised:
        type("Acme", (TopologySource,), body)
    assert str(raised.value) == snapshot
