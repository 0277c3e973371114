"""Events as an author has them at hand: objects, what JSON gives, a file of JSON lines; and as a frame."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.errors import DataError, EntityError, UsageError
from devsession.openmetadata.model.change_event import ChangeEvent
from devsession.openmetadata.model.moments import moment_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pandas import DataFrame

_COLUMNS = ["IDENTIFIER", "TYPE", "ENTITY_TYPE", "FQN", "CHANGED", "USER", "TIME"]


def events_of(given: str | Path | Iterable[ChangeEvent | Mapping[str, Any]]) -> list[ChangeEvent]:
    """Events of what an author has. given: events, what JSON gives of them, or a file's name.

    Raises:
        DataError: there is no such file, or it holds no JSON lines.
        EntityError: one of them cannot be; it says which.
        UsageError: they are something else.
    """
    if isinstance(given, str | Path):
        return _read(Path(given))
    if isinstance(given, ChangeEvent | Mapping):
        given = [given]
    try:
        each = list(given)
    except TypeError:
        raise _no_events(type(given).__name__) from None
    return [_event(event, f"event {number}") for number, event in enumerate(each, start=1)]


def events_frame(events: Iterable[ChangeEvent]) -> DataFrame:
    """One row an event: IDENTIFIER, TYPE, ENTITY_TYPE, FQN, CHANGED (fields), USER, TIME (UTC)."""
    from pandas import DataFrame

    rows = [
        (
            each.id,
            each.event_type,
            each.entity_type,
            each.fqn,
            each.changed,
            each.user_name,
            moment_of(each.timestamp),
        )
        for each in events
    ]
    return DataFrame(rows, columns=_COLUMNS, dtype=object)


def event_lines(file: Path) -> list[tuple[int, bytes]]:
    """The lines of a file of events as they stand there, each with its number; without empty ones.

    Raises: DataError when it cannot be read.
    """
    try:
        # As bytes: a text has line ends, U+2028, that JSON may hold as they are.
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise _unreadable(file, error.strerror or "") from None
    stripped = (line.strip() for line in lines)
    return [(number, line) for number, line in enumerate(stripped, start=1) if line]


def _read(file: Path) -> list[ChangeEvent]:
    events = []
    for number, line in event_lines(file):
        where = f"{file.name}, line {number}"
        try:
            content = json.loads(line.decode())
        except UnicodeDecodeError:
            raise _unreadable(file, "it is not UTF-8") from None
        except ValueError as error:
            raise DataError(
                "A line of the file of events is no JSON",
                said=str(error),
                where=where,
                next_step="each line is one event: no list around them, no comma behind",
            ) from None
        events.append(_event(content, where))
    return events


def _unreadable(file: Path, said: str) -> DataError:
    return DataError(
        "The file of events cannot be read",
        said=said,
        where=str(file),
        next_step="name a file with an event as JSON in each line",
    )


def _event(given: object, where: str) -> ChangeEvent:
    if isinstance(given, ChangeEvent):
        return given
    if not isinstance(given, Mapping):
        raise _no_events(f"{where} is of type {type(given).__name__}")
    try:
        return ChangeEvent.model_validate(dict(given))
    except EntityError as error:
        error.where = where
        raise


def _no_events(what: str) -> UsageError:
    return UsageError(
        "Events are ChangeEvents, or what JSON gives of them",
        tried=what,
        next_step='events=[ChangeEvent(..)], or the name of a file with one in each line: "events.jsonl"',
    )
