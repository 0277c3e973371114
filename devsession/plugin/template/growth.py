"""What filters and methods of text make of what they are given, told before they make it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jinja2.exceptions import TemplateRuntimeError

from devsession.plugin.template.meter import STEP, alone, letters, weight

if TYPE_CHECKING:
    from collections.abc import Callable

WIDEST = 1_000
"""Of a field in a format: `{:>1000}`, `%1000s`; and any number given to a filter of layout."""

_LONGEST = 100  # of a text given to a filter of layout
_PIECE = 8  # what a character weighs where a text is cut into its words

_LAYOUT = frozenset(
    [
        "batch",
        "center",
        "indent",
        "ljust",
        "lstrip",
        "rjust",
        "round",
        "rstrip",
        "slice",
        "strip",
        "tojson",
        "trim",
        "wordwrap",
        "zfill",
    ]
)
_ONE_BY_ONE = frozenset(
    [
        "batch",
        "groupby",
        "join",
        "list",
        "map",
        "max",
        "min",
        "reject",
        "rejectattr",
        "select",
        "selectattr",
        "slice",
        "sort",
        "sum",
        "unique",
    ]
)
_PERCENT = re.compile(r"%%|%(\([^)]*\))?[#0\- +]*(\*|\d*)(?:\.(\*|\d*))?")
_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"


def check_layout(name: str, given: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Refuse widths and fillings that nobody needs, of what makes text wider by its arguments.

    Raises: TemplateRuntimeError.
    """
    if name not in _LAYOUT:
        return
    for each in (*given, *named.values()):
        if isinstance(each, int) and abs(each) > WIDEST:
            raise TemplateRuntimeError(f"{name} takes numbers up to {WIDEST:,}")
        if isinstance(each, str) and len(each) > _LONGEST:
            raise TemplateRuntimeError(f"{name} takes text of up to {_LONGEST} characters")


def check_width(spec: str) -> None:
    """Refuse a format whose field would be too wide.

    Raises: TemplateRuntimeError.
    """
    numbers = [digits.lstrip("0") or "0" for digits in re.findall(r"\d+", spec[: WIDEST + 1])]
    too_wide = any(len(each) > len(str(WIDEST)) or int(each) > WIDEST for each in numbers)
    if too_wide or len(spec) > WIDEST:
        raise TemplateRuntimeError(f"a formatted value has {WIDEST:,} characters at the most")


def percent(text: str, *values: Any, **named: Any) -> int:
    """`text % values`: of a field the width is a number, and its key has no brackets."""
    fields = 0
    for found in _PERCENT.finditer(text):
        key, *widths = found.groups()
        fields += 1
        if key and "(" in key[1:]:
            raise TemplateRuntimeError("a key in a format has no brackets")
        if "*" in widths:
            raise TemplateRuntimeError("a format's width is a number, not *")
        check_width(" ".join(filter(None, widths)))
    is_by_key = named or any(isinstance(each, dict) for each in values)
    times = fields if is_by_key else 1
    wide = WIDEST if re.search(r"%[^a-zA-Z%]*\d{3}", text) else STEP
    return alone(text) + times * 2 * weight((values, named)) + fields * wide


def _indent(text: Any, width: Any = 4, *_more: Any, **named: Any) -> int:
    width = named.get("width", width)
    return _lines(text) * (STEP * 3 + (len(width) if isinstance(width, str) else _number(width)))


def _wordwrap(
    text: Any,
    width: Any = 79,  # noqa: ARG001 - Jinja's own arguments
    break_long_words: bool = True,  # noqa: ARG001
    wrapstring: Any = None,
    break_on_hyphens: bool = True,  # noqa: ARG001
) -> int:
    return len(_text(text)) * (_PIECE + len(_text(wrapstring or "\n")))


def _replace(text: Any, old: Any, new: Any, *_more: Any, **_named: Any) -> int:
    text, old = _text(text), _text(old)
    return alone(text) + (text.count(old) if old else len(text) + 1) * letters(_text(new))


def _join(items: Any, separator: Any = "", *_more: Any, **named: Any) -> int:
    return weight(items) + _length(items) * letters(_text(named.get("d", separator)))


def _joined(separator: str, items: Any = ()) -> int:
    return _join(items, separator)


def _words(text: Any, *_more: Any, **_named: Any) -> int:
    return _PIECE * len(_text(text))


def _split(text: str, separator: Any = None, *_more: Any, **named: Any) -> int:
    separator = named.get("sep", separator)
    if not separator or not isinstance(separator, str):
        return _words(text)
    return alone(text) + text.count(separator) * STEP * 3


def _backwards(text: str, wanted: Any = None, *_more: Any, **named: Any) -> int:
    # Python searches backwards letter by letter, for all of what is wanted at each.
    return len(text) * max(len(_text(named.get("sep", wanted) or "")) // 8, 1)


def _rsplit(text: str, separator: Any = None, *_more: Any, **named: Any) -> int:
    return max(_split(text, separator, **named), _backwards(text, separator, **named))


def _splitlines(text: str, *_more: Any, **_named: Any) -> int:
    return alone(text) + _lines(text) * STEP * 3


def _json(value: Any, indent: Any = None) -> int:
    if isinstance(indent, str):
        raise TemplateRuntimeError("tojson is indented by a number")
    return weight(value) * (2 + (_number(indent) * _depth(value) if indent else 0))


def _round(value: Any, *_more: Any, **_named: Any) -> int:
    if hasattr(value, "__len__"):
        raise TemplateRuntimeError(f"round takes a number, not {type(value).__name__}")
    return 0


def _sum(_items: Any, attribute: Any = None, start: Any = 0) -> int:  # noqa: ARG001 - Jinja's own
    if not isinstance(start, (int, float)):
        raise TemplateRuntimeError("sum adds numbers: start is one")
    return 0


def one_by_one(name: str, value: Any) -> int:
    """What a filter that takes a list makes of a text: a text of each character."""
    return STEP * len(value) if isinstance(value, str) and name in _ONE_BY_ONE else 0


def _lines(text: Any) -> int:
    return sum(map(_text(text).count, _LINE_ENDS)) + 1


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level:
        depth += 1
        nested = [each for each in level if isinstance(each, (dict, list, tuple))]
        held = [each.values() if isinstance(each, dict) else each for each in nested]
        level = [child for children in held for child in children]
    return depth


def _length(items: Any) -> int:
    return len(items) if hasattr(items, "__len__") else 0


def _number(value: Any) -> int:
    return int(value) if isinstance(value, (int, float)) else 0


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


FILTERS: dict[str, Callable[..., int]] = {
    "format": percent,
    "indent": _indent,
    "join": _join,
    "replace": _replace,
    "round": _round,
    "sum": _sum,
    "title": _words,
    "tojson": _json,
    "wordcount": _words,
    "wordwrap": _wordwrap,
}
"""Filter -> what it makes, by the arguments that it is called with."""

METHODS: dict[str, Callable[..., int]] = {
    "join": _joined,
    "replace": _replace,
    "rfind": _backwards,
    "rindex": _backwards,
    "rpartition": _backwards,
    "rsplit": _rsplit,
    "split": _split,
    "splitlines": _splitlines,
}
"""The same for methods of text."""
