"""What the notebook's pictures are made of, beside tables and panels (see `render`)."""

from __future__ import annotations

from html import escape

MUTED = "opacity:0.7"
CODE = (
    "margin:4px 0 0 0;padding:8px 10px;background-color:rgba(128, 128, 128, 0.12);"
    "border-radius:4px;white-space:pre-wrap;overflow-wrap:break-word;font-family:monospace"
)
# Grounds, behind text of any theme's colour.
ADDED = "rgba(46, 160, 96, 0.2)"
REMOVED = "rgba(219, 68, 68, 0.2)"
# JupyterLab stripes every table; a few facts are no table to read along.
PLAIN_ROW = "background-color:transparent"

_CELL = "padding:2px 16px 2px 0;text-align:left;vertical-align:top"


def code(text: str) -> str:
    """Text that is copied or read as it stands, escaped."""
    return f'<pre style="{CODE}">{escape(text)}</pre>'


def facts(rows: list[tuple[str, str]]) -> str:
    """Names and what holds for them, escaped, as a table without headings."""
    body = "".join(
        f'<tr style="{PLAIN_ROW}"><td style="{_CELL};{MUTED}">{escape(name)}</td>'
        f'<td style="{_CELL}">{escape(value)}</td></tr>'
        for name, value in rows
    )
    return f'<table style="margin:0">{body}</table>'


def fact_lines(rows: list[tuple[str, str]]) -> list[str]:
    """The same rows as text, indented and in columns."""
    width = max((len(name) for name, _ in rows), default=0)
    return [f"  {name:<{width}}  {value}".rstrip() for name, value in rows]
