"""Two values that differ, in one line; long ones where they differ."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH = 120
_BEFORE = 40  # characters shown before the first one that differs, of a long text

# Stands for a field that is not there.
NOTHING = object()
# What a number in JSON is read as, the characters of its spelling: 1, 1.0 and "1" differ then, and so
# do 0.0 and -0.0, and a large body is read fast.
Number: Any = tuple


def line(place: str, ours: Any, theirs: Any) -> str:
    """`body.email: 'b@x', recorded 'a@x'`."""
    if type(ours) is type(theirs) and isinstance(ours, str | bytes):
        start = max(0, _first_difference(ours, theirs) - _BEFORE)
        if start and max(len(ours), len(theirs)) > WIDTH:
            return (
                f"{place}, from character {start:,}: "
                f"{short(ours[start:])}, recorded {short(theirs[start:])}"
            )
    return f"{place}: {short(ours)}, recorded {short(theirs)}"


def _first_difference(ours: Any, theirs: Any) -> int:
    """How many characters at the beginning are the same."""
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(ours), len(theirs)))


def short(value: Any) -> str:
    """The beginning of a value."""
    if value is NOTHING or value == b"":
        return "nothing"
    if isinstance(value, Number):
        return cut("".join(value))
    if isinstance(value, bytes):
        value = value[: WIDTH * 2].decode("utf-8", "backslashreplace")
    if isinstance(value, str):
        value = value[: WIDTH * 2]
    elif isinstance(value, dict | list):
        return cut("".join(islice(_pieces(value), WIDTH)))
    return cut(repr(value))


def printable(name: str) -> str:
    """A name as it can be written anywhere, cut where it is long; it came from outside."""
    return cut(name[: WIDTH * 2].encode("utf-8", "backslashreplace").decode())


def cut(text: str) -> str:
    """The beginning of a text."""
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


def _pieces(value: Any) -> Iterator[str]:
    """A list or an object bit by bit: writing out all of a large one takes long."""
    if isinstance(value, dict):
        yield "{"
        for at, (name, inner) in enumerate(value.items()):
            yield f"{', ' if at else ''}{name!r}: "
            yield from _pieces(inner)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for at, inner in enumerate(value):
            yield ", " if at else ""
            yield from _pieces(inner)
        yield "]"
    else:
        yield short(value)
