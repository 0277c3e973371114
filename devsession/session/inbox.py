"""The events that this workspace's receiver has got, for a session; made-up ones where it has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.openmetadata import ChangeEvent
from devsession.openmetadata.events.given_events import events_frame
from devsession.openmetadata.events.inbox_file import received
from devsession.openmetadata.events.samples import sample_event
from devsession.openmetadata.model.change_event import EVENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pandas import DataFrame

    from devsession.openmetadata import EventHandler
    from devsession.openmetadata.events.inbox_file import Received
    from devsession.session.workspace import Workspace

_SHOWN = 100


def inbox_of(workspace: Workspace) -> Path:
    """Where `devsession events receive` keeps them."""
    return workspace.private / "events.db"


def last_received(workspace: Workspace, most: int) -> list[Received]:
    """The last ones, in the order in which they came. Raises: InboxError."""
    return list(received(inbox_of(workspace), last=most))


def received_frame(workspace: Workspace) -> DataFrame:
    """One row an event, the last 100: those of `events_frame`, STATE, TRIES, RESULT (a dict). Raises: InboxError."""
    from pandas import Series

    found = last_received(workspace, _SHOWN)
    frame = events_frame(each.event for each in found)
    frame["STATE"] = [each.state for each in found]
    frame["TRIES"] = [each.attempts for each in found]
    frame["RESULT"] = Series([each.outcome for each in found], dtype=object)
    return frame


def made_up(handler: EventHandler) -> list[ChangeEvent]:
    """One event of each type that a handler takes, of each kind of entity that it names."""
    return [event for event in _samples(handler) if handler.takes(event)]


def _samples(handler: EventHandler) -> Iterator[ChangeEvent]:
    for event_type in EVENT_TYPES:
        for kind in handler.entity_types or ("table",):
            yield ChangeEvent.model_validate(sample_event(event_type, kind))
