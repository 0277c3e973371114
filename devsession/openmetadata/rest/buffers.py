"""What waits to be sent, by kind, in the order in which kinds depend on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.openmetadata.model.entities import (
    Classification,
    Container,
    Dashboard,
    Database,
    DatabaseSchema,
    Domain,
    Pipeline,
    Placed,
    Service,
    Table,
    Tag,
    Topic,
)
from devsession.openmetadata.model.facts import LineageEdge, PipelineStatus, TestCase, TestResult
from devsession.openmetadata.rest.batch_size import MOST_BYTES, BatchSize
from devsession.openmetadata.rest.pieces import Batch

if TYPE_CHECKING:
    from devsession.openmetadata.model.base import Model
    from devsession.openmetadata.rest.pieces import Piece

# What stands in a line needs nothing of its own line, nor of those below.
_ORDER: tuple[tuple[type[Model], ...], ...] = (
    (Classification, Domain),
    (Tag,),
    (Service,),
    (Database,),
    (DatabaseSchema,),
    (Table, Topic, Container, Dashboard, Pipeline),
    (LineageEdge, TestCase),
    (TestResult, PipelineStatus),
)
# Of kinds that have no bulk; many of them are as many calls.
_FACTS = 20
FACTS: dict[type[Model], str] = {
    LineageEdge: "lineage",
    TestResult: "testResult",
    PipelineStatus: "pipelineStatus",
}


def kind_of(item: Model) -> str:
    """What it is counted as: `table`, `lineage`."""
    return FACTS.get(type(item)) or str(getattr(item, "entity_type", type(item).__name__))


def rank_of(kind: type[Model]) -> int:
    """Its line in the order."""
    return next(
        (rank for rank, line in enumerate(_ORDER) if issubclass(kind, line)), len(_ORDER) - 1
    )


class Buffer:
    """What waits of one kind. first, most: entities in its first bulk, and in any."""

    def __init__(self, kind: type[Model], name: str, first: int, most: int) -> None:
        self.rank = rank_of(kind)
        self.name = name
        self.size = BatchSize(first, most)
        self._path = kind.path if issubclass(kind, Placed) else ""
        self._waiting: list[Piece] = []
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether it is time to send."""
        return len(self._waiting) >= self._most or self._bytes >= MOST_BYTES

    def add(self, piece: Piece) -> None:
        """One more waits."""
        self._waiting.append(piece)
        self._bytes += len(piece.body)

    def take(self) -> Batch:
        """What goes together; it does not wait any longer."""
        taken = Batch(self.name, self.rank, self._path, self._waiting[: self._most])
        del self._waiting[: self._most]
        self._bytes -= sum(len(piece.body) for piece in taken.pieces)
        return taken

    def clear(self) -> None:
        """Nothing waits any longer."""
        self._waiting, self._bytes = [], 0

    @property
    def _most(self) -> int:
        return self.size.entities if self._path else min(_FACTS, self.size.entities)
