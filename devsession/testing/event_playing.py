"""Frozen events handed to their handler once more, against recorded answers, network shut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import MissError
from devsession.testing.playing import Pass, request_differences, what_was_raised

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from devsession.openmetadata import EventHandler
    from devsession.recording.replay import Replay
    from devsession.recording.scenario_input import EventScenarioInput

# What of an event a handler looks at.
_TELLING = ("eventType", "entityType", "entityFullyQualifiedName", "userName", "id")


def play_events(
    handler: type[EventHandler],
    frozen: EventScenarioInput,
    events: Sequence[dict[str, Any]],
    replay: Replay,
) -> Pass:
    """Hand the events over, and look at what was asked for and what came of them."""
    from devsession.openmetadata import ChangeEvent
    from devsession.openmetadata.events.handling import handle_events
    from devsession.openmetadata.workflow.frozen_config import thawed

    config = thawed(handler, frozen.config, {})
    with replay:
        came = handle_events(handler, config, map(ChangeEvent.model_validate, events))
    raised = [
        what_was_raised(error, handler, name)
        for name, error in came.raised.items()
        if not isinstance(error, MissError)
    ]
    return Pass(came.outcomes, replay.played, (*raised, *request_differences(replay)))


def changed_events(
    events: Sequence[dict[str, Any]],
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The events with one thing changed, and what: the first event stands for the others.

    A handler that asks nobody depends on the events alone.
    """
    for event in events[:1]:
        for name in _TELLING:
            if name in event:
                changed = {**event, name: f"{event[name]} changed"}
                yield f"{name} changed in the event {event['id']}", [changed, *events[1:]]
        for name in event.get("entity") or {}:
            entity = {each: value for each, value in event["entity"].items() if each != name}
            told = f"{name} taken out of the entity in the event {event['id']}"
            yield told, [{**event, "entity": entity}, *events[1:]]
