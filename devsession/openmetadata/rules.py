"""The rules that entities and lineage keep. Each has an id, one small function, and a fix.

An error is what the catalog refuses, or what would lie there once it is stored; a warning is what it
takes, and is worth a look. Source: OpenMetadata contract, "REST" and "Framework".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devsession.errors import EntityError
from devsession.openmetadata import fqn
from devsession.openmetadata.entities import Governed, Table
from devsession.openmetadata.pii_names import personal_columns
from devsession.openmetadata.rule_case import PARENT_TYPES, Broken, Case, named, paths
from devsession.plugin.report import Finding, Report, Severity
from devsession.render import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from devsession.openmetadata.facts import Reference
    from devsession.openmetadata.known import Known
    from devsession.openmetadata.parts import Column
    from devsession.openmetadata.steps import Item

# Entities that a finding names, and how much of a name it shows.
_NAMED, _WIDEST = 5, 100
# Source: OpenMetadata's schema of basic types, fullyQualifiedEntityName.
LONGEST_FQN = 3_072
_NESTED = frozenset({"STRUCT", "UNION", "ARRAY", "MAP", "JSON", "RECORD"})


@dataclass(frozen=True)
class Rule:
    """`title` says what is wrong when `broken` finds something, `fix` what to do about it."""

    id: str
    title: str
    fix: str
    broken: Callable[[Case], Iterable[Broken]]
    severity: Severity = "error"

    def findings(self, case: Case) -> Iterator[Finding]:
        """What a report says: of each field and detail one finding, with its entities counted."""
        together: dict[tuple[str, str], list[str]] = {}
        for each in self.broken(case):
            together.setdefault((each.field, each.detail), []).extend(each.entities)
        for (field, detail), entities in together.items():
            names = tuple(shortened(name, _WIDEST) for name in entities[:_NAMED])
            message = f"{self.title} ({shortened(detail)})" if detail else self.title
            yield Finding(self.id, self.severity, names, len(entities), field, message, self.fix)


# --- names


def _no_name(case: Case) -> Iterator[Broken]:
    for entity, problem in case.nameless:
        yield Broken((named(entity),), "name", problem)
    for name, entity in case.entities:
        if not entity.name.isprintable():
            yield Broken((name,), "name", "a character that cannot be seen")


def _padded(case: Case) -> Iterator[Broken]:
    for name, entity in case.entities:
        if entity.name != entity.name.strip():
            yield Broken((name,), "name")
    for name, table in case.tables:
        if any(part != part.strip() for path in paths(table.columns) for part in path.split(".")):
            yield Broken((name,), "columns")


def _too_long(case: Case) -> Iterator[Broken]:
    for name, _ in case.entities:
        if len(name) > LONGEST_FQN:
            yield Broken((name,), "fullyQualifiedName", f"longer than {LONGEST_FQN:,} characters")


# --- among the others


def _came_otherwise(case: Case) -> Iterator[Broken]:
    for (kind, name), came in case.by_name.items():
        if len({each.to_json() for _, each in came}) > 1:
            yield Broken((name,), kind)


def _came_again(case: Case) -> Iterator[Broken]:
    for (kind, name), came in case.by_name.items():
        if len(came) > 1 and len({each.to_json() for _, each in came}) == 1:
            yield Broken((name,), kind)


def _dangling(case: Case) -> Iterator[Broken]:
    for kind, above, names in _children(case):
        if not any(case.has(parent, above) for parent in PARENT_TYPES[kind]):
            for name in names:
                yield Broken((name,), kind, f"there is no {PARENT_TYPES[kind][0]} {above}")


def _before_its_parent(case: Case) -> Iterator[Broken]:
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


def _unknown_end(case: Case) -> Iterator[Broken]:
    for edge in case.edges:
        for at, end in (("fromEntity", edge.from_entity), ("toEntity", edge.to_entity)):
            if not end.id and not case.has(end.type, end.fqn):
                yield Broken((named(edge),), at, f"there is no {end.type} {end.fqn!r}")


def _unknown_column(case: Case) -> Iterator[Broken]:
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
    known = inside != column and (inside in columns or _plain(inside) in columns)
    if not known:
        yield Broken((edge,), field, f"{end.fqn} has no column {column!r}")


def _plain(path: str) -> str:
    """A path of columns without quotes."""
    try:
        return ".".join(fqn.split(path))
    except EntityError:
        return path


# --- tables


def _no_columns(case: Case) -> Iterator[Broken]:
    for name, table in case.tables:
        if not table.columns:
            yield Broken((name,), "columns")


def _columns_twice(case: Case) -> Iterator[Broken]:
    for name, table in case.tables:
        twice = [path for path, times in Counter(paths(table.columns)).items() if times > 1]
        if twice:
            yield Broken((name,), "columns", ", ".join(twice[:_NAMED]))


def _misshapen(case: Case) -> Iterator[Broken]:
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


def _constraint_of_nothing(case: Case) -> Iterator[Broken]:
    for name, table in case.tables:
        columns = {each.name for each in table.columns}
        for each in table.table_constraints:
            for column in each.columns:
                if column not in columns:
                    yield Broken((name,), "tableConstraints", f"there is no column {column!r}")


# --- people, tags, secrets


def _untagged(case: Case) -> Iterator[Broken]:
    for name, table in case.tables:
        for path in personal_columns(table.columns):
            yield Broken((f"{name}.{path}",), "tags")


def _unknown_tag(case: Case) -> Iterator[Broken]:
    if case.known is None:
        return
    for name, entity in case.entities:
        for label in _labels(entity):
            if not case.has("tag", label):
                yield Broken((name,), "tags", f"there is no tag {label}")


def _labels(entity: object) -> set[str]:
    """The tags of an entity and of its columns; those of a glossary are no tags."""
    if not isinstance(entity, Governed):
        return set()
    columns = list(entity.columns) if isinstance(entity, Table) else []
    labels = list(entity.tags)
    while columns:
        column = columns.pop()
        labels += column.tags
        columns += column.children
    return {label.tag_fqn for label in labels if label.source == "Classification"}


def _unknown_owner(case: Case) -> Iterator[Broken]:
    if case.known is None:
        return
    for name, entity in case.entities:
        for owner in entity.owners if isinstance(entity, Governed) else []:
            if owner.name and not owner.id and not case.has(owner.type, fqn.build(owner.name)):
                yield Broken((name,), "owners", f"there is no {owner.type} {owner.name!r}")


def _secret(case: Case) -> Iterator[Broken]:
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


RULES = (
    Rule(
        "M01",
        "a name cannot stand in the catalog",
        "give it another name and keep this one as displayName; say a service, or have the "
        "workflow say it",
        _no_name,
    ),
    Rule(
        "M02",
        "a name begins or ends with white space, so that nobody finds it",
        "name=raw.name.strip(), or keep the name as displayName",
        _padded,
        "warning",
    ),
    Rule(
        "M03",
        "a fully qualified name is too long",
        "shorten the names that it is made of, and keep them as displayName",
        _too_long,
    ),
    Rule(
        "M04",
        "an entity came more than once, and not the same each time: the last one wins",
        "yield each once; where the system has two of a name, put what tells them apart into it",
        _came_otherwise,
    ),
    Rule(
        "M05",
        "an entity came more than once",
        "yield each once: pages of the system may overlap",
        _came_again,
        "warning",
    ),
    Rule(
        "M06",
        "what it hangs under is neither in this run nor in the catalog",
        "yield the parent before it, or look at how it is named",
        _dangling,
    ),
    Rule(
        "M07",
        "lineage to an entity that is neither in this run nor in the catalog",
        "yield that entity too, or build its name with fqn.build(..) as the entity does",
        _unknown_end,
    ),
    Rule(
        "M08",
        "lineage of a column that its table does not have",
        "a column's name is that of its table and its own: f'{table.fqn}.{fqn.quote(column)}'",
        _unknown_column,
    ),
    Rule(
        "M09",
        "a column looks like personal data, and has no tag",
        'Column(.., tags=[tag("PII.Sensitive")]), or the processor that classifies them',
        _untagged,
        "warning",
    ),
    Rule(
        "M10",
        "a live secret stands in what is to be stored",
        "leave it out: a service's connection is given without its credentials",
        _secret,
    ),
    Rule(
        "M11",
        "a table has two columns of one name",
        "give each its own name: the catalog refuses the table",
        _columns_twice,
    ),
    Rule(
        "M12",
        "a column's shape contradicts its type",
        "STRUCT has children; ARRAY has arrayDataType, and children where that is STRUCT",
        _misshapen,
    ),
    Rule(
        "M13",
        "a table has no columns",
        "see whether the system's answer has them under another name, or the key may not read them",
        _no_columns,
        "warning",
    ),
    Rule(
        "M14",
        "a constraint of a column that the table does not have",
        "name the columns as they are named in the table",
        _constraint_of_nothing,
    ),
    Rule(
        "M15",
        "it came before what it hangs under",
        "yield parents first: service, database, schema, table",
        _before_its_parent,
    ),
    Rule(
        "M16",
        "a tag is neither in this run nor in the catalog",
        "yield its Classification and Tag first, or take one that is there",
        _unknown_tag,
    ),
    Rule(
        "M17",
        "an owner is not in the catalog",
        "name a user or a team that the catalog has, or leave it out",
        _unknown_owner,
        "warning",
    ),
)


def check_items(
    items: Iterable[Item],
    *,
    known: Known | None = None,
    find_secret: Callable[[bytes], Sequence[Any]] | None = None,
    reads: Callable[[str, str], bool] = lambda _kind, _name: True,
) -> Report:
    """Check what a run came to against every rule: a report, true when nothing is an error.

    known: the catalog, which may have parents, tags, owners and ends of lineage already; without it
    tags and owners are not judged. find_secret: finds live secrets in bytes. reads: whether the run
    reads an entity at all, by its type and name: lineage may lead to what it leaves out.
    """
    case = Case(items, known=known, find_secret=find_secret, reads=reads)
    found = tuple(finding for rule in RULES for finding in rule.findings(case))
    return Report("metadata", found, len(case.items), thing="entity", error=EntityError)
