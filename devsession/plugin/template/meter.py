"""How much one operation may read, and one record's rendering may make.

One operation in C cannot be interrupted, so each is measured before it begins; what takes many
operations is ended by the clock (`watch`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from jinja2.exceptions import TemplateRuntimeError
from jinja2.utils import Namespace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    _Value = TypeVar("_Value")

STEP = 20
"""What an item of a list weighs, and a piece of text beside its characters; about bytes."""

READ = 12_000_000
"""Of one operation."""

MADE = 30_000_000
"""By one record, all together."""

_SMALL = READ // 8  # letters, that never take more than 4 bytes each
_MOST_BITS = 256  # of a whole number: twice what a NUMBER of the warehouse has
_MOST_DIGITS = 1_000

# The views' own classes: those of collections.abc are slow to ask.
_NOTHING: dict[Any, Any] = {}
_VIEWS: tuple[Any, ...] = tuple(map(type, (_NOTHING.keys(), _NOTHING.values(), _NOTHING.items())))
_NESTED: tuple[Any, ...] = (dict, list, tuple, set, frozenset, *_VIEWS)
_COUNTED: Any = (*_NESTED, range, bytes)


class TooMuchWorkError(TemplateRuntimeError):
    """The template asks for more than the rendering of one record may cost."""


class Meter:
    """What is left for one record. `for_author` is called before a filter of the plugin is."""

    __slots__ = ("for_author", "left")

    for_author: Callable[[], None]

    def __init__(self) -> None:
        self.left = MADE

    def spend(self, size: int) -> None:
        """Count what is made.

        Raises: TooMuchWorkError when that is more than is left.
        """
        self.left -= size
        if self.left < 0:
            raise TooMuchWorkError(
                f"it makes more than one record may ({MADE // 1_000_000} MB of text and lists)"
            )

    def look(self, value: Any) -> None:
        """Measure what one operation reads: all of a value, however it is nested.

        Raises: TooMuchWorkError.
        """
        if type(value) is not str or len(value) > _SMALL:
            self.bound(weight(value))

    def bound(self, size: int) -> None:
        """Refuse what is too much for one operation.

        Raises: TooMuchWorkError.
        """
        if size > READ:
            raise TooMuchWorkError(
                f"it takes more at once than one record may ({READ // 1_000_000} MB of text, or "
                f"{READ // STEP:,} items)"
            )

    def made(self, value: _Value) -> _Value:
        """Count what an operation made; what is in it was there before."""
        self.look(value)
        self.spend(alone(value))
        return value

    def listed(self, items: Iterable[Any]) -> list[Any]:
        """All items, each counted."""
        found = []
        for item in items:
            self.spend(STEP)
            found.append(item)
        return found


def weight(value: Any) -> int:
    """How much there is to a value; counting stops above READ.

    The same object counts each time it is held: it is written each time, too.
    Raises: TemplateRuntimeError for a namespace, which could hold itself, and too long a number.
    """
    if not isinstance(value, _NESTED):
        return alone(value)
    total, waiting = 0, [value]
    while waiting and total <= READ:
        each = waiting.pop()
        total += alone(each)
        if total <= READ and isinstance(each, _NESTED):
            waiting.extend(each)
            waiting.extend(each.values() if isinstance(each, dict) else ())
    return total


def alone(value: Any) -> int:
    """What a value weighs without what it holds."""
    if isinstance(value, str):
        return value.__sizeof__()  # its bytes: of one letter that is no ASCII all take more
    if isinstance(value, int):
        if value.bit_length() > _MOST_BITS:
            raise TemplateRuntimeError(f"a whole number of more than {_MOST_BITS:,} bits")
        return STEP
    if isinstance(value, _COUNTED):
        return STEP * len(value)
    if isinstance(value, Namespace):
        raise TemplateRuntimeError("a namespace is no value; print or keep what it holds")
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) > _MOST_DIGITS:
        raise TemplateRuntimeError(f"a number of more than {_MOST_DIGITS:,} digits")
    return 0


def letters(text: str) -> int:
    """What more of a text weighs, where it is put into another."""
    return len(text) if text.isascii() else 4 * len(text)
