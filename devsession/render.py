"""Tables as text and as HTML: the one way in which a report, a plan or a list is shown."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# JupyterLab's sanitiser drops <style> and scripts: only inline styles survive in a notebook
# that is not trusted, so these are all the styles there are.
_CELL = "padding:2px 12px 2px 0;text-align:left;vertical-align:top"


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
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def counted(number: int, thing: str) -> str:
    """`1 record`, `1,200 records`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
