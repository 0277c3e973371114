"""What hangs under what in a system, declared: a source with a method for each level.

class AcmeSource(TopologySource):
    topology = Level("databases", Level("schemas", Level("tables"), Level("views")))

    def databases(self): ..                      # yields Database entities
    def schemas(self, database): ..              # for each of them
    def tables(self, database, schema): ..
    def before_tables(self, database, schema): ..    # hooks, where there is something to do
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

from devsession.errors import DefinitionError, did_you_mean
from devsession.openmetadata.model.base import Model
from devsession.openmetadata.steps.causes import cause_of, name_of
from devsession.openmetadata.steps.either import Either, OMError
from devsession.openmetadata.steps.read_ahead import read_ahead
from devsession.openmetadata.steps.selection import LEVEL_OF, SourceConfig
from devsession.openmetadata.steps.steps import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from devsession.openmetadata.steps.steps import Yielded


@dataclass(frozen=True, init=False)
class Level:
    """A level of a topology: the name of the method that reads it, and the levels under it."""

    name: str
    under: tuple[Level, ...]

    def __init__(self, name: str, *under: Level) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "under", under)

    def names(self) -> Iterator[str]:
        """Its own name and those of all levels under it."""
        yield self.name
        for each in self.under:
            yield from each.names()


class TopologySource(Source):
    """A source whose `generate` follows its `topology`.

    Each level's method gets the entities above it, outermost first, and yields those of its level: an
    entity, or a bare name where the level is none of the catalog's (a project). What the
    configuration's patterns leave out is counted, and nothing under it is asked for. Where a method
    raises, that is told as an error of what it was called for, and the others go on.

    `before_NAME` and `after_NAME`, where they are there, get the same arguments; entities that they
    yield are passed on. With `concurrency` in the configuration, the innermost levels of
    what hangs under one entity are read at once; the order of what is yielded stays the same.

    Raises, when the class is made: DefinitionError for a level without a method.
    """

    topology: ClassVar[Level]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "topology" not in vars(cls):
            return
        names = list(cls.topology.names())
        for name in names:
            if not callable(getattr(cls, name, None)):
                raise DefinitionError(
                    f"{cls.__name__} has no method {name!r} for the level of this name",
                    tried=did_you_mean(name, sorted({*dir(cls)} - {*dir(TopologySource)})),
                    next_step=f"def {name}(self, ..): yield what is on this level",
                )
        for hook in [each for each in dir(cls) if each.startswith(("before_", "after_"))]:
            if hook.split("_", 1)[1] not in names:
                raise DefinitionError(
                    f"{cls.__name__}.{hook} is the hook of no level",
                    tried=did_you_mean(hook.split("_", 1)[1], names),
                    next_step="name it after a level, or give it another name",
                )

    def generate(self) -> Iterator[Yielded]:
        """What the levels yield, parents first."""
        config = self.config
        self._leaves_out = (
            config.decider(self.status.matched) if isinstance(config, SourceConfig) else None
        )
        self._counting = Lock()
        self._at_once = config.concurrency if isinstance(config, SourceConfig) else 1
        yield from self._level(self.topology, ())

    def _level(self, level: Level, above: tuple[Any, ...]) -> Iterator[Yielded]:
        """One level under these, with all that hangs under it, between its hooks."""
        before = self._told(
            f"before_{level.name}", above, self._hook(f"before_{level.name}", above)
        )
        if (yield from before):
            innermost = level.under and not any(each.under for each in level.under)
            way = self._several if innermost and self._at_once > 1 else self._one_by_one
            yield from self._told(level.name, above, way(level, above))
            after = self._hook(f"after_{level.name}", above)
            yield from self._told(f"after_{level.name}", above, after)

    def _one_by_one(self, level: Level, above: tuple[Any, ...]) -> Iterator[Any]:
        return self._with(
            (each, self._under(level, above, each)) for each in self._own(level, above)
        )

    def _several(self, level: Level, above: tuple[Any, ...]) -> Iterator[Any]:
        """The same, several of the level's entities at once; in the order of one after the other."""
        under = partial(self._under, level, above)
        return self._with(read_ahead(self._own(level, above), under, self._at_once))

    def _with(self, each: Iterable[tuple[Any, Iterator[Any]]]) -> Iterator[Any]:
        """What a level yielded, and after it what hangs under it."""
        for given, under in each:
            entity = _entity(given)
            if entity is None or isinstance(entity, Model):
                yield given
            yield from under

    def _under(self, level: Level, above: tuple[Any, ...], given: Any) -> Iterator[Any]:
        """What hangs under what a level yielded; nothing under an error."""
        entity = _entity(given)
        if entity is not None:
            for each in level.under:
                yield from self._level(each, (*above, entity))

    def _own(self, level: Level, above: tuple[Any, ...]) -> Iterator[Any]:
        """What a level's method yields, under its service and selected."""
        for given in getattr(self, level.name)(*above) or ():
            entity = _entity(given)
            if isinstance(entity, Model) and entity.__dict__.get("service") == "":
                entity.__dict__["service"] = self.ctx.service
            if entity is not None and (rule := self._rule(level, entity)):
                with self._counting:
                    self.status.filter(rule)
            else:
                yield given

    def _told(
        self, name: str, above: tuple[Any, ...], given: Iterator[Any]
    ) -> Generator[Any, None, bool]:
        """The same, and an exception as an error among it; whether there was none."""
        try:
            yield from given
        except Exception as error:  # noqa: BLE001 - the author's code
            of = f"{name} of {_named(above[-1])}" if above else name
            yield Either(left=OMError(of, cause_of(error)))
            return False
        return True

    def _hook(self, name: str, above: tuple[Any, ...]) -> Iterator[Any]:
        hook: Callable[..., Any] | None = getattr(self, name, None)
        yield from (hook(*above) or ()) if hook is not None else ()

    def _rule(self, level: Level, entity: Any) -> str:
        """Which rule leaves an entity out; nothing when it is taken."""
        if self._leaves_out is None:
            return ""
        patterns = self.config.patterns(level.name)
        if patterns is not None and level.name not in LEVEL_OF.values():
            decided = patterns.decide(_named(entity) if isinstance(entity, str) else entity.name)
            if not decided.taken:
                return f"{level.name}: {decided.rule}"
            self.status.matched.add(level.name)
        return self._leaves_out(entity) if isinstance(entity, Model) else ""


def _entity(given: Any) -> Any:
    """What was yielded, an entity or a name; None for an error."""
    found = given.right if isinstance(given, Either) else given
    return None if isinstance(found, OMError) else found


def _named(entity: Any) -> str:
    return name_of(entity) if isinstance(entity, Model) else str(entity)
