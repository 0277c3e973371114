"""Events of every type, made up, and what may be odd about one: what a handler is to bear."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from devsession.openmetadata.events.samples import sample_events
from devsession.openmetadata.model.change_event import EVENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from devsession.openmetadata import EventHandler

Event = dict[str, Any]

UNICODE = "_Żółć漢字🙂"
_LONG = 100_000
_MANY = 100
_FACTS = ("id", "eventType", "entityType", "timestamp")
# Of what a value holds: words of the server, and names, whose length it bounds.
_WORDS = {"id", "type", "dataType"}
_NAMES = {"name", "fullyQualifiedName", "displayName"}


def samples_for(handler: type[EventHandler]) -> list[Event]:
    """One of each type, about each type of entity that a handler names; those of newer servers too."""
    newer = [each for each in _several(handler.event_types) if each not in EVENT_TYPES]
    return [
        event
        for entity_type in _several(handler.entity_types) or ("table",)
        for event_type in ("all", *newer)
        for event in sample_events(event_type, entity_type)
    ]


def _several(types: Collection[str]) -> Collection[str]:
    # One text is a slip, which a check of its own tells.
    return (types,) if isinstance(types, str) else types


def odd(event: Mapping[str, Any]) -> Iterator[tuple[str, Event]]:
    """The event as it may come just as well, each with another id, and what is odd about it."""
    for told, change in _ODD.items():
        changed = change(dict(event))
        yield told, {**changed, "id": made_id(f"{event['id']} {told}")}


def made_id(of: str) -> str:
    """An event's id that is made of something, the same each time."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, of))


def _without(*names: str) -> Callable[[Event], Event]:
    return lambda event: {name: value for name, value in event.items() if name not in names}


def _with(**facts: Any) -> Callable[[Event], Event]:
    return lambda event: {**event, **facts}


def _newer(event: Event) -> Event:
    more: Event = {"domain": "sales", "retries": [1, {"at": None}]}
    entity = {**(event.get("entity") or {}), "lifeCycle": {"accessed": more}}
    change = {**(event.get("changeDescription") or {}), "changeSummary": {"description": more}}
    return {**event, **more, "entity": entity, "changeDescription": change}


def _valued(event: Event, change: Callable[[Any], Any]) -> Event:
    """The event with other values in its entity and in what has changed."""
    told = event.get("changeDescription") or {}
    fields = {
        kind: [
            {name: value if name == "name" else change(value) for name, value in each.items()}
            for each in each_changed
        ]
        for kind, each_changed in told.items()
        if isinstance(each_changed, list)
    }
    return {
        **event,
        "entity": change(event.get("entity") or {}),
        "changeDescription": {**told, **fields},
    }


def _texts(content: Any, made: Callable[[str], str], kept: Collection[str] = ()) -> Any:
    """The same with other texts. kept: the fields that stay."""
    if isinstance(content, str):
        return made(content)
    if isinstance(content, list):
        return [_texts(each, made, kept) for each in content]
    if isinstance(content, dict):
        return {
            name: value if name in _WORDS or name in kept else _texts(value, made, kept)
            for name, value in content.items()
        }
    return content


def _unicode(event: Event) -> Event:
    named = {
        name: f"{event[name]}{UNICODE}"
        for name in ("entityFullyQualifiedName", "userName")
        if name in event
    }
    return _valued(event, lambda value: _texts(value, lambda text: text + UNICODE)) | named


def _huge(event: Event) -> Event:
    def long(text: str) -> str:
        return text * (_LONG // (len(text) or 1))

    return _valued(event, lambda value: _texts(value, long, _NAMES))


def _listed(event: Event) -> Event:
    def longer(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: longer(each) for name, each in value.items()}
        return value * _MANY if isinstance(value, list) else value

    return _valued(event, longer)


_ODD: dict[str, Callable[[Event], Event]] = {
    "with nothing in it": lambda event: {name: event[name] for name in _FACTS},
    "without entity": _without("entity"),
    "without changeDescription": _without("changeDescription"),
    "with an empty changeDescription": _with(changeDescription={}),
    "without a fully qualified name": _without("entityFullyQualifiedName"),
    "of an unknown type": _with(eventType="entityPainted"),
    "of another type of entity": _with(entityType="glossaryTerm"),
    "with fields of a newer server": _newer,
    "with letters of many scripts": _unicode,
    "with huge values": _huge,
    "with long lists": _listed,
}
