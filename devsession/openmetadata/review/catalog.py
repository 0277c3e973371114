"""The catalog behind its REST client, as the rules and the difference ask for it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from devsession.errors import EntityError
from devsession.openmetadata.model import entities, fqn
from devsession.openmetadata.model.base import Entity
from devsession.openmetadata.model.entities import Placed
from devsession.openmetadata.model.facts import TestCase
from devsession.openmetadata.model.families import PARENT_TYPES
from devsession.openmetadata.steps.selection import LEVEL_OF, SourceConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from devsession.openmetadata.rest.client import OpenMetadata
    from devsession.openmetadata.steps.steps import Item

_PEOPLE = {"user": "users", "team": "teams"}
_FIELDS = ("owners", "tags", "domains")


class Catalog:
    """What a catalog has: `Known`, asked over REST."""

    def __init__(self, metadata: OpenMetadata) -> None:
        self.metadata = metadata

    def find(self, entity_type: str, fqn: str) -> Mapping[str, Any] | None:
        """An entity, a user or a team. Raises: CatalogError."""
        if entity_type in _PEOPLE:
            found = self.metadata.id_of(_PEOPLE[entity_type], fqn)
            return None if found is None else {"id": found}
        kind = _kinds().get(entity_type)
        return None if kind is None else self.metadata.answer_by_name(kind, fqn)

    def under(self, entity_type: str, scope: str) -> Iterable[Mapping[str, Any]]:
        """All of a type in a service. Raises: CatalogError."""
        kind = _kinds()[entity_type]
        if not issubclass(kind, Placed):
            found = self.metadata.answer_by_name(kind, scope, _FIELDS)
            return [] if found is None else [found]
        return list(self._below(entity_type, kind, scope))

    def lineage_to(self, entity_type: str, fqn: str) -> Sequence[Mapping[str, Any]]:
        """What an entity's data comes from, one step up. Raises: CatalogError."""
        return self.metadata.lineage_to(entity_type, fqn)

    def _below(self, entity_type: str, kind: type[Placed], scope: str) -> Iterator[dict[str, Any]]:
        above = PARENT_TYPES[entity_type][0]
        parents = [each["fullyQualifiedName"] for each in self.under(above, scope)]
        for parent in parents:
            yield from self.metadata.list_answers(
                kind, under={kind.above_key: parent}, fields=_FIELDS
            )


def reads(config: Any) -> Callable[[str, str], bool]:
    """Whether a source so configured reads an entity: by its patterns of names."""
    leaves_out = config.decider() if isinstance(config, SourceConfig) else None

    def is_read(entity_type: str, name: str) -> bool:
        kind = _kinds().get(entity_type)
        if leaves_out is None or kind is None or not issubclass(kind, Placed):
            return True
        *above, own = _parts(name)
        if len(above) != len(kind.above):
            return True  # no name of this type: whoever looks for it is told
        places: dict[str, Any] = dict(zip(kind.above, above, strict=True))
        return not leaves_out(kind.model_construct(name=own, tags=[], **places))

    return is_read


def unmatched(config: Any, items: Iterable[Item]) -> list[str]:
    """The includes of a configuration that match none of the entities: `tables: ordrs`."""
    if not isinstance(config, SourceConfig):
        return []
    matched: set[str] = set()
    decide = config.decider(matched)
    for item in items:
        decide(item)
    levels = [level for level in (*LEVEL_OF.values(), "tags") if level not in matched]
    found = [(level, each.includes) for level in levels if (each := config.patterns(level))]
    return [f"{level}: {', '.join(includes)}" for level, includes in found if includes]


def _parts(name: str) -> list[str]:
    try:
        return fqn.split(name)
    except EntityError:
        return [name]


@cache
def _kinds() -> dict[str, type[Entity]]:
    return {
        kind.entity_type: kind
        for kind in (*vars(entities).values(), TestCase)
        if isinstance(kind, type) and issubclass(kind, Entity) and hasattr(kind, "entity_type")
    }
