"""HTML as what is compared of it: the cells of its tables, and all else as lines of markup.

Ids that are others in each run (a Styler's, a plot's) get numbers in the order in which they come.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from typing import NamedTuple

_ID = re.compile(r"""(?<![\w-])id\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][\w-]*")
# uuid4 as text and as hex, alone or within a name.
_RANDOM = re.compile(
    r"(?<![0-9a-f])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})(?![0-9a-f])"
)
_CODE = {"script", "style"}
_KEPT = {"pre", "textarea"}
# What matplotlib writes into an SVG about itself, a date with it.
_ABOUT = "metadata"


class Cell(NamedTuple):
    """One cell of a table: its text, and over how many columns and rows it stands."""

    text: str
    heading: bool
    columns: int
    rows: int


class Table(NamedTuple):
    """A table as a grid of texts: `headings` are the rows at its top that hold headings only."""

    headings: list[list[str]]
    rows: list[list[str]]

    @property
    def shape(self) -> tuple[list[int], list[int]]:
        """How many cells each row has."""
        return [len(row) for row in self.headings], [len(row) for row in self.rows]

    def column(self, at: int) -> str:
        """What stands over a column, of several rows of headings all."""
        names = [row[at] for row in self.headings if at < len(row) and row[at]]
        return " / ".join(dict.fromkeys(names))


class Markup(NamedTuple):
    """What an HTML text holds: its tables, and its lines without the text of their cells."""

    tables: list[Table]
    lines: list[str]


def read_markup(html: str) -> Markup:
    """Take HTML (or SVG) apart; markup that is not well formed is read as far as it goes."""
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    return Markup([_table(rows) for rows in reader.tables], reader.lines)


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.tables: list[list[list[Cell]]] = []
        self._ids: dict[str, str] = {}
        for match in _ID.finditer(html):
            self._ids.setdefault(match[1], f"id{len(self._ids) + 1}")
        self._random: dict[str, str] = {}
        self._open: list[str] = []  # of script, style, pre ..
        self._depth = 0  # of tables within each other
        self._in_head = False
        self._cell: tuple[bool, int, int] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _CODE | _KEPT | {_ABOUT}:
            self._open.append(tag)
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append([])
        elif self._depth == 1 and tag == "tr":
            self._end_cell()
            self.tables[-1].append([])
        elif self._depth == 1 and tag in {"td", "th"}:
            self._end_cell()
            given = dict(attrs)
            spans = _span(given.get("colspan")), _span(given.get("rowspan"))
            self._cell = (tag == "th", *spans)
        self._mark(self._start(tag, attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._mark(self._start(tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self._mark(f"</{tag}>")
        if self._open and self._open[-1] == tag:
            self._open.pop()
        if self._depth == 1 and tag in {"td", "th", "tr", "table"}:
            self._end_cell()
        if tag == "table":
            self._depth = max(self._depth - 1, 0)

    def handle_data(self, data: str) -> None:
        within = self._open[-1] if self._open else ""
        if within == _ABOUT:
            return
        if self._cell is not None and within not in _CODE:
            self._text.append(data)
            return
        lines = data.split("\n") if within in _CODE | _KEPT else [data]
        clean = [line.rstrip() if within in _KEPT else " ".join(line.split()) for line in lines]
        if within in _CODE:
            clean = [self._stable(line) for line in clean]
        self.lines += [line for line in clean if line]

    def close(self) -> None:
        super().close()
        self._end_cell()

    def _mark(self, line: str) -> None:
        if _ABOUT not in self._open:
            self.lines.append(line)

    def _start(self, tag: str, attrs: list[tuple[str, str | None]]) -> str:
        told = "".join(
            f" {name}" if value is None else f' {name}="{escape(self._stable(value))}"'
            for name, value in sorted(attrs, key=lambda pair: pair[0])
        )
        return f"<{tag}{told}>"

    def _stable(self, text: str) -> str:
        text = _NAME.sub(lambda match: self._ids.get(match[0], match[0]), text)
        return _RANDOM.sub(self._numbered, text)

    def _numbered(self, match: re.Match[str]) -> str:
        return self._random.setdefault(match[0], f"random{len(self._random) + 1}")

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        if not self.tables[-1]:
            self.tables[-1].append([])
        heading, columns, rows = self._cell
        text = " ".join("".join(self._text).split())
        self.tables[-1][-1].append(Cell(text, heading, columns, rows))
        self._cell, self._text = None, []


def _span(value: str | None) -> int:
    """HTML's own bounds: a span of a million columns is a mistake."""
    return min(max(int(value), 1), 1_000) if value and value.isdecimal() else 1


def _table(rows: list[list[Cell]]) -> Table:
    """The grid: a cell over several columns or rows stands in each of them."""
    headings = 0
    for row in rows:
        if not row or not all(cell.heading for cell in row):
            break
        headings += 1
    grid: list[list[str]] = []
    from_above: dict[int, tuple[int, str]] = {}
    for row in rows:
        texts: list[str] = []
        below: dict[int, tuple[int, str]] = {}

        def stand_in() -> None:
            while len(texts) in from_above:  # noqa: B023
                left, text = from_above.pop(len(texts))  # noqa: B023
                if left > 1:
                    below[len(texts)] = left - 1, text  # noqa: B023
                texts.append(text)  # noqa: B023

        for cell in row:
            stand_in()
            for _ in range(cell.columns):
                if cell.rows > 1:
                    below[len(texts)] = cell.rows - 1, cell.text
                texts.append(cell.text)
        stand_in()
        grid.append(texts)
        from_above = below
    return Table(grid[:headings], grid[headings:])
