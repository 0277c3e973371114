"""What the rendering of one record costs, and where it ends.

One operation in C cannot be interrupted, so each is paid for before it begins: by what it reads
and what it will make. Work is counted, not timed, so that a template fails on every machine or on
none; the clock is for what the counts do not see.
"""

from __future__ import annotations

from time import thread_time
from typing import TYPE_CHECKING, Any

from jinja2.exceptions import TemplateRuntimeError
from jinja2.utils import Namespace

if TYPE_CHECKING:
    from collections.abc import Iterator

STEP = 20
"""The price of a call, an operation, an iteration, an item; a character costs 1."""

WORK = 2_000_000
_SECONDS = 0.3
_BETWEEN_LOOKS = 50_000  # of work, between looks at the clock

# The views' own classes: those of collections.abc are slow to ask.
_NOTHING: dict[Any, Any] = {}
_VIEWS: tuple[Any, ...] = tuple(map(type, (_NOTHING.keys(), _NOTHING.values(), _NOTHING.items())))
_NESTED: tuple[Any, ...] = (dict, list, tuple, set, frozenset, *_VIEWS)


class TooMuchWorkError(TemplateRuntimeError):
    """The template asks for more than the rendering of one record may cost."""


class Meter:
    """The work that is left for one record."""

    __slots__ = ("_deadline", "_look_below", "left")

    def __init__(self) -> None:
        self.left = WORK
        self._look_below = WORK - _BETWEEN_LOOKS
        self._deadline = thread_time() + _SECONDS

    def spend(self, work: int) -> None:
        """Pay for work before it is done.

        Raises: TooMuchWorkError when that is more than is left.
        """
        self.left -= work
        if self.left < self._look_below:
            self._look()

    def weigh(self, value: Any) -> None:
        """Pay for one look at all of a value, however it is nested."""
        self.spend(len(value) if type(value) is str else weight(value, self.left))

    def listed(self, items: Iterator[Any]) -> list[Any]:
        """All items of an iterator, each paid for."""
        found = []
        for item in items:
            self.spend(STEP)
            found.append(item)
        return found

    def _look(self) -> None:
        if self.left < 0:
            raise TooMuchWorkError(
                f"it takes more work than one record may ({WORK // STEP:,} steps, or {WORK:,} "
                "characters)"
            )
        if thread_time() > self._deadline:
            raise TooMuchWorkError(f"it takes longer than one record may ({_SECONDS} s)")
        self._look_below = max(self.left - _BETWEEN_LOOKS, 0)


def weight(value: Any, limit: int) -> int:
    """How much there is to a value, in work; counting stops above `limit`.

    The same object counts each time it is held: it is written each time, too.
    Raises: TemplateRuntimeError for a namespace, which could hold itself.
    """
    total, waiting = 0, [value]
    while waiting and total <= limit:
        each = waiting.pop()
        total += _alone(each)
        if total <= limit and isinstance(each, _NESTED):
            waiting.extend(each)
            waiting.extend(each.values() if isinstance(each, dict) else ())
    return total


def _alone(value: Any) -> int:
    """What a value costs without what it holds."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, int):
        return value.bit_length() // 3
    if isinstance(value, _NESTED) or isinstance(value, range):  # noqa: SIM101 - mypy knows neither
        return STEP * len(value)
    if isinstance(value, Namespace):
        raise TemplateRuntimeError("a namespace is no value; print or keep what it holds")
    return 0
