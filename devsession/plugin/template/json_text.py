"""Whether a rendered text is JSON, and where it stops being that."""

from __future__ import annotations

import re
from typing import NamedTuple

_PLACE = re.compile(r" at line (\d+) column (\d+)$")


class JsonProblem(NamedTuple):
    """Why a text is no JSON; line and column are counted from 1."""

    message: str
    line: int
    column: int


def json_problem(text: str) -> JsonProblem | None:
    """The first thing that is wrong; None for JSON."""
    from pydantic_core import from_json

    try:
        from_json(text.encode(errors="replace"), allow_inf_nan=False)
    except ValueError as error:
        said = str(error)
        place = _PLACE.search(said)
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        return JsonProblem(_PLACE.sub("", said), line, _in_characters(text, line, column))
    return None


def _in_characters(text: str, line: int, column: int) -> int:
    """A column that was counted in bytes."""
    before = text.split("\n")[line - 1].encode(errors="replace")[: max(column - 1, 0)]
    return len(before.decode(errors="ignore")) + 1


def offset_of(text: str, problem: JsonProblem) -> int:
    """The character that a problem points at; the last one for an end that comes too early."""
    before = text.split("\n")[: problem.line - 1]
    at = sum(len(line) + 1 for line in before) + problem.column - 1
    return max(min(at, len(text) - 1), 0)
