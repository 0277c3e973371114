"""Differences that a clock or a random number made, and the line of plugin.py that ignores them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from devsession.plugin.request_matching import written_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.request_matching import RequestMatching
    from devsession.recording.differences import Difference

UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
# A date with a time, as ISO 8601 or as HTTP and mail write it.
MOMENT = r"\d{4}-?\d\d-?\d\d[T ]\d\d:?\d\d(?::?\d\d)?(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
HTTP_DATE = r"\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d.*"
# Seconds, milliseconds, micro- or nanoseconds since 1970, of the years 2001 to 2286.
EPOCH = r"[1-9]\d{9}(?:\d{3}){0,3}(?:\.\d+)?"
_ULID = r"[0-7][0-9A-HJKMNP-TV-Z]{25}"
_HEX = r"(?=.*\d)(?=.*[a-fA-F])[0-9a-fA-F]{16,}"
_VALUE = re.compile("|".join([MOMENT, HTTP_DATE, EPOCH, UUID, _ULID, _HEX]))
_NAME = re.compile(
    r"(?<![a-z])(nonce|time_?stamp|ts|signature|sig|idempotency_?key|"
    r"(request|trace|correlation|message|batch|run)_?id|(sent|requested)_?at)$"
)


def ignoring_line(found: Sequence[Difference], matching: RequestMatching) -> str:
    """The declaration that ignores these differences; "" unless each one looks made by chance."""
    if not found or not all(map(_by_chance, found)):
        return ""
    parameters = list(matching.ignore_parameters)
    paths = list(matching.ignore_json)
    for each in found:
        if each.json_path:
            paths.append(written_path(tuple(_any_item(step) for step in each.json_path)))
        elif each.parameter:
            parameters.append(each.parameter)
    declared = {
        "ignore_parameters": list(dict.fromkeys(parameters)),
        "ignore_json": list(dict.fromkeys(paths)),
        "match_headers": list(matching.match_headers),
    }
    options = ", ".join(
        f"{option}=[{', '.join(map(_written, names))}]"
        for option, names in declared.items()
        if names
    )
    return f"request_matching = RequestMatching({options})"


def _by_chance(each: Difference) -> bool:
    """Whether a difference is one of clocks and random numbers, by its two values or its name."""
    if each.ours is None or each.theirs is None:
        return False
    keys = [step for step in each.json_path or () if isinstance(step, str)]
    name = keys[-1] if keys else each.parameter
    if name is None:
        return False
    if _NAME.search(words_of(name)):
        return True
    return bool(_VALUE.fullmatch(each.ours) and _VALUE.fullmatch(each.theirs))


def words_of(name: str) -> str:
    """`request_id` for `requestId` and `Request-ID`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-.]", "_", name).lower()


def _any_item(step: str | int | None) -> str | None:
    return step if isinstance(step, str) else None


def _written(name: str) -> str:
    """A Python string, with double quotes where that is possible."""
    text = repr(name)
    return f'"{text[1:-1]}"' if text[0] == "'" and '"' not in name else text
