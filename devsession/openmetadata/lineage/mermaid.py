"""Lineage as a Mermaid graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.openmetadata.model import fqn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from devsession.openmetadata.model.facts import LineageEdge


class Mermaid(str):
    """A text that Mermaid draws; as the last line of a cell, JupyterLab does."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        # Source: JupyterLab 4.1, its extension for Mermaid.
        return {"text/plain": str(self), "text/vnd.mermaid": str(self)}


def graph(edges: Sequence[LineageEdge], *, columns: bool) -> Mermaid:
    """From left to right; a node an entity, or a box of its columns."""
    return Mermaid("\n".join(["flowchart LR", *(_of_columns(edges) if columns else _plain(edges))]))


def _plain(edges: Sequence[LineageEdge]) -> Iterator[str]:
    numbers = _numbered([name for edge in edges for name in _ends(edge)])
    for name, number in numbers.items():
        yield f'  n{number}["{_label(name)}"]'
    for edge in edges:
        source, target = (numbers[name] for name in _ends(edge))
        yield f"  n{source} --> n{target}"


def _of_columns(edges: Sequence[LineageEdge]) -> Iterator[str]:
    """Every entity is a box; an edge without columns goes from box to box."""
    boxes: dict[str, dict[str, None]] = {}
    pairs: list[tuple[str, str]] = []
    for edge in edges:
        source, target = _ends(edge)
        for name in (source, target):
            boxes.setdefault(name, {})
        for each in edge.lineage_details.columns_lineage:
            boxes[target][each.to_column] = None
            for column in each.from_columns:
                boxes[source][column] = None
                pairs.append((column, each.to_column))
        if not edge.lineage_details.columns_lineage:
            pairs.append((source, target))
    numbers = _numbered([each for name, columns in boxes.items() for each in (name, *columns)])
    for name, columns in boxes.items():
        if not columns:
            yield f'  n{numbers[name]}["{_label(name)}"]'
            continue
        yield f'  subgraph n{numbers[name]}["{_label(name)}"]'
        for column in columns:
            yield f'    n{numbers[column]}["{_escaped(fqn.split(column)[-1])}"]'
        yield "  end"
    for one, other in dict.fromkeys(pairs):
        yield f"  n{numbers[one]} --> n{numbers[other]}"


def _ends(edge: LineageEdge) -> tuple[str, str]:
    return edge.from_entity.fqn, edge.to_entity.fqn


def _numbered(names: Sequence[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


def _label(name: str) -> str:
    """Schema and table: that is how people call them."""
    return _escaped(".".join(fqn.split(name)[-2:]))


def _escaped(text: str) -> str:
    """Mermaid's own way: a number sign begins an escape, and so is one."""
    for sign, escape in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(sign, escape)
    return text
