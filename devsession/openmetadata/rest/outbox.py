"""What a sink holds and has on its way: sends it in order, and counts what becomes of each piece."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from devsession.errors import DeadlineError, DevsessionError
from devsession.openmetadata.rest.buffers import Buffer
from devsession.openmetadata.rest.deliveries import Deliveries
from devsession.openmetadata.rest.pieces import STORED
from devsession.openmetadata.steps.either import OMError

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.openmetadata.model.base import Model
    from devsession.openmetadata.rest.counts import Count, Tally
    from devsession.openmetadata.rest.pieces import Batch, Piece

# In the end, for answers that are on their way.
_LAST_SECONDS = 5.0


class Outbox:
    """store: what a thread does with a batch. first, most: entities in the first bulk, and in any.

    tally: gets the counts. gone: what ended it, when the catalog is no longer there.
    """

    def __init__(
        self,
        store: Callable[[Batch], None],
        tally: Tally,
        *,
        first: int,
        most: int,
        concurrency: int,
    ) -> None:
        self._deliveries = Deliveries(store, concurrency)
        self._tally = tally
        self._first, self._most = first, most
        self._buffers: dict[str, Buffer] = {}
        self._pending: dict[str, set[str]] = {}
        self._errors: list[OMError] = []
        self.gone: Exception | None = None

    def add(self, kind: type[Model], name: str, piece: Piece) -> None:
        """Hold a piece of a kind; send what is enough for a bulk."""
        if name not in self._buffers:
            self._buffers[name] = Buffer(kind, name, self._first, self._most)
            self._pending[name] = set()
        buffer = self._buffers[name]
        self._pending[name].add(piece.name)
        buffer.add(piece)

    def send_full(self, name: str) -> None:
        """Send of a kind what is enough for a bulk, after all that it may hang under."""
        buffer = self._buffers.get(name)
        while buffer is not None and buffer.full:
            self._send_all(buffer.rank - 1)
            self._send(buffer)
        self._count()

    def holds(self, kind: str, name: str) -> bool:
        """Whether it is not stored yet; an empty name: whether any of the kind is not."""
        waiting = self._pending.get(kind)
        return bool(waiting) and (not name or name in (waiting or ()))

    def settle(self, kind: str = "") -> None:
        """Have all that is held stored; of a kind only that, and what it hangs under."""
        buffer = self._buffers.get(kind)
        self._send_all(buffer.rank if buffer else None)
        self._deliveries.settle()
        self._count()

    def tell(self, name: str, error: str) -> None:
        """Note what went wrong with one."""
        self._errors.append(OMError(name, error))

    def told(self) -> list[OMError]:
        """What went wrong since this was asked last."""
        errors, self._errors = self._errors, []
        return errors

    def close(self) -> None:
        """Give up what is held, and after a moment what is on its way."""
        held = [buffer for buffer in self._buffers.values() if len(buffer)]
        if held or self._deliveries.under_way():
            self._deliveries.cancel()
            self._deliveries.settle(_LAST_SECONDS)
            self._count()
        for batch in self._deliveries.under_way():
            self._tally.add(batch.kind, "not sent", len(batch.pieces))
            self._deliveries.done(batch)
        for buffer in held:
            self._tally.add(buffer.name, "not sent", len(buffer))
            buffer.clear()
        self._deliveries.close()

    def _send_all(self, rank: int | None) -> None:
        """All that is held, up to a rank."""
        for buffer in sorted(self._buffers.values(), key=lambda each: each.rank):
            while len(buffer) and (rank is None or buffer.rank <= rank):
                self._send(buffer)

    def _send(self, buffer: Buffer) -> None:
        self._deliveries.room(buffer.rank)
        self._count()
        # What it hangs under may just have turned out to be lost with the catalog.
        self.go_on()
        self._deliveries.give(buffer.take())

    def go_on(self) -> None:
        """Raises: CatalogError when the catalog is gone."""
        if self.gone is not None:
            raise self.gone

    def _count(self) -> None:
        """Of what came back: what became of each piece."""
        for batch in self._deliveries.back():
            counts = Counter(self._of(batch, piece) for piece in batch.pieces)
            self._pending[batch.kind].difference_update(piece.name for piece in batch.pieces)
            self._deliveries.done(batch)
            for what, number in counts.items():
                self._tally.add(batch.kind, what, number)
            size = self._buffers[batch.kind].size
            if batch.too_large:
                size.too_large(batch.too_large)
            elif batch.seconds:
                size.answered(len(batch.pieces), batch.seconds)
            if batch.broken is not None and self.gone is None:
                self.gone = batch.broken

    def _of(self, batch: Batch, piece: Piece) -> Count:
        """What a piece is counted as; where it is lost, that is told."""
        if piece.outcome == STORED:
            return piece.state
        if isinstance(batch.broken, DeadlineError):
            return "not sent"
        self.tell(piece.name, piece.outcome or _unheard(batch.broken))
        return "failed"


def _unheard(error: Exception | None) -> str:
    if isinstance(error, DevsessionError):
        said = f" ({error.said})" if error.said else ""
        return f"it is not known whether it is stored: {error.what}{said}"
    return f"it is not known whether it is stored: {error!r}"
