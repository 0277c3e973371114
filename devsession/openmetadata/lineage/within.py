"""Lineage between some entities only: what goes through others is followed through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.openmetadata.model.facts import ColumnLineage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from devsession.openmetadata.model.facts import LineageEdge


def edges_within(edges: Sequence[LineageEdge], kept: Collection[str]) -> Iterator[LineageEdge]:
    """One edge for every two that are kept, and that data goes between over none but others."""
    into: dict[str, dict[str, LineageEdge]] = {}
    made_of: dict[str, list[str]] = {}
    owners: dict[str, str] = {}
    for edge in edges:
        source, target = edge.from_entity.fqn, edge.to_entity.fqn
        into.setdefault(target, {})[source] = edge
        for each in edge.lineage_details.columns_lineage:
            made_of.setdefault(each.to_column, []).extend(each.from_columns)
            owners[each.to_column] = target
            owners.update(dict.fromkeys(each.from_columns, source))
    filled: dict[str, list[str]] = {}
    for column in made_of:
        filled.setdefault(owners[column], []).append(column)
    for target in [name for name in into if name in kept]:
        pairs: dict[str, dict[str, list[str]]] = {}
        for column in filled.get(target, ()):
            for found in _before(column, made_of, lambda each: owners[each] in kept):
                pairs.setdefault(owners[found], {}).setdefault(column, []).append(found)
        last = next(iter(into[target].values()))
        for source in _before(target, into, kept.__contains__):
            if source != target:
                edge = into[target].get(source, last)
                yield _between(edge, source, pairs.get(source, {}))


def _before(
    start: str, into: Mapping[str, Iterable[str]], kept: Callable[[str], bool]
) -> Iterator[str]:
    """The nearest ones before it that are kept, on every way; each once."""
    waiting, seen = list(into[start])[::-1], {start}
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        if kept(each):
            yield each
        else:
            waiting.extend(list(into.get(each, ()))[::-1])


def _between(edge: LineageEdge, source: str, pairs: Mapping[str, list[str]]) -> LineageEdge:
    columns = [ColumnLineage(from_columns=found, to_column=to) for to, found in pairs.items()]
    return edge.model_copy(
        update={
            "from_entity": edge.from_entity.model_copy(update={"fqn": source}),
            "lineage_details": edge.lineage_details.model_copy(update={"columns_lineage": columns}),
        }
    )
