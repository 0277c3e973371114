"""A source run once, and what it came to kept: nothing is sent to any catalog."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from devsession.openmetadata.model.base import Model
from devsession.openmetadata.review.written import to_line
from devsession.openmetadata.steps.causes import name_of
from devsession.openmetadata.steps.either import Either
from devsession.openmetadata.steps.steps import Sink, Source, yielded_by
from devsession.openmetadata.workflow.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from devsession.openmetadata.steps.either import OMError
    from devsession.openmetadata.steps.steps import Item, Step, Yielded
    from devsession.openmetadata.workflow.report import WorkflowReport
    from devsession.openmetadata.workflow.workflow import StepLike


@dataclass
class Collected:
    """What a source came to. called: the methods that the workflow called, in their order.

    yielded: how many entities it gave, before any was left out; told: how many errors of entities.
    raised: what came out of the author's code, besides what it told as errors of entities.
    """

    items: list[Item] = field(default_factory=list)
    report: WorkflowReport = field(init=False)
    called: list[str] = field(default_factory=list)
    raised: dict[str, BaseException] = field(default_factory=dict)
    yielded: int = 0
    told: int = 0

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Items, then errors, as they are written."""
        came: list[Item | OMError] = [*self.items, *self.report.failures]
        return [to_line(each) for each in came]


def collect(
    source: type[Source],
    config: Any,
    *,
    service: str,
    since: int | None = None,
    processors: Sequence[StepLike] = (),
    metadata: Any = None,
    secrets: Mapping[str, str] | None = None,
    warehouse: Callable[[str | None], Any] | None = None,
) -> Collected:
    """Run a source and processors, as a workflow does; its arguments are a `Workflow`'s.

    since: milliseconds since 1970.
    """
    collected = Collected()
    watched = _watched(source, collected)
    flow = Workflow(
        watched.using(config) if config is not None else watched,
        _Keep(collected),
        processors=processors,
        service=service,
        metadata=metadata,
        watermarks=None if since is None else _Since(since),  # type: ignore[arg-type]
        secrets=secrets or {},
        warehouse=warehouse,
    )
    with _unlogged():
        collected.report = flow.run()
    _drop_supplied(collected)
    # The sink's own line says nothing: nothing is stored.
    collected.report.steps = [
        each for each in collected.report.steps if each.name != _Keep.__name__
    ]
    return collected


def processed(
    items: Sequence[Item],
    processors: Sequence[StepLike],
    *,
    service: str,
    metadata: Any = None,
    secrets: Mapping[str, str] | None = None,
) -> Collected:
    """Items as processors leave them, and what these need, where the catalog has not got it.

    service: of entities that name none. secrets: stand in nothing that the processors say.
    """

    class Given(Source):
        def generate(self) -> Iterator[Yielded]:
            yield from items

    return collect(
        Given, None, service=service, processors=processors, metadata=metadata, secrets=secrets
    )


@contextmanager
def _unlogged() -> Iterator[None]:
    """Inside, the workflow logs nothing of its own: who runs a source to look at it has its report."""
    log = logging.getLogger("devsession.openmetadata")
    log.addFilter(_is_dropped)
    try:
        yield
    finally:
        log.removeFilter(_is_dropped)


def _is_dropped(_: logging.LogRecord) -> bool:
    return False


def _drop_supplied(collected: Collected) -> None:
    """What the workflow supplied and the source yielded after all stands where the source yielded it.

    A rule then tells what it is: a child before its parent, and not an entity that came twice.
    """
    places: dict[tuple[type[Item], str], list[int]] = {}
    supplied = set(collected.report.supplied)
    for place, item in enumerate(collected.items if supplied else ()):
        if (name := name_of(item)) in supplied:
            places.setdefault((type(item), name), []).append(place)
    for first, *later in reversed(places.values()):
        if later:
            del collected.items[first]


class _Keep(Sink):
    def __init__(self, collected: Collected) -> None:
        super().__init__()
        self._collected = collected

    def write(self, item: Item) -> None:
        self._collected.items.append(item)


class _Since:
    """A watermark that stays where it is."""

    def __init__(self, since: int) -> None:
        self._since = since

    def since(self) -> int:
        return self._since

    def move(self, to: int) -> None:
        """Nothing was stored."""


def _watched(source: type[Source], collected: Collected) -> type[Source]:
    """The author's class, which remembers what is called and what is raised."""

    class Watched(source):  # type: ignore[misc, valid-type]
        def __init__(self, *context: Any) -> None:
            try:
                super().__init__(*context)
            except Exception as error:
                collected.raised["__init__"] = error
                raise

        def generate(self) -> Iterator[Yielded]:
            collected.called.append("generate")
            try:
                for each in yielded_by(super().generate):
                    inner = each.right if isinstance(each, Either) else each
                    is_entity = isinstance(inner, Model)
                    collected.yielded += is_entity
                    collected.told += not is_entity
                    yield each
            except Exception as error:
                collected.raised["generate"] = error
                raise

    for name in ("prepare", "test_connection", "close"):
        setattr(Watched, name, _remembering(name, source, collected))
    Watched.__name__, Watched.__qualname__ = source.__name__, source.__qualname__
    Watched.__module__ = source.__module__
    return Watched


def _remembering(name: str, source: type[Source], collected: Collected) -> Any:
    def called(step: Step) -> None:
        collected.called.append(name)
        try:
            getattr(source, name)(step)
        except Exception as error:
            collected.raised[name] = error
            raise

    called.__name__ = name
    return called
