"""How a notebook went: what the run itself and the comparison with its stored outputs say of it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.render import BAD, GOOD, counted, html_line, html_report, shortened
from devsession.testing.notebooks.document import title_of
from devsession.testing.notebooks.text_lines import uncoloured

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from nbformat import NotebookNode

    from devsession.testing.notebooks.comparison_report import NotebookComparison
    from devsession.testing.notebooks.running import Stop

_FAILED = {"differs", "missing", "extra", "raised", "timeout", "input", "dead", "secret"}
_CELLS_SHOWN = 20
_DETAILS_SHOWN = 20
_LINES_SHOWN = 40
_SOURCE_LINES = 12
_TITLE = 60
_STORE = "devsession test --update stores what came now, if that is what should come"
_NOTHING = f"{_STORE}; --lax asks only that it runs"


@dataclass(frozen=True)
class CellReport:
    """One code cell; `number` counts all cells of the notebook from 1.

    state: same, differs, uncompared, missing or extra, as the comparison says; ran, where nothing
    is compared; or what ended the run there: raised, timeout, input (it asks for some), dead (its
    kernel); secret (it put one out); not run. details: what differs, or a traceback. seconds: None
    when it did not run.
    """

    number: int
    title: str
    source: str
    state: str
    why: str = ""
    details: tuple[str, ...] = ()
    seconds: float | None = None

    def __bool__(self) -> bool:
        return self.state not in _FAILED

    def __str__(self) -> str:
        head = f"cell {self.number} ({self.title}): {self.state}"
        lines = self.source.splitlines()
        shown = [f"  | {line}" for line in lines[:_SOURCE_LINES]]
        if len(lines) > _SOURCE_LINES:
            shown.append(f"  | … {counted(len(lines) - _SOURCE_LINES, 'more line')}")
        details = [line for each in self.details[:_DETAILS_SHOWN] for line in each.splitlines()]
        shown += [f"  {line}" for line in details[:_LINES_SHOWN]]
        if len(details) > _LINES_SHOWN or len(self.details) > _DETAILS_SHOWN:
            shown.append("  …")
        return "\n".join([head + (f": {self.why}" if self.why else ""), *shown])

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {**vars(self), "details": list(self.details), "passed": bool(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CellReport:
        """What `to_dict` gave."""
        names = {each.name for each in fields(cls)}
        given = {name: value for name, value in data.items() if name in names}
        return cls(**{**given, "details": tuple(data["details"])})


@dataclass(frozen=True)
class NotebookReport:
    """One run of a notebook; true when nothing in it failed.

    name: the notebook and, where there are several, its set of parameters. problem: why it was not
    run at all. headline: the verdict in words. kept: where the executed notebook of a failing run
    lies. changes: what `--update` stored anew.
    """

    path: Path
    name: str
    cells: tuple[CellReport, ...] = ()
    headline: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()
    kept: Path | None = None
    changes: tuple[str, ...] = ()
    seconds: float = 0.0
    empty: bool = False

    def __bool__(self) -> bool:
        return not (self.problem or self.empty or self.failed)

    @property
    def failed(self) -> tuple[CellReport, ...]:
        """The cells that failed."""
        return tuple(cell for cell in self.cells if not cell)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *rest = self._lines()
        lines = (html_line(text, style="white-space:pre-wrap") for text in rest)
        return html_report(head, *lines, edge=GOOD if self else BAD)

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "notebook": str(self.path),
            "name": self.name,
            "passed": bool(self),
            "headline": self.headline,
            "problem": self.problem,
            "empty": self.empty,
            "seconds": self.seconds,
            "cells": [cell.to_dict() for cell in self.cells],
            "notes": list(self.notes),
            "executed": str(self.kept) if self.kept else None,
            "changes": list(self.changes),
        }

    def _lines(self) -> Iterator[str]:
        yield f"{self.name}: {self.problem or self.headline}"
        for cell in self.failed[:_CELLS_SHOWN]:
            yield _indented(str(cell))
        if len(self.failed) > _CELLS_SHOWN:
            yield f"  and {counted(len(self.failed) - _CELLS_SHOWN, 'more cell')}: --json has them"
        yield from (f"  stored: {_indented(each).lstrip()}" for each in self.changes)
        yield from (f"  note: {note}" for note in self.notes)
        if self.kept:
            yield f"  executed: {_from_here(self.kept)}"
        if not self.problem and (advice := self._next_step()):
            yield f"  next: {advice}"

    def _next_step(self) -> str:
        if self.empty:
            return _NOTHING
        states = {cell.state for cell in self.failed}
        if not states:
            return ""
        if "secret" in states:
            return "do not show it: print its name, or a part that tells nothing"
        if states <= {"differs", "missing", "extra"}:
            return _STORE
        return "mend the cell; the executed notebook shows all that came before it"


@dataclass(frozen=True)
class Ran:
    """What one run left, for its report.

    notebook: with what it put out. comparison: None where its stored outputs are for other
    parameters. secrets: number of a cell -> names of what it put out.
    """

    notebook: NotebookNode
    comparison: NotebookComparison | None
    stop: Stop | None
    seconds: Mapping[int, float]
    secrets: Mapping[int, tuple[str, ...]]


def cell_reports(ran: Ran) -> tuple[CellReport, ...]:
    """Each code cell, as the run and the comparison found it."""
    return tuple(_ended(each, ran) for each in _compared(ran))


def headline(ran: Ran, cells: tuple[CellReport, ...]) -> str:
    """The verdict in one line."""
    if ran.secrets:
        where = ", ".join(f"cell {number}" if number else "widgets" for number in ran.secrets)
        return f"a secret was put out: {where}"
    if ran.stop is not None:
        left = sum(cell.state == "not run" for cell in cells)
        rest = f"; {counted(left, 'cell')} not run" if left else ""
        return f"stopped at cell {ran.stop.number}: {shortened(ran.stop.why)}{rest}"
    if not cells:
        return "no code cells, nothing was run"
    if ran.comparison is None:
        return f"{counted(len(ran.seconds), 'cell')} ran, not compared"
    told = ran.comparison.headline
    return told.removeprefix(f"{ran.comparison.name}: ")


def _compared(ran: Ran) -> Iterator[CellReport]:
    if ran.comparison is not None:
        for each in ran.comparison.cells:
            title = cell_title(each.source) if each.source else "gone"
            details = tuple(str(difference) for difference in each.differences)
            yield CellReport(each.number, title, each.source, each.state, each.why, details)
        return
    for number, cell in enumerate(ran.notebook.cells, 1):
        if cell.cell_type == "code":
            yield CellReport(number, cell_title(cell.source), cell.source, "ran")


def _ended(cell: CellReport, ran: Ran) -> CellReport:
    """The cell with what the run says of it, which counts more than what differs."""
    cell = replace(cell, seconds=ran.seconds.get(cell.number))
    names = ran.secrets.get(cell.number)
    if names:
        why = f"it put out the secret {', '.join(names)}, which is not shown"
        return replace(cell, state="secret", why=why, details=())
    if ran.stop is None or cell.number < ran.stop.number or cell.state == "missing":
        return cell
    if cell.number > ran.stop.number:
        return replace(cell, state="not run", why="", details=())
    if ran.stop.state == "input":
        return replace(cell, state="input", why=ran.stop.why, details=())
    details = _traceback(ran.notebook.cells[cell.number - 1])
    return replace(cell, state=ran.stop.state, why=ran.stop.why, details=details)


def _traceback(cell: NotebookNode) -> tuple[str, ...]:
    errors = [output for output in cell.outputs if output.output_type == "error"]
    lines = uncoloured("\n".join(errors[-1].traceback)).splitlines() if errors else []
    if lines and lines[0].startswith("---"):
        lines = lines[2:]  # a rule and a heading of IPython, which say what is said above
    return tuple(lines[-_LINES_SHOWN:])


def _from_here(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def cell_title(source: str) -> str:
    """What a cell is called: the line of it that says most."""
    return shortened(title_of(source), _TITLE)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
