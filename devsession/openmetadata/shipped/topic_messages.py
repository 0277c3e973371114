"""An entity, a fact or an event as the message that a topic gets."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from devsession.openmetadata.model.lines import kind_of, line_of
from devsession.openmetadata.steps.causes import name_of
from devsession.render import NEUTRAL, html_line, html_report

if TYPE_CHECKING:
    from devsession.openmetadata.model.change_event import ChangeEvent
    from devsession.openmetadata.steps.steps import Item

# Lines of the JSON; `to_dict()` has all of it.
_SHOWN = 30


@dataclass(frozen=True, repr=False)
class TopicMessage:
    """What is written. value: JSON, in UTF-8. name: of the entity that it is about."""

    key: bytes
    value: bytes
    headers: dict[str, str]
    name: str = field(default="", compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Key and headers as texts, the value as JSON has it."""
        return {"key": self.key.decode(), "headers": self.headers, "value": from_json(self.value)}

    def __str__(self) -> str:
        return "\n".join([*self._head, self._shown])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        value = f'<pre style="margin:4px 0">{escape(self._shown)}</pre>'
        return html_report("message", *map(html_line, self._head), value, edge=NEUTRAL)

    @property
    def _head(self) -> list[str]:
        headers = ", ".join(f"{name}={value}" for name, value in self.headers.items())
        return [
            f"key:     {self.key.decode()}",
            f"headers: {headers}",
            f"value:   {len(self.value):,} bytes of JSON",
        ]

    @property
    def _shown(self) -> str:
        lines = json.dumps(from_json(self.value), indent=2, ensure_ascii=False).splitlines()
        more = len(lines) - _SHOWN
        return "\n".join(lines[:_SHOWN] + ([f"… and {more:,} more lines"] if more > 0 else []))


def message_of(item: Item) -> TopicMessage:
    """The message of an entity or fact; its value is the line that `JsonLinesSource` reads, `model.lines`.

    The kind stands in the key as well: a test and its results, or services of two kinds, may be called
    the same, and a compacted topic keeps the last message of a key.
    """
    kind, name = kind_of(type(item)).__name__, name_of(item)
    return TopicMessage(f"{kind}:{name}".encode(), line_of(item), {"kind": kind}, name)


def message_of_event(event: ChangeEvent) -> TopicMessage:
    """The message of an event, by its fields; its key is the entity's fully qualified name.

    What the catalog tells as JSON in a text, the entity say, is JSON here.

    All events of an entity so stand in one partition, in their order.
    """
    name = event.fqn or event.entity_id or event.id
    headers = {
        "kind": "ChangeEvent",
        "id": event.id,
        "event-type": event.event_type,
        "entity-type": event.entity_type,
    }
    return TopicMessage(name.encode(), event.to_json(), headers, name)
