"""What filters and methods of text make beyond what they are given, in work, before they make it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jinja2.exceptions import TemplateRuntimeError

from devsession.plugin.template.meter import STEP, WORK, weight

if TYPE_CHECKING:
    from collections.abc import Callable

WIDEST = 1_000
"""Of a field in a format: `{:>1000}`, `%1000s`."""

_PERCENT = re.compile(r"%(?:\([^)]*\))?[#0\- +]*(\*|\d*)(?:\.(\*|\d*))?")


def check_width(spec: str) -> None:
    """Refuse a format whose field would be too wide.

    Raises: TemplateRuntimeError.
    """
    if any(len(digits) > len(str(WIDEST)) or int(digits) > WIDEST for digits in _numbers(spec)):
        raise TemplateRuntimeError(f"a formatted value has {WIDEST:,} characters at the most")


def percent(text: str, *values: Any) -> int:
    """`text % values`: the widths are checked, and each field may hold all values."""
    fields = 0
    for found in _PERCENT.finditer(text):
        fields += 1
        for width in found.groups():
            if width == "*":
                raise TemplateRuntimeError("a format's width is a number, not *")
            check_width(width or "")
    return fields * (STEP + weight(values, WORK) + _widest(text))


def _numbers(spec: str) -> list[str]:
    return [digits.lstrip("0") or "0" for digits in re.findall(r"\d+", spec)]


def _widest(text: str) -> int:
    return WIDEST if re.search(r"%[^a-zA-Z%]*\d{3}", text) else 0


def _width(_text: Any, width: Any = 80, *_more: Any, **_named: Any) -> int:
    return _number(_named.get("width", width))


def _indent(text: Any, width: Any = 4, *_more: Any, **_named: Any) -> int:
    width = _named.get("width", width)
    each = len(width) if isinstance(width, str) else _number(width)
    return (_text(text).count("\n") + 1) * each


def _wordwrap(
    text: Any,
    width: Any = 79,
    break_long_words: bool = True,  # noqa: ARG001 - Jinja's own arguments
    wrapstring: Any = None,
    break_on_hyphens: bool = True,  # noqa: ARG001
) -> int:
    # A long word is cut a line at a time, and what is left of it copied each time.
    size, lines = len(_text(text)), 2 * len(_text(text)) // max(_number(width), 1)
    return lines * len(_text(wrapstring or "\n")) + lines * size // 50


def _replace(text: Any, old: Any, new: Any, *_more: Any, **_named: Any) -> int:
    found = _text(text).count(old) if old and isinstance(old, str) else len(_text(text)) + 1
    return found * len(_text(new))


def _join(items: Any, separator: Any = "", *_more: Any, **_named: Any) -> int:
    return _length(items) * len(_text(_named.get("d", separator)))


def _joined(separator: str, items: Any = ()) -> int:
    return _length(items) * len(separator)


def _strip(text: Any, characters: Any = None, **_named: Any) -> int:
    return len(_text(text)) * len(_text(_named.get("chars", characters) or ""))


def _pieces(_items: Any, count: Any = 1, *_more: Any, **_named: Any) -> int:
    named = _named.get("linecount", _named.get("slices", count))
    return STEP * _number(named)


def _round(_value: Any, precision: Any = 0, *_more: Any, **_named: Any) -> int:
    return STEP * abs(_number(_named.get("precision", precision)))


def _tested(items: Any, *arguments: Any, **_named: Any) -> int:
    return _length(items) * (STEP + weight(arguments, WORK))


def _json(value: Any, indent: Any = None) -> int:
    return _number(indent) * weight(value, WORK) * _depth(value) if indent else 0


def _sum(_items: Any, attribute: Any = None, start: Any = 0) -> int:  # noqa: ARG001 - Jinja's own
    if not isinstance(start, (int, float)):
        raise TemplateRuntimeError("sum adds numbers: start is one")
    return 0


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
    "batch": _pieces,
    "center": _width,
    "format": percent,
    "indent": _indent,
    "join": _join,
    "reject": _tested,
    "rejectattr": _tested,
    "replace": _replace,
    "round": _round,
    "select": _tested,
    "selectattr": _tested,
    "slice": _pieces,
    "sum": _sum,
    "tojson": _json,
    "trim": _strip,
    "wordwrap": _wordwrap,
}
"""Filter -> what it makes, by the arguments that it is called with."""

METHODS: dict[str, Callable[..., int]] = {
    "center": _width,
    "join": _joined,
    "ljust": _width,
    "lstrip": _strip,
    "replace": _replace,
    "rjust": _width,
    "rstrip": _strip,
    "strip": _strip,
    "zfill": _width,
}
"""The same for methods of text."""
