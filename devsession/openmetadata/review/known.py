"""What a catalog has already, as the rules and the difference ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Known(Protocol):
    """A catalog that can be read. An entity is what the wire says of it, a mapping."""

    def find(self, entity_type: str, fqn: str) -> Mapping[str, Any] | None:
        """An entity by its type (`table`) and its fully qualified name; None where it is not."""

    def under(self, entity_type: str, scope: str) -> Iterable[Mapping[str, Any]]:
        """All of a type in a service, that one itself included. Raises: as the catalog answers."""

    def lineage_to(self, entity_type: str, fqn: str) -> Sequence[Mapping[str, Any]]:
        """What an entity's data comes from, one step up: [{fromEntity: a name, lineageDetails}]."""
