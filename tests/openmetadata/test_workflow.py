"""A workflow's run: what it gives its steps, what it does when one fails, what it reports."""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import CatalogError
from devsession.openmetadata import (
    Database,
    DatabaseSchema,
    DatabaseService,
    Either,
    OMError,
    Processor,
    Sink,
    Source,
    Stage,
    Table,
    Workflow,
    WorkflowContext,
)
from devsession.openmetadata.workflow.collecting import collect
from tests.openmetadata.acme import AcmeConfig, AcmeSource, Kept, table
from tests.openmetadata.guide_skeleton import Client, MySystemSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

    from devsession.openmetadata.steps.steps import Item


def test_the_guides_skeleton_runs_with_only_its_imports_changed() -> None:
    sink = Kept()
    report = Workflow(MySystemSource, sink, service="crm").run()

    assert report
    assert sink.names[-2:] == ["crm.sales.public.orders", "crm.sales.public.customers"]
    assert sink.closed
    assert Client.closed


def test_the_guides_skeleton_may_yield_eithers() -> None:
    class Wrapped(MySystemSource):
        def generate(self) -> Iterator[Any]:
            for each in self.yield_tables():
                yield Either[Table, OMError](right=each)
            yield Either[Table, OMError](left=OMError("secrets", "no permission"))

    sink = Kept()
    report = Workflow(Wrapped, sink, service="crm").run()
    assert sink.names[-1] == "crm.sales.public.customers"
    assert [str(each) for each in report.failures] == ["secrets: no permission"]
    assert not report


def test_what_entities_hang_under_is_supplied_once_where_the_source_does_not_yield_it() -> None:
    class Tables(Source):
        def generate(self) -> Iterator[Table]:
            yield table("orders")
            yield table("items")
            yield table("raw", schema="staging")

    sink = Kept()
    report = Workflow(Tables, sink, service="acme").run()
    assert report.supplied == ["acme", "acme.sales", "acme.sales.public", "acme.sales.staging"]
    assert sink.names.count("acme.sales.public") == 1


def test_what_the_catalog_has_is_not_supplied_again() -> None:
    class Catalog:
        def get_by_name(self, kind: type, fqn: str) -> object:
            return None if fqn == "acme.sales.public" else fqn

    class Tables(Source):
        def generate(self) -> Iterator[Table]:
            yield table("orders")

    sink = Kept()
    Workflow(Tables, sink, service="acme", metadata=Catalog()).run()
    assert sink.names == ["acme.sales.public", "acme.sales.public.orders"]


def test_an_entity_keeps_the_service_that_it_names() -> None:
    class Elsewhere(Source):
        def generate(self) -> Iterator[Item]:
            yield DatabaseService(name="other")
            yield Database(name="sales", service="other")
            yield DatabaseSchema(name="public", database="sales", service="other")

    sink = Kept()
    Workflow(Elsewhere, sink, service="acme").run()
    assert sink.names == ["other", "other.sales", "other.sales.public"]


class Recorder(Processor):
    calls: list[str]

    def __init__(self, name: str = "processor", failing: str = "") -> None:
        super().__init__()
        self.name, self.failing = name, failing

    def _call(self, what: str) -> None:
        Recorder.calls.append(f"{self.name} {what}")
        if what == self.failing:
            raise RuntimeError(f"{what} of {self.name}")

    def prepare(self) -> None:
        self._call("prepare")

    def test_connection(self) -> None:
        self._call("test")

    def process(self, item: Item) -> Item:
        return item

    def close(self) -> None:
        self._call("close")


@pytest.mark.parametrize("failing", ["prepare", "test", "close"])
def test_every_step_is_closed_whatever_fails(failing: str) -> None:
    Recorder.calls = []
    first, second = Recorder("first", failing), Recorder("second")
    sink = Kept()
    report = Workflow(AcmeSource, sink, [first, second], service="acme").run()

    assert not report
    assert [call for call in Recorder.calls if call.endswith("close")] == [
        "second close",
        "first close",
    ]
    assert sink.closed
    assert len(report.failures) == 1
    assert report.failures[0].error.startswith(
        {"prepare": "prepare()", "test": "test_connection()", "close": "close()"}[failing]
    )


def test_ctrl_c_closes_all_and_says_how_far_it_came() -> None:
    class Stopped(AcmeSource):
        def schemas(self, database: Database) -> Iterator[DatabaseSchema]:
            raise KeyboardInterrupt

    sink = Kept()
    with pytest.raises(KeyboardInterrupt) as raised:
        Workflow(Stopped, sink, service="acme").run()
    assert sink.closed
    assert raised.value.report.state == "stopped"  # type: ignore[attr-defined]
    assert not raised.value.report  # type: ignore[attr-defined]


class Faulty(Source):
    def generate(self) -> Iterator[Any]:
        yield table("orders")
        yield "a text"
        yield Either(left=OMError("secrets", "no permission"))
        yield table("items")
        raise ConnectionError("gone, with key sesame-open-1")


class Picky(Processor):
    def process(self, item: Item) -> Item | None:
        if getattr(item, "name", "") == "items":
            raise ValueError("no items")
        return item


class Half(Sink):
    def write(self, item: Item) -> list[OMError] | None:
        return [OMError(item.fqn, "409")] if isinstance(item, Database) else None  # type: ignore[list-item]


