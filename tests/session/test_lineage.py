"""The lineage of a sync: which columns of which tables fill which fields at the app."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pandas import DataFrame

from devsession import expression
from devsession.session.lineage import columns_used, origins
from tests.session.conftest import load_contacts

if TYPE_CHECKING:
    from devsession import DevelopmentSession


QUERY = """
with named as (select ID, EMAIL, FIRST_NAME || ' ' || l.NAME as FULL_NAME
               from LINEAGE_PEOPLE p join PUBLIC.LINEAGE_NAMES l on p.ID = l.PERSON)
select ID, EMAIL, FULL_NAME as "Whole name" from named
"""


def test_from_columns_and_expressions_to_the_objects_fields(session: DevelopmentSession) -> None:
    source = load_contacts(session, "lineage")
    sync = session.sync("lineage", source=source, identifier="ID")
    sync.fill(
        object="contact",
        mapping={
            "email": "EMAIL",
            "first_name": expression("lower(first_name) || ID"),
            "last_name": expression("'none'"),
        },
    )
    before = session.lineage("lineage")
    session.run("lineage")
    after = session.lineage("lineage")

    assert before.iloc[:, :6].to_numpy().tolist() == [
        ["LINEAGE", "EMAIL", "contact", "email", "column", None],
        ["LINEAGE", "ID", "contact", "first_name", "expression", "lower(first_name) || ID"],
        ["LINEAGE", "FIRST_NAME", "contact", "first_name", "expression", "lower(first_name) || ID"],
        [None, None, "contact", "last_name", "expression", "'none'"],
    ]
    assert before[["LAST_RUN", "SUCCEEDED"]].iloc[0].tolist() == [None, 0]
    assert after["SUCCEEDED"].tolist() == [3, 3, 3, 3]
    assert after["LAST_RUN"].notna().all()


def test_behind_a_query_are_the_tables_that_it_reads(session: DevelopmentSession) -> None:
    load_contacts(session, "LINEAGE_PEOPLE")
    session.load_table("LINEAGE_NAMES", DataFrame({"PERSON": [1], "NAME": ["Lovelace"]}))
    sync = session.sync("of a query", source=QUERY, identifier="ID")
    sync.fill(object="contact", mapping={"email": "EMAIL", "first_name": "Whole name"})

    assert session.lineage("of a query").iloc[:, :5].to_numpy().tolist() == [
        ["LINEAGE_PEOPLE", "EMAIL", "contact", "email", "column"],
        ["LINEAGE_NAMES", "NAME", "contact", "first_name", "column"],
        ["LINEAGE_PEOPLE", "FIRST_NAME", "contact", "first_name", "column"],
    ]


def test_for_a_catalog_it_is_edges_with_names_at_both_ends(session: DevelopmentSession) -> None:
    load_contacts(session, "LINEAGE_PEOPLE")
    session.load_table("LINEAGE_NAMES", DataFrame({"PERSON": [1], "NAME": ["Lovelace"]}))
    sync = session.sync("for a catalog", source=QUERY, identifier="ID")
    sync.fill(
        object="contact",
        mapping={"email": "EMAIL", "first_name": expression("\"Whole name\" || '!'")},
    )

    lineage = sync.catalog_lineage("wh", app="acme.test")

    assert lineage.to_frame().to_numpy().tolist() == [
        [f"wh.LOCAL.PUBLIC.{table}", column, '"acme.test".contact', field, "PipelineLineage"]
        for table, column, field in [
            ("LINEAGE_PEOPLE", "EMAIL", "email"),
            ("LINEAGE_PEOPLE", "FIRST_NAME", "first_name"),
            ("LINEAGE_NAMES", "NAME", "first_name"),
        ]
    ]
    [first, _] = lineage
    assert (first.from_entity.type, first.to_entity.type) == ("table", "container")
    assert first.lineage_details.description == "sync for a catalog"
    assert sync.catalog_lineage("wh").edges[0].to_entity.fqn.endswith(".contact")


def test_what_cannot_be_followed_has_no_table(session: DevelopmentSession) -> None:
    sync = session.sync("lineage", source=load_contacts(session, "lineage"), identifier="ID")

    for query in ("select * from NOWHERE_TO_BE_FOUND", "select from (", "drop table X"):
        assert origins(session, replace(sync.record, source=query)) == {}


def test_of_an_expression_that_is_none_no_column_is_told() -> None:
    assert columns_used("((", ["A"]) == []
    assert columns_used('a + "b" + "B"', ["A", "B", "b"]) == ["A", "B", "b"]
