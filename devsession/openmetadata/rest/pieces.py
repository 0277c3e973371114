"""One entity or fact on its way to the catalog, and many of them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.openmetadata.rest.comparing import State

STORED = ""


@dataclass(slots=True)
class Piece:
    """name: fully qualified, of an entity. state: what it is counted as once it is stored.

    body: as it goes in a bulk. put: stores what goes alone. outcome: None until it is known, then
    `STORED`, or why not.
    """

    name: str
    state: State
    body: bytes = b""
    put: Callable[[], object] | None = None
    outcome: str | None = None


@dataclass(slots=True, eq=False)
class Batch:
    """Pieces of one kind, which one thread stores.

    rank: batches of lower ranks are stored before. path: where bulks of it go; empty: one by one.
    seconds: that the first answer took. too_large: so many were too many at once. broken: what ended
    the delivery, and will end every other one.
    """

    kind: str
    rank: int
    path: str
    pieces: list[Piece]
    seconds: float = 0.0
    too_large: int = 0
    broken: Exception | None = None
    done: bool = False

    def open(self) -> list[Piece]:
        """Those of which it is not known yet whether they are stored."""
        return [piece for piece in self.pieces if piece.outcome is None]
