"""Freezing the input of a handler's scenario: its configuration, without its secrets, and events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import UsageError
from devsession.openmetadata.events.given_events import events_of
from devsession.openmetadata.workflow.frozen_config import frozen
from devsession.recording.event_scenario import EventScenarioFolder
from devsession.recording.scenario import scenario_folder
from devsession.recording.scenario_input import EventScenarioInput
from devsession.render import counted
from devsession.session.frozen_folder import frozen_folder
from devsession.session.inbox import last_received, made_up
from devsession.session.wanted import Wanted

if TYPE_CHECKING:
    from devsession.openmetadata import ChangeEvent
    from devsession.session.development import DevelopmentSession
    from devsession.session.events import GivenEvents, SessionEvents

_LAST = 10


def event_scenario_of(
    session: DevelopmentSession,
    handler: SessionEvents,
    name: str,
    given: GivenEvents | None,
    *,
    refresh: bool,
) -> EventScenarioFolder:
    """The folder of a scenario as it was frozen; frozen now when there is none."""
    Wanted(name, None, None).check()
    folder = scenario_folder(session.workspace.scenarios, handler.slug, name, EventScenarioFolder)
    if isinstance(given, str):
        given = session.workspace.folder / given
    events = None if given is None else events_of(given)
    return frozen_folder(
        folder,
        session.vault,
        refresh=refresh,
        freeze=lambda: _freeze(session, handler, folder, name, events),
        frozen_with=lambda: _frozen_with(session, handler, folder, events),
    )


def _freeze(
    session: DevelopmentSession,
    handler: SessionEvents,
    folder: EventScenarioFolder,
    name: str,
    events: list[ChangeEvent] | None,
) -> None:
    now = _input(session, handler, name)
    if events is None:
        events = _taken(session, handler)
    if not events:
        raise UsageError(
            f"The scenario {name!r} has no events to handle",
            where=str(folder.path),
            next_step=f'session.events({handler.slug!r}).scenario({name!r}, events="events.jsonl")',
        )
    redactor = session.vault.redactor  # with the secrets of the configuration
    with folder.at_once(redactor):
        folder.clear()
        folder.write_input(now, redactor)
        folder.write_events([each.to_wire() for each in events], redactor)


def _taken(session: DevelopmentSession, handler: SessionEvents) -> list[ChangeEvent]:
    """The last events that came; made-up ones where none has."""
    if found := last_received(session.workspace, _LAST):
        return [each.event for each in found]
    return made_up(handler.made(handler.config))


def _input(session: DevelopmentSession, handler: SessionEvents, name: str) -> EventScenarioInput:
    content, secrets = frozen(handler.config)
    return EventScenarioInput(
        name=name,
        sync=handler.slug,
        plugin=session.source.name,
        config=content,
        secrets=sorted(secrets),
    )


def _frozen_with(
    session: DevelopmentSession,
    handler: SessionEvents,
    folder: EventScenarioFolder,
    events: list[ChangeEvent] | None,
) -> str:
    """What it was frozen with that is otherwise by now."""
    clean, told = session.vault.redactor.value, []
    before = folder.read_events()
    if events is not None and clean([each.to_wire() for each in events]) != before:
        told.append(f"{counted(len(before), 'event')}, other ones")
    if not session.offline and handler.is_configured:
        was, now = folder.read_input(), _input(session, handler, folder.read_input().name)
        if was.config != clean(now.config):
            told.append("another configuration")
    return ", ".join(told)
