"""A recorded answer, said of other records: identifiers that the app repeats or gives are theirs.

Only what can be read off the recording is carried over. In JSON (and in forms, of what is sent): a
list of answers that is as long as the list of records, item by item; in each item, or in an answer
to one record, values that were sent come back as they are sent now, an index counts, and an
identifier of the app's own is a new one. All else stays as it was recorded.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from devsession.testing.json_values import (
    Path,
    at_path,
    leaves,
    lists,
    parsed,
    sent_content,
    with_value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.recording.exchange import Exchange

_TAIL = 8  # digits of a new identifier
_SHORT = 12


def carried(recorded: Exchange, request: Exchange, numbers: Iterator[int]) -> Exchange:
    """The answer to a request that is like a recorded one. numbers: for identifiers, new each."""
    answer = parsed(recorded.response_body)
    if answer is None:
        return recorded
    then, now = sent_content(recorded), sent_content(request)
    carrying = _Carrying(numbers)
    pair = _lists_alike(then, now, answer)
    if pair is None:
        told = carrying.one(answer, _told(recorded, then), _told(request, now), named_only=True)
    else:
        told = carrying.many(answer, *pair)
    return replace(recorded, response_body=json.dumps(told).encode())


def longest_list(request: Exchange) -> int:
    """How many records a request carries: the longest list in it; 1 without a list."""
    found = [len(items) for _, items in lists(sent_content(request))]
    return max(found, default=1)


def first_difference(one: Exchange, other: Exchange) -> str:
    """Where the bodies of two requests differ first, `records.0.email`; "" when they are alike."""
    first = dict(leaves(sent_content(one)))
    for path, value in leaves(sent_content(other)):
        if path not in first or first[path] != value:
            return ".".join(map(str, path))
    return ""


class _Carrying:
    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers

    def many(self, answer: Any, place: Path, then: list[Any], now: list[Any]) -> Any:
        """The answer with its list, at this place, made for the records that are sent now."""
        answers = at_path(answer, place)
        typical = _typical(answers)
        fresh = _identifying(answers, typical)
        made = [
            self._item(answers[typical], then[typical], record, typical, index, fresh)
            for index, record in enumerate(now)
        ]
        return with_value(answer, place, made)

    def one(self, answer: Any, then: Any, now: Any, *, named_only: bool) -> Any:
        """An answer to a single record."""
        fresh = {path for path, _ in leaves(answer) if named_only and _is_named_id(path)}
        return self._item(answer, then, now, -1, -1, fresh)

    def _item(
        self, template: Any, then: Any, now: Any, place: int, index: int, fresh: set[Path]
    ) -> Any:
        told = {_text(value): path for path, value in leaves(then) if _tells(value)}
        made = template
        for path, value in leaves(template):
            if value == place and type(value) is int and path not in fresh:
                made = with_value(made, path, index)
            elif _tells(value) and _text(value) in told:
                made = with_value(made, path, at_path(now, told[_text(value)], value))
            elif path in fresh and value is not None:
                made = with_value(made, path, _new(value, next(self._numbers)))
        return made


def _new(value: Any, number: int) -> Any:
    """An identifier of the same looks."""
    if isinstance(value, int):
        return 10**_TAIL + number
    text = str(value)
    if len(text) < _SHORT:
        return f"{text}{number}"
    return f"{text[:-_TAIL]}{number:0{_TAIL}}"


def _typical(answers: list[Any]) -> int:
    """Which answer is repeated: of the shape that most have, one without an error if there is one."""
    shapes = [_shape(each) for each in answers]
    counts = Counter(shapes)
    return max(
        range(len(answers)),
        key=lambda at: (not _says_error(answers[at]), counts[shapes[at]], -at),
    )


def _shape(item: Any) -> tuple[tuple[Path, str], ...]:
    return tuple(sorted(((path, type(value).__name__) for path, value in leaves(item)), key=str))


def _says_error(item: Any) -> bool:
    return any(
        value not in (None, "", False, 0) and any("error" in str(step).lower() for step in path)
        for path, value in leaves(item)
    )


def _identifying(answers: list[Any], typical: int) -> set[Path]:
    """Where the answers of one shape have an identifier: each another one."""
    shape = _shape(answers[typical])
    alike = [dict(leaves(each)) for each in answers if _shape(each) == shape]
    found = set()
    for path, value in leaves(answers[typical]):
        values = [each[path] for each in alike]
        differs = len(alike) > 1 and len(set(map(_text, values))) == len(alike)
        counts = values == [at for at, each in enumerate(answers) if _shape(each) == shape]
        if not counts and (_is_named_id(path) or (differs and _looks_like_id(value))):
            found.add(path)
    return found


def _is_named_id(path: Path) -> bool:
    name = str(path[-1]).lower() if path else "id"
    return name.endswith("id") or name in ("key", "uuid", "guid", "sid", "ts")


def _looks_like_id(value: Any) -> bool:
    if not isinstance(value, str):
        return isinstance(value, int) and not isinstance(value, bool)
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return any(letter.isdigit() for letter in value)
    return False


def _lists_alike(then: Any, now: Any, answer: Any) -> tuple[Path, list[Any], list[Any]] | None:
    """Where the answer has a list as long as the one that was sent, and what is sent in that now."""
    sent_now = dict(lists(now))
    found = [
        (len(answers), place, records, sent_now[path])
        for path, records in lists(then)
        if records and path in sent_now
        for place, answers in lists(answer)
        if len(answers) == len(records)
    ]
    return max(found, key=lambda each: each[0])[1:] if found else None


def _told(request: Exchange, sent: Any) -> Any:
    """What a request says in all: its body, and the parts of its path."""
    return {"body": sent, "path": [unquote(each) for each in urlsplit(request.url).path.split("/")]}


def _tells(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""


def _text(value: Any) -> str:
    return json.dumps(value)
