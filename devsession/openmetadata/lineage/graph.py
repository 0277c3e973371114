"""Lineage: which data goes where, from table to table and column to column, however it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from devsession.openmetadata.model import fqn
from devsession.openmetadata.model.facts import (
    ColumnLineage,
    LineageDetails,
    LineageEdge,
    Reference,
)
from devsession.render import (
    DOUBTFUL,
    GOOD,
    NEUTRAL,
    counted,
    html_line,
    html_report,
    html_table,
    text_table,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pandas import DataFrame

    from devsession.openmetadata.lineage.mermaid import Mermaid

_SHOWN = 40
How = Literal["Manual", "ViewLineage", "QueryLineage", "PipelineLineage", "ExternalTableLineage"]


class Finding(NamedTuple):
    """What could not be followed: why, how the statement begins, and the view that it defines."""

    cause: str
    statement: str
    view: str = ""


class Job(NamedTuple):
    """A job of a graph, and the tables that it reads and writes; all by fully qualified name."""

    name: str
    reads: Sequence[str] = ()
    writes: Sequence[str] = ()


class Lineage:
    """Edges, each from one entity to another, once; and what could not be followed.

    `edges` are what the catalog takes.
    """

    def __init__(self, edges: Iterable[LineageEdge] = (), findings: Iterable[Finding] = ()) -> None:
        self.edges = _merged(edges)
        self.findings = list(dict.fromkeys(findings))

    @classmethod
    def of_jobs(cls, jobs: Iterable[Job]) -> Lineage:
        """Everything that a job reads goes into everything that it writes."""
        return cls(
            edge(read, written, how="PipelineLineage", description=job.name)
            for job in jobs
            for read in job.reads
            for written in job.writes
            if read != written
        )

    def __add__(self, other: Lineage) -> Lineage:
        return Lineage([*self.edges, *other.edges], [*self.findings, *other.findings])

    def __iter__(self) -> Iterator[LineageEdge]:
        return iter(self.edges)

    def __len__(self) -> int:
        return len(self.edges)

    def upstream(self, name: str) -> Lineage:
        """What an entity is made from, near and far. name: its fully qualified name."""
        return self._reached(name, into=True)

    def downstream(self, name: str) -> Lineage:
        """What is made from an entity, near and far. name: its fully qualified name."""
        return self._reached(name, into=False)

    def within(self, names: Collection[str]) -> Lineage:
        """Between these entities only: what goes through others, such as temporary tables, is one
        edge, with its columns followed all the way. names: fully qualified."""
        from devsession.openmetadata.lineage.within import edges_within

        return Lineage(edges_within(self.edges, names), self.findings)

    def to_frame(self) -> DataFrame:
        """One row a pair of columns, and one without columns for an edge that has none.

        Columns: SOURCE, SOURCE_COLUMN, TARGET, TARGET_COLUMN, HOW.
        """
        from pandas import DataFrame

        rows = [(*row, edge.lineage_details.source) for edge in self for row in _pairs(edge)]
        columns = ["SOURCE", "SOURCE_COLUMN", "TARGET", "TARGET_COLUMN", "HOW"]
        return DataFrame(rows, columns=columns, dtype=object)

    def to_mermaid(self, *, columns: bool = False) -> Mermaid:
        """The graph as Mermaid's text, which JupyterLab draws. columns: with every column as a node."""
        from devsession.openmetadata.lineage.mermaid import graph

        return graph(self.edges, columns=columns)

    def __repr__(self) -> str:
        lines = [self._told()]
        if self.edges:
            lines.append(text_table(("FROM", "TO", "COLUMNS"), self._rows()))
        lines += [self._more(), *self._found()]
        return "\n".join(filter(None, lines))

    def _repr_html_(self) -> str:
        table = html_table(("from", "to", "columns"), self._rows()) if self.edges else ""
        lines = [html_line(each) for each in (self._more(), *self._found()) if each]
        colour = DOUBTFUL if self.findings else GOOD if self.edges else NEUTRAL
        return html_report(self._told(), table, *lines, edge=colour)

    def to_dict(self) -> dict[str, Any]:
        """Edges as on the wire, and findings."""
        return {
            "edges": [edge.to_wire() for edge in self.edges],
            "findings": [finding._asdict() for finding in self.findings],
        }

    def _reached(self, name: str, *, into: bool) -> Lineage:
        known: dict[str, list[LineageEdge]] = {}
        for each in self.edges:
            known.setdefault((each.to_entity if into else each.from_entity).fqn, []).append(each)
        waiting, seen, found = [name], {name}, []
        while waiting:
            for each in known.get(waiting.pop(), ()):
                found.append(each)
                next_one = (each.from_entity if into else each.to_entity).fqn
                if next_one not in seen:
                    seen.add(next_one)
                    waiting.append(next_one)
        return Lineage(found)

    def _told(self) -> str:
        entities = {each.fqn for edge in self for each in (edge.from_entity, edge.to_entity)}
        pairs = sum(
            len(each.from_columns) for edge in self for each in edge.lineage_details.columns_lineage
        )
        told = "no lineage"
        if self.edges:
            told = (
                f"{counted(len(self.edges), 'edge')} between {len(entities):,} entities, "
                f"{counted(pairs, 'column')} followed"
            )
        return f"{told}, {counted(len(self.findings), 'finding')}" if self.findings else told

    def _rows(self) -> list[tuple[str, str, int]]:
        return [
            (
                edge.from_entity.fqn,
                edge.to_entity.fqn,
                len(edge.lineage_details.columns_lineage),
            )
            for edge in self.edges[:_SHOWN]
        ]

    def _more(self) -> str:
        left = len(self.edges) - _SHOWN
        return f".. and {left:,} more, in .edges and .to_frame()" if left > 0 else ""

    def _found(self) -> list[str]:
        return [
            f"not followed: {each.cause} ({each.view or each.statement})" for each in self.findings
        ]


