"""A stream's row on an inbound sync's page: what it shows of each choice, and what it offers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

from devsession.plugin.streams import InboundSyncStrategy, StorageBehaviour
from devsession.render import shortened
from devsession.session.stream_choices import CHOICES, made
from devsession.session.stream_fields import schema_fields
from devsession.session.stream_usual import dotted, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from devsession.plugin.streams import StreamConfiguration

_STATE = 60
_STORAGES: tuple[str, ...] = get_args(StorageBehaviour)
_INCREMENTAL = InboundSyncStrategy.INCREMENTAL
_LABELS: dict[str, Callable[[Any], str]] = {
    "strategy": str,
    "cursor": dotted,
    "key": spelled,
    "storage": str,
}


def about(stream: StreamConfiguration, state: Mapping[str, Any] | None) -> str:
    """What it depends on, and where its last run ended."""
    parts = []
    if stream.depends_on_stream:
        parts.append(f"depends on {stream.depends_on_stream}")
    if state is not None:
        told = ", ".join(f"{name} {_plain(value)}" for name, value in state.items())
        parts.append(f"read up to {shortened(told, _STATE)}")
    return "; ".join(parts)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def chosen(
    stream: StreamConfiguration, choices: Mapping[str, Any], choosable: Iterable[str]
) -> dict[str, str]:
    """Each choice as the page has it: a value as JSON, or text where there is nothing to choose."""
    now = made(stream, choices)
    shown = {
        each: _value(now[each]) if each in choosable else _LABELS[each](now[each])
        for each in CHOICES
    }
    if "cursor" not in choosable:
        own = "the app's own" if stream.source_defined_cursor else ""
        shown["cursor"] = (shown["cursor"] or own) if now["strategy"] == _INCREMENTAL else ""
    return shown


def offered(
    stream: StreamConfiguration, choices: Mapping[str, Any], wrong: Iterable[str]
) -> dict[str, list[tuple[str, str]]]:
    """Choice -> values and labels, where there is more than one; none at all: it is typed.

    wrong: choices that cannot be any more; where the app leaves none now, the way out is its own. A
    cursor is among them before Incremental is chosen: Tab comes to it while Python is told of that.
    """
    now = made(stream, choices)
    fields = schema_fields(stream.json_schema)
    found: dict[str, list[tuple[str, str]]] = {"storage": _options("storage", _STORAGES)}
    if len(stream.supported_sync_strategies) > 1:
        names = [str(each) for each in stream.supported_sync_strategies]
        found["strategy"] = _options("strategy", names)
    if not stream.source_defined_cursor and _INCREMENTAL in stream.supported_sync_strategies:
        known = [now["cursor"], stream.default_cursor_field]
        found["cursor"] = _of_fields("cursor", fields, known)
    if not stream.source_defined_primary_key:
        # A field that stands in others is one of the fields of a key.
        keys = [each if isinstance(each, str) else [each] for each in fields]
        found["key"] = _of_fields("key", keys, [now["key"]])
    for each in wrong:
        if each in CHOICES and each not in found:
            found[each] = [("", "as the app says"), *_options(each, [now[each]])]
    return found


def _of_fields(
    choice: str, fields: Sequence[Any], known: Sequence[object]
) -> list[tuple[str, str]]:
    """Those of the schema, with what is chosen already or is usual; none where nobody names any."""
    if not fields and not any(isinstance(each, list) for each in known):
        return []
    offered = list(fields)
    for each in known:
        if each and each not in offered:
            offered.insert(0, each)
    return [("", "none"), *_options(choice, offered)]


def _options(choice: str, values: Sequence[Any]) -> list[tuple[str, str]]:
    return [(_value(each), _LABELS[choice](each)) for each in values]


def _value(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
