"""Lineage as an object: by hand, of jobs, put together, followed, shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from devsession.openmetadata import Job, Lineage, edge
from devsession.openmetadata.lineage.graph import Finding

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


@pytest.fixture
def lineage() -> Lineage:
    """raw > clean > report, and a table of countries that the report reads as well."""
    return Lineage(
        [
            edge("wh.db.s.RAW", "wh.db.s.CLEAN", {"MAIL": ["EMAIL"], "NAME": ["FIRST", "LAST"]}),
            edge("wh.db.s.CLEAN", 'wh.db.s."re.port"', {"WHO": ["NAME", "MAIL"]}),
            edge("wh.db.s.COUNTRIES", 'wh.db.s."re.port"'),
        ]
    )


def pairs(lineage: Lineage) -> list[tuple[str, str]]:
    return [(each.from_entity.fqn[8:], each.to_entity.fqn[8:]) for each in lineage]


def test_an_edge_is_what_the_catalog_takes(lineage: Lineage, snapshot: SnapshotAssertion) -> None:
    assert lineage.to_dict() == snapshot


def test_upstream_and_downstream_go_all_the_way(lineage: Lineage) -> None:
    assert pairs(lineage.upstream('wh.db.s."re.port"')) == [
        ("CLEAN", '"re.port"'),
        ("COUNTRIES", '"re.port"'),
        ("RAW", "CLEAN"),
    ]
    assert pairs(lineage.downstream("wh.db.s.RAW")) == [("RAW", "CLEAN"), ("CLEAN", '"re.port"')]
    assert pairs(lineage.upstream("wh.db.s.RAW")) == []


def test_a_circle_ends() -> None:
    circle = Lineage([edge("a", "b"), edge("b", "c"), edge("c", "a")])

    assert len(circle.upstream("a")) == len(circle.downstream("b")) == 3


def test_the_same_edge_found_twice_is_one_with_all_columns() -> None:
    finding = Finding("why", "create ..")
    one = Lineage([edge("a", "b", {"X": ["P"], "Y": ["Q"]}, how="ViewLineage")], [finding])
    other = Lineage([edge("a", "b", {"X": ["P", "R"]}), edge("a", "c")], [finding])

    both = one + other

    assert both.to_frame().to_numpy().tolist() == [
        ["a", "P", "b", "X", "ViewLineage"],
        ["a", "R", "b", "X", "ViewLineage"],
        ["a", "Q", "b", "Y", "ViewLineage"],
        ["a", None, "c", None, "Manual"],
    ]
    assert both.findings == [finding]
    assert len(one) == 1


def test_what_goes_through_other_tables_is_one_edge_with_its_columns() -> None:
    steps = Lineage(
        [
            edge("raw", "temp1", {"A": ["P"], "B": ["Q"]}),
            edge("temp1", "temp2", {"A": ["A", "B"], "C": ["B"]}),
            edge("temp2", "temp1", {"A": ["A"]}),  # and back
            edge("temp2", "final", {"X": ["A"], "Y": ["C"]}),
            edge("rules", "temp2"),
            edge("raw", "final", {"Z": ["R"]}),
            edge("temp1", "left out"),
        ]
    )

    assert steps.within({"raw", "rules", "final"}).to_frame().iloc[:, :4].to_numpy().tolist() == [
        ["raw", "P", "final", "X"],
        ["raw", "Q", "final", "X"],
        ["raw", "Q", "final", "Y"],
        ["raw", "R", "final", "Z"],
        ["rules", None, "final", None],
    ]
    assert len(steps.within(set())) == 0


def test_a_long_way_and_many_ways_through_others_end() -> None:
    doubled = [
        edge(f"t{step}", f"t{step + 1}", {"A": ["A", "B"], "B": ["B"]}) for step in range(300)
    ]

    [whole] = Lineage(doubled).within({"t0", "t300"})

    assert whole.lineage_details.columns_lineage[0].from_columns == ["t0.A", "t0.B"]


def test_the_lines_of_the_manual_run() -> None:
    manual = Path(__file__).parents[2] / "docs" / "lineage.md"
    [lines, *_] = re.findall(r"```python\n(.*?)```", manual.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}

    exec(lines, names)

    assert names["lineage"].findings == []
    assert repr(names["lineage"]).startswith("2 edges between 3 entities, 4 columns followed\n")
    assert len(names["lineage"] + names["by_hand"] + names["of_jobs"]) == 4


def test_of_a_graph_of_jobs() -> None:
    lineage = Lineage.of_jobs(
        [
            Job("load", reads=["s.files"], writes=["s.RAW"]),
            Job("clean", reads=["s.RAW", "s.RULES"], writes=["s.CLEAN", "s.RULES"]),
            Job("watch", reads=["s.CLEAN"]),
        ]
    )

    assert [
        (each.from_entity.fqn, each.to_entity.fqn, each.lineage_details.description)
        for each in lineage
    ] == [
        ("s.files", "s.RAW", "load"),
        ("s.RAW", "s.CLEAN", "clean"),
        ("s.RAW", "s.RULES", "clean"),
        ("s.RULES", "s.CLEAN", "clean"),
    ]


def test_as_text_html_and_mermaid(lineage: Lineage, snapshot: SnapshotAssertion) -> None:
    found = lineage + Lineage([], [Finding("a star", "create table <X>"), Finding("no", "", "V")])

    assert repr(found) == snapshot(name="text")
    assert found._repr_html_() == snapshot(name="html")
    assert found.to_mermaid() == snapshot(name="mermaid")
    assert found.to_mermaid(columns=True) == snapshot(name="mermaid with columns")


def test_names_cannot_break_out_of_mermaid() -> None:
    graph = Lineage([edge("s.a#1<b>", "s.c]", {"]": ["-->;"]})]).to_mermaid(columns=True)

    assert '["s.a#35;1#lt;b#gt;"]' in graph
    assert graph._repr_mimebundle_()["text/vnd.mermaid"] == graph


def test_nothing_and_very_much(snapshot: SnapshotAssertion) -> None:
    assert repr(Lineage()) == "no lineage"
    assert Lineage().to_frame().empty
    assert Lineage().to_mermaid() == "flowchart LR"
    many = Lineage(edge("a", f"b{number}") for number in range(2_000))
    assert repr(many).splitlines()[-1] == ".. and 1,960 more, in .edges and .to_frame()"
