"""Where two HTML outputs differ: in cells of their tables, else in their markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.render import counted
from devsession.testing.notebooks.comparison_report import Difference
from devsession.testing.notebooks.html_lines import read_markup
from devsession.testing.notebooks.text_lines import difference_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.testing.notebooks.html_lines import Table


def html_differences(place: str, stored: str, got: str) -> Iterator[Difference]:
    """Each cell of a table that is another, with its row and column; then other markup as lines.

    Ids, the order of attributes and white space between tags do not count.
    """
    if stored == got:
        return
    ours, theirs = read_markup(stored), read_markup(got)
    as_many = len(ours.tables) == len(theirs.tables)
    tables = list(zip(ours.tables, theirs.tables, strict=True)) if as_many else []
    for number, pair in enumerate(tables, 1):
        where = f"{place}, table {number}" if len(tables) > 1 else place
        yield from _table_differences(where, *pair)
    # With a table's rows its markup is another as well: that is not told a second time.
    told = any(one.shape != other.shape for one, other in tables)
    if not told and ours.lines != theirs.lines:
        expected, now = "\n".join(ours.lines), "\n".join(theirs.lines)
        yield Difference(f"{place}, markup", expected, now, difference_lines(expected, now))


def _table_differences(place: str, stored: Table, got: Table) -> Iterator[Difference]:
    if stored.shape != got.shape:
        lines = difference_lines(_as_text(stored), _as_text(got))
        yield Difference(f"{place}, {_sized(got)}, expected {_sized(stored)}", "", "", lines)
        return
    for title, ours, theirs in (
        ("heading", stored.headings, got.headings),
        ("row", stored.rows, got.rows),
    ):
        for number, (old, new) in enumerate(zip(ours, theirs, strict=True), 1):
            for at, (expected, now) in enumerate(zip(old, new, strict=True)):
                if expected != now:
                    named = f" ({old[0]!r})" if at and old[0] and title == "row" else ""
                    column = repr(stored.column(at)) if stored.column(at) else str(at + 1)
                    where = f"{place}, {title} {number}{named}, column {column}"
                    yield Difference(where, repr(expected), repr(now))


def _sized(table: Table) -> str:
    width = max((len(row) for row in [*table.headings, *table.rows]), default=0)
    return f"{counted(len(table.rows), 'row')} of {counted(width, 'column')}"


def _as_text(table: Table) -> str:
    return "\n".join(" | ".join(row) for row in [*table.headings, *table.rows])
