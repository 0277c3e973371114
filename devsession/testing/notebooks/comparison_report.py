"""What a comparison of a notebook with its stored outputs found, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from devsession.render import BAD, GOOD, counted, html_line, html_report, shortened
from devsession.testing.notebooks.text_lines import html_block, indented

State = Literal["same", "differs", "uncompared", "missing", "extra"]
_FAILED = {"differs", "missing", "extra"}
COUNTED = 200  # differences of a cell; the rest is not looked for
_SOURCE_LINES = 12
_CELLS_SHOWN = 20
_DIFFERENCES_SHOWN = 20
_NEXT = "devsession test --update stores what came now, if that is what should come"


@dataclass(frozen=True)
class Difference:
    """One place in the outputs of a cell.

    place: `stdout`, `text/html, row 2, column 'price'`, `widget IntSlider.value`. expected, got: the
    two as text, empty where one is not there. lines: the same as a difference in text, where a line
    begins with `-` for what was stored, with `+` for what came, or with a blank.
    """

    place: str
    expected: str
    got: str
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.lines:
            return "\n".join([f"{self.place}:", *(f"  {line}" for line in self.lines)])
        return f"{self.place}: {self.got or 'nothing'}, expected {self.expected or 'nothing'}"


@dataclass(frozen=True)
class CellComparison:
    """One code cell: `number` counts all cells of the notebook from 1.

    why: of a cell that is not the same, in a few words. A cell that is gone from the notebook as
    it runs now has the number of the one that stands in its place, or comes next.
    """

    number: int
    id: str
    source: str
    state: State
    why: str = ""
    differences: tuple[Difference, ...] = ()

    def __bool__(self) -> bool:
        return self.state not in _FAILED

    @property
    def name(self) -> str:
        """`cell 3`; nobody sees ids."""
        return f"cell {self.number}"

    def __str__(self) -> str:
        head = f"{self.name}: {self.state}" + (f": {self.why}" if self.why else "")
        lines = self.source.splitlines()
        more = len(lines) - _SOURCE_LINES
        shown = [f"  | {line}" for line in lines[:_SOURCE_LINES]]
        shown += [f"  | … {counted(more, 'more line')}"] if more > 0 else []
        found = [indented(str(each)) for each in self.differences[:_DIFFERENCES_SHOWN]]
        found += [f"  {self._more}"] if self._more else []
        return "\n".join([head, *shown, *found])

    @property
    def _more(self) -> str:
        hidden = len(self.differences) - _DIFFERENCES_SHOWN
        at_least = "at least " if len(self.differences) == COUNTED else ""
        return f"and {at_least}{hidden:,} more" if hidden > 0 else ""

    def _repr_html_(self) -> str:
        head = f"{self.name}: {self.state}" + (f": {self.why}" if self.why else "")
        title = html_line(head, style="font-weight:bold;margin-top:8px")
        source = html_block([(" ", line) for line in self.source.splitlines()[:_SOURCE_LINES]])
        found = [_html_difference(each) for each in self.differences[:_DIFFERENCES_SHOWN]]
        more = [html_line(self._more)] if self._more else []
        return "".join([title, source if self.source else "", *found, *more])

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            **{name: getattr(self, name) for name in ("number", "id", "source", "state", "why")},
            "differences": [{**vars(each), "lines": list(each.lines)} for each in self.differences],
        }


@dataclass(frozen=True)
class NotebookComparison:
    """All code cells of a notebook in their order; true when cells were compared and none differs.

    notes: what was not compared and why, and what cannot be seen. name: what the notebook is called
    in texts. lax: only cells that ask for it were compared, so it may be none.
    """

    cells: tuple[CellComparison, ...]
    notes: tuple[str, ...] = ()
    name: str = "notebook"
    lax: bool = False

    def __bool__(self) -> bool:
        return not self.failed and bool(self.compared or self.lax)

    @property
    def failed(self) -> tuple[CellComparison, ...]:
        """Cells that differ, are missing, or are extra."""
        return tuple(cell for cell in self.cells if not cell)

    @property
    def compared(self) -> int:
        """How many cells were compared."""
        return sum(cell.state in {"same", "differs"} for cell in self.cells)

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        counts = {
            state: sum(cell.state == state for cell in self.cells)
            for state in ("differs", "missing", "extra", "uncompared")
        }
        differ = counts.pop("differs")
        parts = [f"{counted(differ, 'cell')} of {self.compared:,} compared differ{_s(differ)}"]
        if not differ:
            parts = [f"{counted(self.compared, 'cell')} as stored"]
        if not self.compared:
            parts = ["nothing was compared"]
        parts += [f"{number:,} {state}" for state, number in counts.items() if number]
        return f"{self.name}: {', '.join(parts)}"

    def text(self) -> str:
        """The report: each cell that fails, then the notes."""
        found = [indented(str(cell)) for cell in self.failed[:_CELLS_SHOWN]]
        hidden = len(self.failed) - len(found)
        found += [f"  and {counted(hidden, 'more cell')}: .cells has them all"] if hidden else []
        notes = [f"  note: {note}" for note in self.notes]
        return "\n".join([self.headline, *found, *notes, *([] if self else [f"  next: {_NEXT}"])])

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        cells = [cell._repr_html_() for cell in self.failed[:_CELLS_SHOWN]]
        hidden = len(self.failed) - len(cells)
        more = [html_line(f"and {counted(hidden, 'more cell')}: .cells")] if hidden else []
        notes = [html_line(f"note: {note}") for note in self.notes]
        then = [] if self else [html_line(f"next: {_NEXT}", style="margin-top:6px")]
        edge = GOOD if self else BAD
        return html_report(self.headline, *cells, *more, *notes, *then, edge=edge)

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "notebook": self.name,
            "same": bool(self),
            "compared": self.compared,
            "cells": [cell.to_dict() for cell in self.cells],
            "notes": list(self.notes),
        }


def _s(number: int) -> str:
    return "s" if number == 1 else ""


def _html_difference(each: Difference) -> str:
    if not each.lines:
        return html_line(shortened(str(each), 400))
    return html_line(f"{each.place}:") + html_block([(line[:1], line) for line in each.lines])
