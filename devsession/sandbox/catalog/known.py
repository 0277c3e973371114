"""What an entity refers to has to be there; asked once for all entities of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from devsession.sandbox.catalog.columns import column_names, columns_in
from devsession.sandbox.catalog.refusals import CatalogRefusedError, not_found

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from devsession.sandbox.catalog.store import Row, Store

_OWNER_TYPES = {"user", "team"}
_LABELS = {"Classification": "tag", "Glossary": "glossaryTerm"}
_FQN_LISTS = {"domains": "domain", "dataProducts": "dataProduct", "charts": "chart"}


class Known:
    """Looks entities up that are not deleted, and remembers which ones there are."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names: set[tuple[str, str]] = set()
        self._ids: dict[str, Row] = {}

    def require(self, entity_type: str, fqn: str) -> None:
        """Raises: CatalogRefusedError when there is no such entity."""
        if (entity_type, fqn) in self._names:
            return
        found = self._store.named(entity_type, fqn)
        if found is None or found.deleted:
            raise not_found(entity_type, fqn)
        self._names.add((entity_type, fqn))

    def require_id(self, entity_type: str, entity_id: str) -> Row:
        """Raises: CatalogRefusedError when there is no such entity."""
        found = self._ids.get(entity_id) or self._store.with_id(entity_id)
        if found is None or found.deleted or found.type != entity_type:
            raise not_found(entity_type, entity_id)
        self._ids[entity_id] = found
        return found

    def learn(self, row: Row) -> None:
        """It will be there: what comes after it may refer to it."""
        self._names.add((row.type, row.fqn))
        self._ids[row.id] = row

    def columns(self, entity_type: str, fqn: str) -> set[str]:
        """The fully qualified names of all columns of an entity that is there."""
        found = self._store.named(entity_type, fqn)
        content = {} if found is None else from_json(found.content)
        return set(column_names(columns_in(entity_type, content), fqn))

    def require_labels(self, body: Mapping[str, Any]) -> None:
        """Its owners, tags, domains and the like. Raises: as `require`."""
        if tags := body.get("tags"):
            self.require_tags(tags)
        for owner in body.get("owners") or ():
            if owner["type"] not in _OWNER_TYPES:
                raise CatalogRefusedError(400, f"[owners: a {owner['type']} can own nothing]")
            self.require_id(owner["type"], owner["id"])
        for key, entity_type in _FQN_LISTS.items():
            for fqn in body.get(key) or ():
                self.require(entity_type, fqn)

    def require_tags(self, tags: Iterable[Mapping[str, Any]]) -> None:
        """Raises: as `require`."""
        for tag in tags:
            self.require(_LABELS[tag["source"]], tag["tagFQN"])
