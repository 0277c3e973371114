"""Where in a text something is: its line, its column, and the line with a caret below."""

from __future__ import annotations

import re

_SHOWN = 50  # characters of a line on each side of what is wrong in it


def lines_of(text: str) -> list[str]:
    """Lines as Jinja counts them."""
    return re.split(r"\r\n|\r|\n", text)


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Line and column of a character, both counted from 1."""
    before = lines_of(text[:offset])
    return len(before), len(before[-1]) + 1


def column_of(source: str, near: str) -> int:
    """Where in a line to point, from 1: at a name, rather as `row` has it, or at the first tag."""
    name = rf"(?<!\w){re.escape(near)}(?!\w)"
    of_row = re.search(rf"\brow\s*(?:\.|\[)\s*[\"']?({name})", source) if near else None
    if of_row:
        return of_row.start(1) + 1
    found = (re.search(name, source) if near else None) or re.search(r"\{[{%]", source)
    return found.start() + 1 if found else 1


def pointed(source: str, column: int) -> str:
    """A line with a caret below a column; of a long one the part around that."""
    at = column - 1
    start = max(at - _SHOWN, 0)
    shown = source[start : at + _SHOWN].expandtabs(1).encode(errors="replace").decode()
    return f"{shown}\n{' ' * (at - start)}^"
