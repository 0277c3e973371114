"""Owners by name, as the ids that the catalog wants; each is asked for once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from devsession.openmetadata.model.entities import Governed
from devsession.openmetadata.model.parts import Owner

if TYPE_CHECKING:
    from devsession.openmetadata.model.base import Model
    from devsession.openmetadata.rest.client import OpenMetadata

Item = TypeVar("Item", bound="Model")


class Owners:
    """Looks people and teams up."""

    def __init__(self, metadata: OpenMetadata) -> None:
        self._metadata = metadata
        self._ids: dict[tuple[str, str], str | None] = {}

    def resolved(self, item: Item) -> tuple[Item, list[str]]:
        """The item with ids, and the owners that the catalog does not have: those are left out."""
        if not isinstance(item, Governed) or all(each.id and not each.name for each in item.owners):
            return item, []
        owners, unknown = [], []
        for each in item.owners:
            found = each.id or self._id(each.type, each.name or "")
            if found is None:
                unknown.append(f"{each.type} {each.name!r}")
            else:
                owners.append(Owner(id=found, type=each.type))
        # Of the same class, with other owners.
        return item.model_copy(update={"owners": owners}), unknown

    def _id(self, owner_type: str, name: str) -> str | None:
        key = (owner_type, name)
        if key not in self._ids:
            self._ids[key] = self._metadata.id_of(f"{owner_type}s", name)
        return self._ids[key]
