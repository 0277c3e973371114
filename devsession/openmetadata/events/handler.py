"""What an author writes to react to changes in the catalog, and how one event is handed to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from devsession.openmetadata.steps.causes import place_of_method, said_by
from devsession.openmetadata.steps.steps import Step
from devsession.plugin.request_matching import RequestMatching

if TYPE_CHECKING:
    from collections.abc import Collection

    from devsession.openmetadata.model.change_event import ChangeEvent

# What a handler may say of an event: nothing, a line, or several things by name.
Said = str | dict[str, Any] | None


class EventHandler(Step):
    """Reacts to changes in the catalog.

    Class attributes: `event_types` and `entity_types` say which events it is handed; an empty one
    leaves nothing out. `request_matching` as of a source.
    """

    event_types: ClassVar[Collection[str]] = ()
    entity_types: ClassVar[Collection[str]] = ()
    request_matching: ClassVar[RequestMatching] = RequestMatching()

    @classmethod
    def network_addresses(cls, config: Any) -> list[str]:  # noqa: ARG003
        """The hosts that it calls besides those that its configuration names: `["hooks.acme.com"]`."""
        return []

    def takes(self, event: ChangeEvent) -> bool:
        """Whether this event is for it; by default as the class attributes say."""
        return (not self.event_types or event.event_type in self.event_types) and (
            not self.entity_types or event.entity_type in self.entity_types
        )

    def handle(self, event: ChangeEvent) -> Said:
        """Do what the event asks for; what was done may be told, in a line or by name.

        An exception says that it was not done: the event is handed over again later. So is one
        whose handling was cut off; let what it writes be found by `event.id`, and write that once.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Handled:
    """How the handling of one event ended.

    result: what the handler said; `error` when it failed. raised: that, for `cause_of`, which tells
    the line; outcomes do not, as lines move. place: that line, of what the handler did not raise itself.
    """

    event: str
    success: bool
    result: dict[str, Any] = field(default_factory=dict)
    raised: BaseException | None = field(default=None, compare=False, repr=False)
    place: str = field(default="", compare=False, repr=False)


def hand_over(handler: EventHandler, event: ChangeEvent) -> Handled | None:
    """Have one event handled; None where the handler does not take it. An exception is an outcome.

    What it says is as the handler said it: whoever stores or shows it redacts it.
    """
    try:
        if not handler.takes(event):
            return None
        said: object = handler.handle(event)  # an author's may return anything
        if said is not None and not isinstance(said, str | dict):
            what = f"handle() returned {type(said).__name__}; a text, a dict or None is told"
            return _failed(event, TypeError(what), place_of_method(handler.handle))
    except Exception as error:  # noqa: BLE001 - the author's code
        return _failed(event, error)
    result = said if isinstance(said, dict) else {"done": said} if said else {}
    return Handled(event.id, success=True, result=result)


def _failed(event: ChangeEvent, error: Exception, place: str = "") -> Handled:
    result = {"error": said_by(error)}
    return Handled(event.id, success=False, result=result, raised=error, place=place)
