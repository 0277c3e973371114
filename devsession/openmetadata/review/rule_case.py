"""What the rules of entities look at: all that a run came to, indexed once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from devsession.errors import EntityError
from devsession.openmetadata.model.base import Entity
from devsession.openmetadata.model.entities import Placed, Table
from devsession.openmetadata.model.facts import LineageEdge, TestCase, TestResult
from devsession.openmetadata.steps.causes import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from devsession.openmetadata.model.facts import Reference
    from devsession.openmetadata.model.parts import Column
    from devsession.openmetadata.review.known import Known
    from devsession.openmetadata.steps.steps import Item


@dataclass(frozen=True)
class Broken:
    """How a rule is broken: by which entities, at which field, and any detail."""

    entities: tuple[str, ...]
    field: str = ""
    detail: str = ""


class Case:
    """The items of a run, in their order, and what the catalog has already.

    known: None where no catalog is asked, so that what it may have is not judged. reads: whether the
    run reads an entity at all, by its type and name; of what it does not nobody says that it is missing.
    """

    def __init__(
        self,
        items: Iterable[Item],
        *,
        known: Known | None = None,
        find_secret: Callable[[bytes], Sequence[Any]] | None = None,
        reads: Callable[[str, str], bool] = lambda _kind, _name: True,
    ) -> None:
        self.items = list(items)
        self._reads = reads
        self.known = known
        self.find_secret = find_secret

    @cached_property
    def entities(self) -> list[tuple[str, Entity]]:
        """Each with its fully qualified name; those that cannot have one are left to M01."""
        return [(name, each) for each in self._entities if (name := _fqn(each))]

    @cached_property
    def nameless(self) -> list[tuple[Entity, str]]:
        """Those that cannot have a fully qualified name, and why."""
        return [
            (each, problem)
            for each in self._entities
            if not _fqn(each) and (problem := _problem(each))
        ]

    @cached_property
    def by_name(self) -> dict[tuple[str, str], list[tuple[int, Entity]]]:
        """Type and name -> each time it came, with its place."""
        found: dict[tuple[str, str], list[tuple[int, Entity]]] = defaultdict(list)
        for place, (name, each) in enumerate(self.entities):
            found[each.entity_type, name].append((place, each))
        return dict(found)

    @property
    def tables(self) -> Iterator[tuple[str, Table]]:
        """Those of the entities that are tables."""
        return ((name, each) for name, each in self.entities if isinstance(each, Table))

    @property
    def edges(self) -> Iterator[LineageEdge]:
        """The lineage."""
        return (each for each in self.items if isinstance(each, LineageEdge))

    @property
    def tests(self) -> Iterator[TestCase]:
        """The test cases."""
        return (each for each in self.items if isinstance(each, TestCase))

    @property
    def results(self) -> Iterator[TestResult]:
        """How tests ended."""
        return (each for each in self.items if isinstance(each, TestResult))

    def has(self, entity_type: str, name: str) -> bool:
        """Whether this run, or the catalog, has an entity; or it is one that the run leaves out."""
        return (
            (entity_type, name) in self.by_name
            or self._found(entity_type, name) is not None
            or not self._reads(entity_type, name)
        )

    def columns(self, reference: Reference) -> frozenset[str] | None:
        """The names of all columns of what lineage refers to, nested ones with dots; None: unknown."""
        came = self.by_name.get((reference.type, reference.fqn))
        if came:
            last = came[-1][1]
            return frozenset(paths(last.columns)) if isinstance(last, Table) else None
        found = self._found(reference.type, reference.fqn)
        columns = found.get("columns") if found else None
        return None if columns is None else frozenset(_wire_paths(columns))

    def _found(self, entity_type: str, name: str) -> Mapping[str, Any] | None:
        if self.known is None:
            return None
        key = entity_type, name
        if key not in self._asked:
            self._asked[key] = self.known.find(*key)
        return self._asked[key]

    @cached_property
    def _asked(self) -> dict[tuple[str, str], Mapping[str, Any] | None]:
        return {}

    @property
    def _entities(self) -> Iterator[Entity]:
        return (
            each
            for each in self.items
            if isinstance(each, Entity) and not isinstance(each, TestCase) and _is_whole(each)
        )


def named(item: Item) -> str:
    """What a finding calls an item: as everywhere, but an entity that cannot have its name by its kind."""
    if isinstance(item, Entity):
        return (_fqn(item) if _is_whole(item) else "") or f"{type(item).__name__} {item.name!r}"
    return name_of(item)


def paths(columns: Iterable[Column], above: str = "") -> Iterator[str]:
    """The names of columns and of their children, `address.city`."""
    for each in columns:
        yield f"{above}{each.name}"
        yield from paths(each.children, f"{above}{each.name}.")


def _wire_paths(columns: Iterable[Mapping[str, Any]], above: str = "") -> Iterator[str]:
    for each in columns:
        yield f"{above}{each['name']}"
        yield from _wire_paths(each.get("children") or [], f"{above}{each['name']}.")


def _is_whole(entity: Entity) -> bool:
    """Whether it is one that has a name of its own in the catalog: a pipeline's task has none."""
    return hasattr(type(entity), "entity_type")


def _fqn(entity: Entity) -> str:
    try:
        return entity.fqn
    except (EntityError, NotImplementedError):
        return ""


def _problem(entity: Entity) -> str:
    try:
        entity.fqn  # noqa: B018  for what it raises
    except EntityError as error:
        if isinstance(entity, Placed) and not entity.service:
            return "it says no service, and neither does the workflow"
        return error.what
    return ""
