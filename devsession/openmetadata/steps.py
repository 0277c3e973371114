"""The steps of a workflow: a source yields, processors change, a sink stores.

What an author writes are subclasses of these. The workflow makes each, calls `prepare` before its
first entity, and `close` in the end, whatever happened. Source: developing-metadata-plugins guide,
"Core contracts"; OpenMetadata contract, "Framework".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from devsession.openmetadata.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import BaseModel

    from devsession.openmetadata.either import Either, OMError

# What goes from step to step: an entity, or a fact about some (lineage, a test's result).
Item: TypeAlias = Model
Yielded: TypeAlias = "Item | Either[Item, OMError] | OMError"


@dataclass
class WorkflowContext:
    """What a workflow hands its steps.

    service: the name of the service whose metadata it reads; entities that name none get it.
    config: of this step, an instance of its `Config`, or a mapping where it has none.
    metadata: the catalog, to look things up; what the sink still holds is sent before it answers.
    since: watermark of an incremental run, milliseconds since 1970; None reads everything.
    """

    service: str = ""
    config: Any = field(default_factory=dict, repr=False)
    metadata: Any = None
    since: int | None = None


class Step:
    """What every step has. `Config` is a pydantic class: form, schema and secrets come from it."""

    Config: ClassVar[type[BaseModel] | None] = None

    def __init__(self, ctx: WorkflowContext | None = None) -> None:
        self.ctx = ctx or WorkflowContext()

    def prepare(self) -> None:
        """Before the first entity: sign in, warm up."""

    def test_connection(self) -> None:
        """Raise when the system cannot be reached or refuses; the message is shown."""

    def close(self) -> None:
        """In the end, also after an error."""


class Source(Step):
    """Reads a system, and yields what it finds."""

    def generate(self) -> Iterator[Yielded]:
        """Entities, parents before what hangs under them; bare or as `Either`.

        An exception ends the source, and is told as an error of the run; to go on after one,
        yield `Either(left=OMError(name, message))`.
        """
        raise NotImplementedError


class Processor(Step):
    """Changes entities on their way."""

    def process(self, item: Item) -> Yielded | None:
        """The item, changed in place or another one; None leaves it out, which is counted."""
        raise NotImplementedError


class Sink(Step):
    """Stores what arrives."""

    def write(self, item: Item) -> Iterable[OMError] | None:
        """Take one item, now or in a batch; what could not be stored, as errors."""
        raise NotImplementedError

    def flush(self) -> Iterable[OMError] | None:
        """Store what is still held."""
        return None


class Stage(Sink):
    """Keeps items on the way, for a later step: after the source has ended, `items` gives them."""

    def items(self) -> Iterator[Item]:
        """What was written, in its order."""
        raise NotImplementedError