def edge(
    source: str,
    target: str,
    columns: Mapping[str, Sequence[str]] | None = None,
    *,
    sql: str | None = None,
    how: How = "Manual",
    description: str | None = None,
    types: tuple[str, str] = ("table", "table"),
) -> LineageEdge:
    """An edge by hand. columns: of the target, and for each the source's that it is made from.

    source, target: fully qualified names; types: what they are, as in `Table.entity_type`.
    """
    return LineageEdge(
        from_entity=Reference(type=types[0], fullyQualifiedName=source),
        to_entity=Reference(type=types[1], fullyQualifiedName=target),
        lineage_details=LineageDetails(
            sql_query=sql,
            source=how,
            description=description,
            columns_lineage=[
                ColumnLineage(
                    from_columns=[_column(source, each) for each in made_from],
                    to_column=_column(target, to),
                )
                for to, made_from in (columns or {}).items()
            ],
        ),
    )


def _column(table: str, column: str) -> str:
    return f"{table}{fqn.SEPARATOR}{fqn.quote(column)}"


def _pairs(edge: LineageEdge) -> Iterator[tuple[str, str | None, str, str | None]]:
    source, target = edge.from_entity.fqn, edge.to_entity.fqn
    if not edge.lineage_details.columns_lineage:
        yield source, None, target, None
    for each in edge.lineage_details.columns_lineage:
        for column in each.from_columns:
            yield source, fqn.split(column)[-1], target, fqn.split(each.to_column)[-1]


def _merged(edges: Iterable[LineageEdge]) -> list[LineageEdge]:
    """One edge for each two entities, with the columns of all."""
    by_ends: dict[tuple[str, str], list[LineageEdge]] = {}
    for each in edges:
        by_ends.setdefault((each.from_entity.fqn, each.to_entity.fqn), []).append(each)
    return [_as_one(alike) for alike in by_ends.values()]


def _as_one(alike: Sequence[LineageEdge]) -> LineageEdge:
    first = alike[0]
    if len(alike) == 1:
        return first
    made_from: dict[str, dict[str, None]] = {}
    for each in alike:
        for filled in each.lineage_details.columns_lineage:
            known = made_from.setdefault(filled.to_column, {})
            known.update(dict.fromkeys(filled.from_columns))
    columns = [ColumnLineage(from_columns=list(b), to_column=a) for a, b in made_from.items()]
    details = first.lineage_details.model_copy(update={"columns_lineage": columns})
    return first.model_copy(update={"lineage_details": details})
