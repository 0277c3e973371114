"""Records of a sync before and after, as a difference; `contacts.changes()`."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from devsession.notebook.markup import ADDED, CODE, MUTED, PLAIN_ROW, REMOVED
from devsession.notebook.text_difference import cut, cut_around, line_difference
from devsession.render import counted, html_line, panel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pandas import DataFrame

    from devsession.notebook.change import Change, FieldChange

_FIELDS = 30  # of a record
_CELL = "padding:1px 16px 1px 0;text-align:left;vertical-align:top"
_COLUMNS = ("IDENTIFIER", "ACTION", "FIELD", "BEFORE", "AFTER")


@dataclass(frozen=True, repr=False)
class Changes:
    """Some records of a sync before and after.

    offered: how many a run would send in all; None when the records were asked for by name.
    """

    sync: str
    records: tuple[Change, ...]
    offered: int | None = None

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.records)

    def __repr__(self) -> str:
        return "\n".join([self._title, *(text for each in self.records for text in _as_text(each))])

    def _repr_html_(self) -> str:
        parts = [_as_html(each) for each in self.records]
        return panel(self._title, *parts)

    def to_frame(self) -> DataFrame:
        """One row a field that differs: IDENTIFIER, ACTION, FIELD, BEFORE, AFTER (JSON or None)."""
        from pandas import DataFrame

        rows = [
            (one.identifier, one.action, *field) for one in self.records for field in one.fields
        ]
        return DataFrame(rows, columns=list(_COLUMNS), dtype=object)

    @property
    def _title(self) -> str:
        shown = len(self.records)
        if self.offered is None:
            return f"{self.sync}: {counted(shown, 'record')}, before and after"
        if not self.offered:
            return f"{self.sync}: a run would send nothing"
        first = f"the first {shown:,} of " if shown < self.offered else ""
        return f"{self.sync}: {first}{counted(self.offered, 'record')} that a run would send"


def _as_text(change: Change) -> list[str]:
    rows: list[str] = []
    shown = change.fields[:_FIELDS]
    width = max((len(each.field) for each in shown), default=0)
    for each in shown:
        if each.field:
            rows.append(f"{each.field:<{width}}  {_told(each)}".rstrip())
        else:
            rows += [
                f"{sign} {text}".rstrip() for sign, text in line_difference(each.before, each.after)
            ]
    return [change.title, *(f"  {row}" for row in [*rows, *_rest(change), *change.notes])]


def _told(change: FieldChange) -> str:
    before, after = _around(change)
    if before is None or after is None:
        return f"- {before}" if after is None else f"+ {after}"
    return f"{before} -> {after}"


def _as_html(change: Change) -> str:
    rows = "".join(_row(each) for each in change.fields[:_FIELDS] if each.field)
    table = f'<table style="margin:0">{rows}</table>' if rows else ""
    texts = "".join(_block(each) for each in change.fields if not each.field)
    notes = (html_line(note, style=f"{MUTED};white-space:pre-wrap") for note in change.notes)
    rest = (html_line(note, style=MUTED) for note in _rest(change))
    title = html_line(change.title, style="font-weight:bold;margin-top:8px")
    return "".join([title, table, texts, *rest, *notes])


def _row(change: FieldChange) -> str:
    before, after = _around(change)
    cells = [
        f'<td style="{_CELL};{MUTED}">{escape(change.field)}</td>',
        _marked("-", before, REMOVED),
        _marked("+", after, ADDED),
    ]
    return f'<tr style="{PLAIN_ROW}">{"".join(cells)}</tr>'


def _marked(sign: str, text: str | None, ground: str) -> str:
    """The sign says the same as the colour."""
    if text is None:
        return f'<td style="{_CELL}"></td>'
    shown = f'<span style="background-color:{ground}">{sign} {escape(text)}</span>'
    return f'<td style="{_CELL};font-family:monospace">{shown}</td>'


def _block(change: FieldChange) -> str:
    grounds = {"+": f"background-color:{ADDED}", "-": f"background-color:{REMOVED}"}
    rows = "".join(
        f'<div style="{grounds.get(sign, "")}">{escape(f"{sign} {text}")}</div>'
        for sign, text in line_difference(change.before, change.after)
    )
    return f'<div style="{CODE}">{rows}</div>'


def _rest(change: Change) -> list[str]:
    rest = len(change.fields) - _FIELDS
    return [f"and {counted(rest, 'more field')}: .to_frame()"] if rest > 0 else []


def _around(change: FieldChange) -> tuple[str | None, str | None]:
    before, after = change.before, change.after
    if before is None or after is None:
        return before and cut(before), after and cut(after)
    return cut_around(before, after)