def test_every_loss_is_counted_told_and_logged_without_secrets(
    snapshot: SnapshotAssertion, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        report = Workflow(
            Faulty, Half, [Picky], service="acme", secrets={"api_key": "sesame-open-1"}
        ).run()

    report.seconds = 0.0
    assert re.sub(r"\.py:\d+", ".py:1", str(report)) == snapshot
    assert {record.__dict__["entity"] for record in caplog.records} >= {"secrets", "acme.sales"}
    assert {record.__dict__["step"] for record in caplog.records} == {"Faulty", "Picky", "Half"}
    assert "sesame" not in caplog.text + str(report.to_dict()) + report._repr_html_()
    assert report.state == "partialSuccess"
    assert report.to_frame().set_index("name")["errors"].to_dict() == {
        "Faulty": 3,
        "Picky": 1,
        "Half": 1,
    }
    with pytest.raises(CatalogError, match="done in part"):
        report.raise_if_failed()


def test_a_secret_of_a_configuration_stands_in_no_error() -> None:
    class Leaking(AcmeSource):
        def databases(self) -> Iterator[Database]:
            raise PermissionError(f"refused: {self.config.api_key.get_secret_value()}")

    report = Workflow(Leaking.using(api_key="sesame-open-1"), Kept()).run()
    assert "refused: REDACTED-api-key" in report.failures[0].error


@pytest.mark.parametrize(
    ("yielded", "said"),
    [
        (None, "None is no entity"),
        ({}, "dict is no entity"),
        (Either(right="orders"), "str is no entity"),
        (Either(left="no permission"), "no permission"),
    ],
)
def test_what_is_no_entity_is_named_by_its_kind(yielded: object, said: str) -> None:
    class Nothing(Source):
        def generate(self) -> Iterator[Any]:
            yield yielded

    assert f"error: Nothing: {said}" in str(Workflow(Nothing, Kept(), service="acme").run())


def test_where_nothing_came_to_the_sink_nothing_is_stored() -> None:
    class Refused(AcmeSource):
        def test_connection(self) -> None:
            raise PermissionError("wrong key")

    report = Workflow(Refused, Kept(), service="acme").run()
    assert "0 records read, nothing stored, 1 error" in report.headline


class InMemory(Stage):
    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Item] = []

    def write(self, item: Item) -> None:
        self.kept.append(item)

    def items(self) -> Iterator[Item]:
        return iter(self.kept)


@pytest.mark.parametrize(("source", "stored"), [(AcmeSource, 10), (Faulty, 0)])
def test_with_a_stage_nothing_is_stored_before_the_source_has_ended_well(
    source: type[Source], stored: int
) -> None:
    sink = Kept()
    Workflow(source, sink, stage=InMemory(), service="acme").run()
    assert len(sink.items) == stored


def test_a_source_gets_its_configuration_service_and_catalog() -> None:
    seen: list[WorkflowContext] = []

    class Looking(AcmeSource):
        def generate(self) -> Iterator[Any]:
            seen.append(self.ctx)
            return iter(())

    catalog = object()
    report = Workflow(Looking.using(host="h"), Kept(), service="acme", metadata=catalog).run()
    (ctx,) = seen
    assert (ctx.service, ctx.metadata, ctx.since) == ("acme", catalog, None)
    assert isinstance(ctx.config, AcmeConfig)
    assert report
    assert "0 records read, 0 stored" in str(report)


def test_a_step_of_the_wrong_kind_is_told() -> None:
    report = Workflow(AcmeSource, AcmeSource, service="acme").run()  # no sink
    assert "AcmeSource is no Sink" in str(report)


def test_when_the_catalog_is_gone_no_more_is_read() -> None:
    class Gone(Sink):
        def write(self, item: Item) -> None:
            raise CatalogError("The catalog is gone")

    report = Workflow(AcmeSource, Gone, service="acme").run()
    assert report.state == "failed"
    (failure,) = report.failures
    assert failure.error.startswith("nothing more was stored: The catalog is gone")
    assert report.steps[0].records == 1


def test_deletes_only_after_a_run_that_lost_nothing() -> None:
    class Deleting(Kept):
        deleted = False

        def delete_unseen(self, kinds: object = None) -> None:
            self.deleted = True

    good, bad = Deleting(), Deleting()
    Workflow(AcmeSource, good, service="acme").run(delete_unseen=True)
    Workflow(Faulty, bad, service="acme").run(delete_unseen=True)
    assert (good.deleted, bad.deleted) == (True, False)


def test_a_sink_that_deletes_nothing_is_told_before_anything_is_read() -> None:
    sink = Kept()
    report = Workflow(AcmeSource, sink, service="acme").run(delete_unseen=True)
    assert "Kept deletes nothing" in str(report)
    assert sink.items == []


def test_a_generate_without_a_yield_names_the_authors_class() -> None:
    class Silent(Source):
        def generate(self) -> None:  # type: ignore[override]
            table("orders")

    for report in (
        Workflow(Silent, Kept(), service="acme").run(),
        collect(Silent, None, service="acme").report,
    ):
        (failure,) = report.failures
        assert "Silent.generate() has no yield" in failure.error
        assert "test_workflow.py:" in failure.error


class Told(Kept):
    """A sink that is told how the run ended."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def conclude(self, state: str) -> None:
        assert not self.closed
        self.told.append(state)


class Unprepared(AcmeSource):
    def prepare(self) -> None:
        raise PermissionError


class Interrupted(AcmeSource):
    def databases(self) -> Iterator[Database]:
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("source", "state"),
    [
        (AcmeSource, "success"),
        (Faulty, "partialSuccess"),
        (Unprepared, "failed"),
        (Interrupted, "failed"),
    ],
)
def test_the_sink_is_told_how_the_run_ended_before_it_is_closed(
    source: type[Source], state: str
) -> None:
    sink = Told()
    with suppress(KeyboardInterrupt):
        Workflow(source, sink, service="acme").run()
    assert sink.told == [state]
