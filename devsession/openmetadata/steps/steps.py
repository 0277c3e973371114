"""The steps of a workflow: a source yields, processors change, a sink stores.

What an author writes are subclasses of these. The workflow makes each, calls `prepare` before its
first entity, and `close` in the end, whatever happened. Source: developing-metadata-plugins guide,
"Core contracts"; OpenMetadata contract, "Framework".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from devsession.errors import DefinitionError, did_you_mean
from devsession.openmetadata.model.base import Model
from devsession.openmetadata.steps.configuring import configured
from devsession.openmetadata.steps.selection import Patterns, SourceConfig
from devsession.openmetadata.steps.status import StepStatus
from devsession.plugin.request_matching import RequestMatching

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from pydantic import BaseModel

    from devsession.openmetadata.model.entities import Placed, Table
    from devsession.openmetadata.steps.either import Either, OMError

# What goes from step to step: an entity, or a fact about some (lineage, a test's result).
Item: TypeAlias = Model
Yielded: TypeAlias = "Item | Either[Item, OMError] | OMError"


@dataclass
class WorkflowContext:
    """What a workflow hands its steps.

    service: the name of the service whose metadata it reads; entities that name none get it.
    config: of this step, an instance of its `Config`, or a mapping where it has none.
    metadata: the catalog, to look things up; what the sink still holds is sent before it answers.
    sample: of the source, for processors: `sample(table, rows)`, see there.
    warehouse: opens one, for a step that works on it, by the name of its Snowflake account; None:
    the workspace's own. Whoever hands it over closes what was opened.
    since: watermark of an incremental run, milliseconds since 1970; None reads everything.
    """

    service: str = ""
    config: Any = field(default_factory=dict, repr=False)
    metadata: Any = None
    sample: Callable[[Table, int], Mapping[str, Sequence[object]]] | None = None
    warehouse: Callable[[str | None], Any] | None = None
    since: int | None = None


class Step:
    """What every step has. `Config` is a pydantic class: form, schema and secrets come from it."""

    Config: ClassVar[type[BaseModel] | None] = None

    def __init__(self, ctx: WorkflowContext | None = None) -> None:
        self.ctx = ctx or WorkflowContext()

    @classmethod
    def using(cls, config: BaseModel | None = None, /, **options: Any) -> Planned:
        """This step with a configuration, for a `Workflow`, which makes it.

        config: an instance of `Config`; or its fields by name.

        Raises: WorkflowError for a configuration that cannot be; it names the keys.
        """
        return Planned(cls, configured(cls, config if config is not None else options))

    @property
    def config(self) -> Any:
        """Its configuration: an instance of `Config`, or a mapping where there is none."""
        if self.Config is not None and not isinstance(self.ctx.config, self.Config):
            self.ctx.config = configured(type(self), self.ctx.config)
        return self.ctx.config

    @cached_property
    def status(self) -> StepStatus:
        """What it counts; a workflow gives it a new one, and counts records and errors by itself."""
        return StepStatus(type(self).__name__)

    def prepare(self) -> None:
        """Before the first entity: sign in, warm up."""

    def test_connection(self) -> None:
        """Raise when the system cannot be reached or refuses; the message is shown."""

    def close(self) -> None:
        """In the end, also after an error."""


@dataclass(frozen=True)
class Planned:
    """A step that is not made yet: its class, and its configuration."""

    step: type[Step]
    config: Any = field(default_factory=dict, repr=False)

    def made(self, ctx: WorkflowContext) -> Step:
        """The step itself."""
        return self.step(replace(ctx, config=self.config))


class Source(Step):
    """Reads a system, and yields what it finds.

    Class attributes: `permissions` names what its credentials must be allowed to do, and no more:
    `("read schemas", "read tables")`; `request_matching` says what does not count when a request is
    compared with recorded ones.
    """

    permissions: ClassVar[Sequence[str]] = ()
    request_matching: ClassVar[RequestMatching] = RequestMatching()

    @classmethod
    def network_addresses(cls, config: Any) -> list[str]:  # noqa: ARG003
        """The hosts that it calls besides those that its configuration names: `["auth.acme.com"]`."""
        return []

    def generate(self) -> Iterator[Yielded]:
        """Entities, parents before what hangs under them; bare or as `Either`.

        An exception ends the source, and is told as an error of the run; to go on after one,
        yield `Either(left=OMError(name, message))`.
        """
        raise NotImplementedError

    def takes(self, level: str, *path: str) -> bool:
        """Whether the configuration's patterns take a name; one that they leave out is counted.

        For a source that asks before an expensive request; what it yields is selected anyway.
        level: the field of the `Config`, such as "tables". path: below the service, its own name
        last: `takes("tables", "orders")`; with all above it, `match_full_names` is heeded too.

        Raises: DefinitionError where the `Config` has no patterns of this name.
        """
        config = self.config
        if not isinstance(getattr(config, level, None), Patterns):
            levels = [name for name, value in dict(config).items() if isinstance(value, Patterns)]
            raise DefinitionError(
                f"{type(self).__name__} has no patterns {level!r}",
                tried=did_you_mean(level, levels),
                next_step=f"give its Config a field: {level}: Patterns = Patterns()",
            )
        if isinstance(config, SourceConfig):
            decided = config.decide(level, self.ctx.service, *path)
        else:
            decided = getattr(config, level).decide(path[-1])
        if decided.taken:
            self.status.matched.add(level)
        else:
            self.status.filter(f"{level}: {decided.rule}")
        return decided.taken

    def sample(self, table: Table, rows: int) -> Mapping[str, Sequence[object]]:
        """Some values of a table's columns, for processors that look at them: column -> values.

        rows: at most so many. By default there are none; values go into no catalog.
        """
        del table, rows
        return {}


class Processor(Step):
    """Changes entities on their way."""

    def beforehand(self) -> Iterable[Item]:
        """What has to be in the catalog before the first entity: the tags that it gives, say."""
        return ()

    def process(self, item: Item) -> Yielded | None:
        """The item, changed in place or another one; None leaves it out, which is counted.

        Where it says by which rule, `self.status.filter("too old")`, it is counted under that.
        """
        raise NotImplementedError


class Sink(Step):
    """Stores what arrives.

    Class attribute: `keeps`, whether what earlier runs stored is still there; where it is not, an
    incremental run reads everything.
    """

    keeps: ClassVar[bool] = True

    def write(self, item: Item) -> Iterable[OMError] | None:
        """Take one item, now or in a batch; what could not be stored, as errors."""
        raise NotImplementedError

    def flush(self) -> Iterable[OMError] | None:
        """Store what is still held."""
        return None

    def delete_unseen(
        self, kinds: Collection[type[Placed]] | None = None
    ) -> Iterable[OMError] | None:
        """Delete what is stored below the services seen, and was not written in this run.

        kinds: of these only. None: of those that were written.

        Called when that is asked for, after `flush`, and only when nothing was lost.
        """
        raise NotImplementedError(f"{type(self).__name__} deletes nothing")


def deletes(sink: object) -> bool:
    """Whether a sink, or a class of one, has a `delete_unseen` of its own."""
    kind = sink if isinstance(sink, type) else type(sink)
    return getattr(kind, "delete_unseen", None) is not Sink.delete_unseen


def yielded_by(generate: Callable[[], Iterable[Yielded] | None]) -> Iterator[Yielded]:
    """What a source's `generate` gives. Raises: DefinitionError where that is None: nothing was yielded."""
    given = generate()
    if given is None:
        code = getattr(generate, "__code__", None)
        raise DefinitionError(
            f"{getattr(generate, '__qualname__', 'generate')}() has no yield, so nothing comes",
            where=f"{Path(code.co_filename).name}:{code.co_firstlineno}" if code else "",
            next_step="yield each entity: yield Table(..)",
        )
    return iter(given)


class Stage(Sink):
    """Keeps items on the way, for a later step: after the source has ended, `items` gives them."""

    def items(self) -> Iterator[Item]:
        """What was written, in its order."""
        raise NotImplementedError
