"""Each rule about entities and lineage: what breaks it, and what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import EntityError
from devsession.openmetadata import (
    Classification,
    Column,
    Database,
    DatabaseSchema,
    DatabaseService,
    Owner,
    Source,
    Table,
    TableConstraint,
    Tag,
    TestCase,
    TestResult,
    tag,
)
from devsession.openmetadata.review.results_frame import results_frame
from devsession.openmetadata.review.rules import RULES, check_items
from devsession.openmetadata.workflow.collecting import collect
from devsession.secrets.redact import Redactor
from tests.openmetadata.shop import (
    DATABASE,
    ORDERS,
    PEOPLE,
    SCHEMA,
    SERVICE,
    SHOP,
    Catalog,
    edge,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

    from devsession.openmetadata.steps.steps import Item

STRING, KEY = "STRING", "s3cret-key-0001"


def text(name: str, **more: object) -> Column:
    return Column(name=name, data_type=STRING, **more)  # type: ignore[arg-type]


def a_test(of: str, column: str) -> TestCase:
    name = f"shop.sales.public.{of}"
    return TestCase(name="is_unique", table=name, column=column, test_definition="unique")


def ended(test: str, at: int = 1_770_000_000_000) -> TestResult:
    return TestResult(test_case=test, timestamp=at, test_case_status="Success")


BREAKING: dict[str, list[Item]] = {
    "M01": [*SHOP, table('the "best"')],
    "M02": [*SHOP, table(" staff")],
    "M03": [
        DatabaseService.model_construct(name="s" * 3_000),
        Database(name="d" * 256, service="s" * 3_000),
    ],
    "M04": [*SHOP, ORDERS.model_copy(update={"description": "of last year"})],
    "M05": [*SHOP, ORDERS],
    "M06": [*SHOP, table("staff", schema="hr")],
    "M07": [*SHOP, edge("people", "staff")],
    "M08": [*SHOP, edge("people", "orders", ("AGE", "PERSON"))],
    "M09": [*SHOP, table("staff", text("workPhone"))],
    "M10": [*SHOP, table("staff", description=f"read with {KEY}")],
    "M11": [*SHOP, table("staff", text("ID"))],
    "M12": [*SHOP, table("staff", text("city", children=[text("zip")]))],
    "M13": [
        *SHOP,
        Table(name="staff", service="shop", database="sales", schema="public", columns=[]),
    ],
    "M14": [
        *SHOP,
        table(
            "staff",
            table_constraints=[TableConstraint(constraint_type="UNIQUE", columns=["NAME"])],
        ),
    ],
    "M15": [SERVICE, DATABASE, PEOPLE, SCHEMA],
    "M16": [*SHOP, table("staff", text("city", tags=[tag("Place.City")]))],
    "M17": [*SHOP, table("staff", owners=[Owner(name="nobody")])],
    "M20": [*SHOP, a_test("people", "AGE")],
    "M21": [*SHOP, ended("shop.sales.public.people.ID.is_unique")],
    "M22": [*SHOP, (unique := a_test("people", "ID")), ended(unique.fqn, at=1_770_000_000)],
}
CATALOG = Catalog(Classification(name="PII"), Tag(name="Sensitive", classification="PII"))


def test_a_whole_system_breaks_no_rule() -> None:
    report = check_items(SHOP, known=CATALOG, find_secret=Redactor({"KEY": KEY}).find)

    assert report
    assert not report.findings
    assert str(report) == "metadata: valid, 6 entities checked, all rules passed"


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_what_breaks_a_rule_is_found_by_that_rule_alone(rule: str) -> None:
    report = check_items(BREAKING[rule], known=CATALOG, find_secret=Redactor({"KEY": KEY}).find)

    assert {found.rule for found in report.findings} == {rule}


def test_a_child_before_its_parent_is_told_as_that_though_the_workflow_supplied_the_parent() -> (
    None
):
    class Backwards(Source):
        def generate(self) -> Iterator[Item]:
            yield from reversed(SHOP)

    came = collect(Backwards, None, service="shop")

    assert {found.rule for found in check_items(came.items).findings} == {"M15"}


def test_a_report_reads_well(snapshot: SnapshotAssertion) -> None:
    broken = [item for items in BREAKING.values() for item in items if item not in SHOP]

    report = check_items([*SHOP, *broken], known=CATALOG, find_secret=Redactor({"KEY": KEY}).find)

    assert str(report) == snapshot
    assert KEY not in str(report)
    with pytest.raises(EntityError):
        report.raise_if_failed()


def test_what_the_catalog_has_need_not_be_in_the_run() -> None:
    later: list[Item] = [table("staff"), edge("orders", "staff", ("PERSON", "ID"))]

    alone = check_items(later)
    with_catalog = check_items(later, known=Catalog(SERVICE, DATABASE, SCHEMA, ORDERS))

    assert {found.rule for found in alone.errors} == {"M06", "M07"}
    assert with_catalog


def test_nested_columns_are_columns_and_names_with_dots_are_quoted() -> None:
    nested = Column(name="address", data_type="STRUCT", children=[text("post.code")])
    dotted = edge("places", "orders", ('address."post.code"', "PERSON"))

    assert check_items([*SHOP, table("places", nested), dotted])


def test_without_entities_nothing_is_broken() -> None:
    assert str(check_items([])) == "metadata: valid, 0 entities checked, all rules passed"


def test_a_schema_of_another_service_is_dangling() -> None:
    other = DatabaseSchema(name="public", database="sales", service="store")

    report = check_items([*SHOP, other])

    assert [found.rule for found in report.errors] == ["M06"]
    assert "(there is no database store.sales)" in str(report)


def test_a_test_of_a_table_that_is_nowhere_is_told_and_what_is_there_breaks_nothing() -> None:
    nested = table("staff", Column(name="home", data_type="STRUCT", children=[text("city")]))
    tests = [a_test("people", "ID"), a_test("staff", "home.city")]
    whole = [*SHOP, nested, *tests, *(ended(each.fqn) for each in tests)]

    assert check_items(whole, known=CATALOG).findings == ()
    assert [found.rule for found in check_items([*whole, a_test("nowhere", "ID")]).errors] == [
        "M20"
    ]


def test_results_are_a_frame(snapshot: SnapshotAssertion) -> None:
    test, other = a_test("people", "ID"), a_test("people", "NAME")
    items = [test, other, ended(test.fqn), ended("shop.sales.public.x.old")]

    assert results_frame(items).to_dict("records") == snapshot
