"""What entities hang under, where the source did not yield it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from devsession.openmetadata.model import fqn
from devsession.openmetadata.model.entities import (
    Container,
    Dashboard,
    DashboardService,
    Database,
    DatabaseSchema,
    DatabaseService,
    MessagingService,
    Pipeline,
    PipelineService,
    Placed,
    Service,
    StorageService,
    Table,
    Topic,
)

if TYPE_CHECKING:
    from devsession.openmetadata.model.base import Entity
    from devsession.openmetadata.steps.steps import Item

_SERVICE_OF: dict[type[Placed], type[Service]] = {
    Database: DatabaseService,
    DatabaseSchema: DatabaseService,
    Table: DatabaseService,
    Pipeline: PipelineService,
    Dashboard: DashboardService,
    Topic: MessagingService,
    Container: StorageService,
}


class Parents:
    """Supplies services, databases and schemas by their bare names: a catalog refuses what hangs in the air.

    catalog: what it has already is left alone; without one, all that was not yielded is supplied.
    """

    def __init__(self, catalog: Any = None) -> None:
        self._catalog = catalog
        self._there: set[tuple[type[Entity], tuple[str, ...]]] = set()

    def missing(self, item: Item) -> list[Entity]:
        """What has to be stored before this item, outermost first."""
        if isinstance(item, Service):
            self._there.add((type(item), (item.name,)))
        if not isinstance(item, Placed):
            return []
        kind = _kind_of(type(item))
        path = tuple([item.__dict__[name] for name in kind.above])
        if kind is not Table:
            self._there.add((kind, (*path, item.name)))
        # The whole place first: what is there for one is there for all beside it.
        if (kind, path) in self._there:
            return []
        supplied = [each for each in _above(kind, path) if self._lacks(each)]
        self._there.add((kind, path))
        return supplied

    def _lacks(self, entity: Entity) -> bool:
        key = (type(entity), tuple(fqn.split(entity.fqn)))
        if key in self._there:
            return False
        self._there.add(key)
        return self._catalog is None or self._catalog.get_by_name(type(entity), entity.fqn) is None


@cache
def _kind_of(kind: type[Placed]) -> type[Placed]:
    """Of an author's own subclass, the class that the catalog knows."""
    return next((each for each in kind.__mro__ if each in _SERVICE_OF), Table)


def _above(kind: type[Any], path: tuple[str, ...]) -> list[Entity]:
    """The entities that make a place; none where no service is known, which the sink will say."""
    if not all(path):
        return []
    service, *names = path
    made: list[Entity] = [_SERVICE_OF[kind].model_validate({"name": service})]
    if names:
        made.append(Database(name=names[0], service=service))
    if len(names) > 1:
        made.append(DatabaseSchema(name=names[1], database=names[0], service=service))
    return made
