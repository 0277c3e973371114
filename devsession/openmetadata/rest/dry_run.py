"""A sink that stores nothing: it counts what would be created, updated and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.openmetadata.model.base import Entity
from devsession.openmetadata.model.facts import LineageEdge
from devsession.openmetadata.rest.buffers import kind_of
from devsession.openmetadata.rest.client import OpenMetadata
from devsession.openmetadata.rest.comparing import Comparison
from devsession.openmetadata.rest.counts import Tally
from devsession.openmetadata.steps.steps import Sink

if TYPE_CHECKING:
    from collections.abc import Collection

    from devsession.openmetadata.model.entities import Placed
    from devsession.openmetadata.steps.steps import Item


class DryRun(Sink):
    """Takes the place of a workflow's sink.

    metadata: the catalog that a run would store in; where there is none, items are only counted.
    """

    def __init__(self, metadata: Any) -> None:
        super().__init__()
        self._metadata = metadata
        self.tally = Tally()
        self._comparison = Comparison(metadata) if metadata is not None else None

    def prepare(self) -> None:
        """Raises: CatalogError, soon, when the catalog is not there."""
        if isinstance(self._metadata, OpenMetadata):
            self._metadata.version()

    def write(self, item: Item) -> None:
        """Count it. Raises: CatalogError when the catalog does not answer."""
        kind = kind_of(item)
        self.tally.add(kind, "scanned")
        if self._comparison is None:
            return
        if isinstance(item, LineageEdge):
            self.tally.add(kind, self._comparison.of_edge(item))
        elif isinstance(item, Entity):
            self.tally.add(kind, self._comparison.of(item).state)

    def delete_unseen(self, kinds: Collection[type[Placed]] | None = None) -> None:
        """Count what would be deleted. Raises: as `write`."""
        for reference in self._comparison.unseen(kinds) if self._comparison is not None else ():
            self.tally.add(reference.type, "deleted")
