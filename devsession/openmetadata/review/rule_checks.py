"""What the rules of entities and lineage look for; `rules` says what each finding means.

Source: OpenMetadata contract, "REST" and "Framework".
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from devsession.errors import EntityError
from devsession.openmetadata.model import fqn
from devsession.openmetadata.model.entities import Governed
from devsession.openmetadata.model.families import PARENT_TYPES
from devsession.openmetadata.processors import ClassifyPii, tags_of
from devsession.openmetadata.review.rule_case import Broken, Case, named, paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from devsession.openmetadata.model.facts import Reference
    from devsession.openmetadata.model.parts import Column
    from devsession.openmetadata.steps.steps import Item

_NAMED = 5
# Source: OpenMetadata's schema of basic types, fullyQualifiedEntityName.
LONGEST_FQN = 3_072
_NESTED = frozenset({"STRUCT", "UNION", "ARRAY", "MAP", "JSON", "RECORD"})


# --- names


def no_name(case: Case) -> Iterator[Broken]:
    """Names that no fully qualified one can be made of, or that cannot be seen."""
    for entity, problem in case.nameless:
        yield Broken((named(entity),), "name", problem)
    for name, entity in case.entities:
        if not entity.name.isprintable():
            yield Broken((name,), "name", "a character that cannot be seen")


def padded(case: Case) -> Iterator[Broken]:
    """White space at the ends of names."""
    for name, entity in case.entities:
        if entity.name != entity.name.strip():
            yield Broken((name,), "name")
    for name, table in case.tables:
        if any(part != part.strip() for path in paths(table.columns) for part in path.split(".")):
            yield Broken((name,), "columns")


def too_long(case: Case) -> Iterator[Broken]:
    """Names that are too long as a whole."""
    for name, _ in case.entities:
        if len(name) > LONGEST_FQN:
            yield Broken((name,), "fullyQualifiedName", f"longer than {LONGEST_FQN:,} characters")


# --- among the others


def came_otherwise(case: Case) -> Iterator[Broken]:
    """What came twice, and not the same."""
    for (kind, name), came in case.by_name.items():
        if len({each.to_json() for _, each in came}) > 1:
            yield Broken((name,), kind)


def came_again(case: Case) -> Iterator[Broken]:
    """What came twice, the same."""
    for (kind, name), came in case.by_name.items():
        if len(came) > 1 and len({each.to_json() for _, each in came}) == 1:
            yield Broken((name,), kind)


def dangling(case: Case) -> Iterator[Broken]:
    """What hangs under nothing."""
    for kind, above, names in _children(case):
        if not any(case.has(parent, above) for parent in PARENT_TYPES[kind]):
            for name in names:
                yield Broken((name,), kind, f"there is no {PARENT_TYPES[kind][0]} {above}")


def before_its_parent(case: Case) -> Iterator[Broken]:
    """What came too early."""
    for (kind, name), came in case.by_name.items():
        parents = [
            case.by_name[parent, above]
            for parent in PARENT_TYPES.get(kind, ())
            if (parent, above := fqn.parent(name)) in case.by_name
        ]
        if parents and came[0][0] < min(parent[0][0] for parent in parents):
            yield Broken((name,), kind)


def _children(case: Case) -> Iterator[tuple[str, str, list[str]]]:
    """Of each parent that is named: the type of those under it, its name, and theirs."""
    under: dict[tuple[str, str], list[str]] = {}
    for kind, name in case.by_name:
        if kind in PARENT_TYPES:
            under.setdefault((kind, fqn.parent(name)), []).append(name)
    for (kind, above), names in under.items():
        yield kind, above, names


# --- lineage


def unknown_end(case: Case) -> Iterator[Broken]:
    """Lineage from or to what nobody knows."""
    for edge in case.edges:
        for at, end in (("fromEntity", edge.from_entity), ("toEntity", edge.to_entity)):
            if not end.id and not case.has(end.type, end.fqn):
                yield Broken((named(edge),), at, f"there is no {end.type} {end.fqn!r}")


def unknown_column(case: Case) -> Iterator[Broken]:
    """Lineage of columns that are not there."""
    for edge in case.edges:
        for each in edge.lineage_details.columns_lineage:
            for column in each.from_columns:
                yield from _not_in(case, edge.from_entity, column, named(edge), "fromColumns")
            yield from _not_in(case, edge.to_entity, each.to_column, named(edge), "toColumn")


def _not_in(case: Case, end: Reference, column: str, edge: str, field: str) -> Iterator[Broken]:
    columns = case.columns(end)
    if columns is None:
        return  # what is at this end is told by M07, or has no columns
    inside = column.removeprefix(f"{end.fqn}.")
    known = inside != column and (inside in columns or plain(inside) in columns)
    if not known:
        yield Broken((edge,), field, f"{end.fqn} has no column {column!r}")


def plain(path: str) -> str:
    """A path of columns without quotes."""
    try:
        return ".".join(fqn.split(path))
    except EntityError:
        return path


# --- tables


def no_columns(case: Case) -> Iterator[Broken]:
    """Tables without columns."""
    for name, table in case.tables:
        if not table.columns:
            yield Broken((name,), "columns")


def columns_twice(case: Case) -> Iterator[Broken]:
    """Columns of one name."""
    for name, table in case.tables:
        twice = [path for path, times in Counter(paths(table.columns)).items() if times > 1]
        if twice:
            yield Broken((name,), "columns", ", ".join(twice[:_NAMED]))


def misshapen(case: Case) -> Iterator[Broken]:
    """Children and item types where there can be none."""
    for name, table in case.tables:
        for path, problem in _shapes(table.columns):
            yield Broken((name,), f"columns.{path}", problem)


def _shapes(columns: Sequence[Column], above: str = "") -> Iterator[tuple[str, str]]:
    for each in columns:
        path = f"{above}{each.name}"
        if each.children and each.data_type not in _NESTED:
            yield path, f"a {each.data_type} has no children"
        if each.array_data_type and each.data_type != "ARRAY":
            yield path, f"a {each.data_type} has no arrayDataType"
        yield from _shapes(each.children, f"{path}.")


def constraint_of_nothing(case: Case) -> Iterator[Broken]:
    """Constraints of columns that are not there."""
    for name, table in case.tables:
        columns = {each.name for each in table.columns}
        for each in table.table_constraints:
            for column in each.columns:
                if column not in columns:
                    yield Broken((name,), "tableConstraints", f"there is no column {column!r}")


# --- people, tags, secrets


def untagged(case: Case) -> Iterator[Broken]:
    """Personal data, by the names of columns."""
    by_name = ClassifyPii().finding  # as the processor of this name judges without values
    for name, table in case.tables:
        for path, column in _untagged_columns(table.columns):
            if found := by_name(column, []):
                yield Broken((f"{name}.{path}",), "tags", found.kind)


def _untagged_columns(columns: Iterable[Column], above: str = "") -> Iterator[tuple[str, Column]]:
    """Those that have no tag, nor has what they stand in; with their paths."""
    for each in columns:
        if not each.tags:
            yield f"{above}{each.name}", each
            yield from _untagged_columns(each.children, f"{above}{each.name}.")


def unknown_tag(case: Case) -> Iterator[Broken]:
    """Tags that the catalog does not have."""
    if case.known is None:
        return
    for name, entity in case.entities:
        for label in tags_of(entity):
            if not case.has("tag", label):
                yield Broken((name,), "tags", f"there is no tag {label}")


def unknown_owner(case: Case) -> Iterator[Broken]:
    """Owners that the catalog does not have."""
    if case.known is None:
        return
    for name, entity in case.entities:
        for owner in entity.owners if isinstance(entity, Governed) else []:
            if owner.name and not owner.id and not case.has(owner.type, fqn.build(owner.name)):
                yield Broken((name,), "owners", f"there is no {owner.type} {owner.name!r}")


def secret(case: Case) -> Iterator[Broken]:
    """Live secrets, in whatever field."""
    if case.find_secret is None or not case.find_secret(_all_text(case.items)):
        return
    for item in case.items:
        if hits := case.find_secret(item.to_json()):
            yield Broken((_without(named(item), case),), "", f"secret {hits[0].name}")


def _all_text(items: Sequence[Item]) -> bytes:
    return b"\n".join(item.to_json() for item in items)


def _without(name: str, case: Case) -> str:
    """A name, unless the secret stands in that."""
    found: Sequence[Any] = case.find_secret(name.encode()) if case.find_secret else ()
    return "(its name holds it)" if found else name
