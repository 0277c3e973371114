"""Tables and panels as text and as HTML: the one way in which a report, a plan or a list is shown.

JupyterLab's sanitiser drops <style> and scripts: only inline styles survive in a notebook that is
not trusted, so these are all the styles there are. No text has a colour of its own: it takes the
theme's. Lines and grounds are half transparent.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

GOOD = "rgba(46, 160, 96, 0.9)"
DOUBTFUL = "rgba(214, 148, 32, 0.9)"
BAD = "rgba(219, 68, 68, 0.9)"
NEUTRAL = "rgba(128, 128, 128, 0.5)"

_CELL = "padding:2px 12px 2px 0;text-align:left;vertical-align:top"
_PANEL = (
    "border:1px solid rgba(128, 128, 128, 0.4);border-left:4px solid {edge};"
    "border-radius:6px;padding:10px 14px;margin:4px 0;max-width:{width}px;overflow-x:auto;font-size:13px"
)


def text_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns padded to their widest cell; the last one is left ragged."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    lines = [headings, *cells]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def html_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The same table for a notebook; every cell is escaped."""
    head = "".join(f'<th style="{_CELL}">{escape(heading)}</th>' for heading in headings)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{escape(str(cell))}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    table = f'<table style="margin:0"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div style="overflow-x:auto">{table}</div>'


def panel(title: str, *parts: str, edge: str = NEUTRAL, width: int = 720) -> str:
    """A framed block; `title` is escaped, `parts` are HTML. width: pixels at most."""
    under = ";margin-bottom:4px" if parts else ""
    heading = f'<div style="font-weight:bold{under}">{escape(title)}</div>'
    return f'<div style="{_PANEL.format(edge=edge, width=width)}">{heading}{"".join(parts)}</div>'


def html_report(title: str, *parts: str, edge: str) -> str:
    """A verdict and what it rests on: a panel that is wide enough for tables."""
    return panel(title, *parts, edge=edge, width=960)


def html_line(text: str, *, style: str = "") -> str:
    """One line of text, escaped."""
    return f'<div style="{style}">{escape(text)}</div>'


def shortened(text: str, width: int = 160) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 1]}…"


def both_ends(text: str, width: int = 80) -> str:
    """A text without its middle where it is longer: of a URL the end tells most."""
    head = width // 3
    return text if len(text) <= width else f"{text[:head]}…{text[head + 1 - width :]}"


def counted(number: int, thing: str) -> str:
    """`1 record`, `1,200 records`, `2 entities`."""
    return f"{number:,} {thing if number == 1 else plural(thing)}"


def plural(thing: str) -> str:
    """Several of it: `records`, `entities`, `keys`."""
    return f"{thing[:-1]}ies" if thing.endswith("ty") else f"{thing}s"


def first_of(names: Sequence[str], most: int) -> str:
    """`1, 2, 3 and 97 more`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
