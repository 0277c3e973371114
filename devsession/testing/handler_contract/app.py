"""The recorded app as a handler asks it: which event each request was for, and refusals midway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from devsession.testing.contract.refusal import Refusal
from devsession.testing.contract.stand_in import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from devsession.openmetadata import ChangeEvent
    from devsession.recording.exchange import Exchange


class HandlerApp(StandIn):
    """A `StandIn` that knows which event is being handled.

    midway: how it refuses while events are handled, and when the handler is closed; before, it
    answers. anew: whether it answers each event as if it were the first.
    event: the id of the one that is being handled; None before the first, "" after the last.
    asked: the requests for each event, by its id; closing: those after the last one; unsure: events
    for which something was asked that is not recorded.
    """

    def __init__(
        self, *recorded: Any, midway: Refusal | None = None, anew: bool = False, **more: Any
    ) -> None:
        super().__init__(*recorded, **more)
        self._midway = midway
        self._anew = anew
        self.event: str | None = None
        self.asked: dict[str, list[Exchange]] = {}
        self.closing: list[Exchange] = []
        self.unsure: set[str] = set()

    def handing_over(self, events: Iterable[ChangeEvent]) -> Iterator[ChangeEvent]:
        """The events, each when it is the next one's turn."""
        self._refusal = self._midway or self._refusal
        for event in events:
            self.event = event.id
            if self._anew:
                self.forget()
            yield event
        self.event = ""

    def answer(self, request: Exchange) -> Exchange:
        """Raises: EndlessError when it is asked without end; ConnectionError as `Unreachable`."""
        event, known = self.event, len(self.unknown)
        if event:
            self.asked.setdefault(event, []).append(request)
        elif event is not None:
            self.closing.append(request)
        answer = super().answer(request)
        if event and len(self.unknown) > known:
            self.unsure.add(event)
        return answer


class Unreachable(Refusal):
    """The app does not answer: its connections break."""

    def answer(self, request: Exchange) -> NoReturn:
        """Raises: ConnectionResetError."""
        raise ConnectionResetError(f"{request.url} cannot be reached")
