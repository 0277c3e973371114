"""Which entities are taken: an exclude wins; the start of the name, case ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import DefinitionError, WorkflowError
from devsession.openmetadata import (
    DatabaseSourceConfig,
    Patterns,
    Source,
    TagLabel,
    Workflow,
    WorkflowContext,
)
from devsession.plugin.model_form import fields_of
from tests.openmetadata.acme import AcmeConfig, AcmeSource, Kept, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

    from devsession.openmetadata.model.base import Model
    from devsession.openmetadata.model.entities import Table


@pytest.mark.parametrize(
    ("includes", "excludes", "name", "taken", "rule"),
    [
        ([], [], "orders", True, "no exclude matches"),
        (["ord"], [], "ORDERS", True, "includes ord"),
        (["ders"], [], "orders", False, "no include matches"),
        (["ord"], ["orders$"], "orders", False, "excludes orders$"),
        (["ord"], ["ers"], "orders", True, "includes ord"),
        (["straße"], [], "STRASSE", False, "no include matches"),
        (["ñ"], [], "Ñandú", True, "includes ñ"),
    ],
)
def test_an_exclude_wins_at_the_start_of_the_name_case_ignored(
    includes: list[str], excludes: list[str], name: str, taken: bool, rule: str
) -> None:
    decided = Patterns(includes=includes, excludes=excludes).decide(name)
    assert (decided.taken, decided.rule) == (taken, rule)


def test_a_preview_says_which_rule_decided(snapshot: SnapshotAssertion) -> None:
    preview = Patterns(includes=["dim_", "fact_"], excludes=[".*_tmp$"]).preview(
        ["dim_customer", "fact_sales_tmp", "staging"]
    )
    assert str(preview) == snapshot
    assert preview.taken == ["dim_customer"]
    assert preview.to_frame()["rule"].tolist() == [row["rule"] for row in preview.to_dict()]
    assert "fact_sales_tmp" in preview._repr_html_()
    assert str(Patterns().preview([])) == "0 names, 0 taken"


@pytest.mark.parametrize(
    ("config", "item", "rule"),
    [
        ({"schemas": {"excludes": ["pub"]}}, table("orders"), "schemas: excludes pub"),
        ({"databases": {"includes": ["hr"]}}, table("orders"), "databases: no include matches"),
        (
            {"tables": {"excludes": [r"acme\.sales\.public"]}, "match_full_names": True},
            table("orders").model_copy(update={"service": "acme"}),
            r"tables: excludes acme\.sales\.public",
        ),
        ({"tags": {"excludes": ["PII"]}}, table("orders"), ""),
        (
            {"tags": {"excludes": ["PII"]}},
            table("staff").model_copy(update={"tags": [TagLabel(tag_fqn="PII.Sensitive")]}),
            "tags: excludes PII",
        ),
        ({"tags": {"includes": ["Tier"]}}, table("orders"), "tags: no include matches"),
    ],
)
def test_an_entity_goes_by_its_levels_and_its_tags(
    config: dict[str, object], item: Model, rule: str
) -> None:
    assert DatabaseSourceConfig.model_validate(config).decider()(item) == rule


def test_a_configuration_is_a_form_and_a_schema() -> None:
    fields = {field.name: field for field in fields_of(AcmeConfig)}
    assert list(fields)[:4] == [
        "tags__includes",
        "tags__excludes",
        "projects__includes",
        "projects__excludes",
    ]
    assert {"tables__excludes", "page_size", "concurrency", "host", "api_key"} <= fields.keys()
    assert fields["api_key"].secret  # type: ignore[attr-defined]
    assert AcmeConfig.model_json_schema()["properties"]["api_key"]["format"] == "password"


def test_a_configuration_that_cannot_be_is_told_key_by_key(snapshot: SnapshotAssertion) -> None:
    with pytest.raises(WorkflowError) as raised:
        AcmeSource.using(hots="x", page_size=0, tables={"includes": ["("], "exclude": []})
    assert str(raised.value) == snapshot


class Asking(Source):
    """Asks before it reads a table."""

    Config = DatabaseSourceConfig

    def generate(self) -> Iterator[Table]:
        for name in ("orders", "items"):
            if self.takes("tables", "sales", "public", name):
                yield table(name)


@pytest.mark.parametrize("source", [Asking, AcmeSource])
def test_an_include_that_no_name_matches_is_a_warning(source: type[Source]) -> None:
    looked = {Asking: 2, AcmeSource: 4}[source]  # type: ignore[index]
    report = Workflow(source.using(tables={"includes": ["ordrs"]}), Kept(), service="a").run()

    said = f"tables: no name matches the includes ordrs; {looked} names looked at"
    assert report
    assert report.steps[0].warned == report.to_dict()["steps"][0]["warned"] == [said]
    assert report.steps[0].filtered == {"tables: no include matches": looked}
    assert said in str(report)
    assert said in report._repr_html_()


@pytest.mark.parametrize("source", [Asking, AcmeSource])
def test_an_include_that_a_name_matches_is_none(source: type[Source]) -> None:
    report = Workflow(source.using(tables={"includes": ["ord"]}), Kept(), service="a").run()
    assert report.steps[0].warned == []


@pytest.mark.parametrize(
    ("pattern", "path", "taken"),
    [
        (r"a\.sales", ("sales", "public", "orders"), True),
        ("orders", ("sales", "public", "orders"), False),
        ("orders", ("orders",), True),  # not decided before its whole name is known
    ],
)
def test_full_names_are_asked_by_their_path(
    pattern: str, path: tuple[str, ...], taken: bool
) -> None:
    config = DatabaseSourceConfig(tables=Patterns(includes=[pattern]), match_full_names=True)
    assert Asking(WorkflowContext("a", config)).takes("tables", *path) is taken


def test_patterns_that_a_source_does_not_have_cannot_be_asked() -> None:
    with pytest.raises(DefinitionError, match="has no patterns 'table'"):
        Asking(WorkflowContext("a", DatabaseSourceConfig())).takes("table", "orders")
