"""A notebook as it ran now against its stored outputs, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from devsession.render import shortened
from devsession.testing.notebooks.comparison_report import (
    COUNTED,
    CellComparison,
    Difference,
    NotebookComparison,
)
from devsession.testing.notebooks.matching import missing_counts, paired_cells
from devsession.testing.notebooks.outputs import OutputComparer
from devsession.testing.notebooks.sanitize import Sanitizer
from devsession.testing.notebooks.tags import cell_tags
from devsession.testing.notebooks.text_lines import uncoloured

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from devsession.testing.notebooks.matching import Pair
    from devsession.testing.notebooks.tags import CellTags

_TRACEBACK = 12  # lines at its end
_NO_CODE = "it has no code cell"
_NOTHING = "no cell was compared"
_NO_OUTPUTS = "no cell gives an output, stored or now: all that is seen is that they run"


@dataclass(frozen=True)
class Rules:
    """How outputs are compared.

    image_tolerance: the share of an image's pixels that may be others, from 0 to 1. lax: only cells
    that ask for it (`nbval-check-output`) are compared, as with `pytest --nbval-lax`.
    """

    sanitizer: Sanitizer = field(default_factory=Sanitizer)
    image_tolerance: float = 0.0
    lax: bool = False


def compare(
    stored: NotebookNode, executed: NotebookNode, rules: Rules, *, name: str = "notebook"
) -> NotebookComparison:
    """Each code cell's outputs as stored and as they came, under the cell's tags.

    stored: as read from its file. executed: the same notebook after its run, with the state of its
    widgets in its metadata as nbclient and papermill leave it; a cell that was not run has no
    execution count. name: what the notebook is called in texts.
    """
    comparer = OutputComparer(stored, executed, rules.sanitizer, rules.image_tolerance)
    cells: list[CellComparison] = []
    notes: list[str] = []
    for pair in paired_cells(stored, executed):
        tags = cell_tags(pair.stored if pair.stored is not None else _only(pair))
        found = _compared(pair, tags, comparer, lax=rules.lax)
        if found.why == _NOT_RUN and not all(cells):
            failed = next(cell for cell in cells if not cell)
            found = replace(found, state="uncompared", why=f"not run: {failed.name} failed before")
        cells.append(found)
        notes += [f"cell {pair.number}: {note}" for note in tags.notes]
    gaps, blind = missing_counts(stored)
    if rules.lax:
        notes += [gap.text for gap in gaps]
    else:
        cells += [CellComparison(gap.number, "", "", "missing", gap.text) for gap in gaps]
    # A cell that is gone stands before the one that follows it.
    cells.sort(key=lambda cell: (cell.number, bool(cell.source)))
    notes += [*([blind] if blind else []), *comparer.notes, *_emptiness(cells, stored, executed)]
    return NotebookComparison(tuple(cells), tuple(notes), name, rules.lax)


_NOT_RUN = "it was not run"


def _only(pair: Pair) -> NotebookNode:
    cell = pair.stored if pair.stored is not None else pair.executed
    assert cell is not None  # noqa: S101 - one side of a pair always is
    return cell


def _compared(pair: Pair, tags: CellTags, comparer: OutputComparer, *, lax: bool) -> CellComparison:
    cell, stored, came = _only(pair), pair.stored, pair.executed
    told = CellComparison(pair.number, cell.get("id", ""), cell.source, "uncompared")
    if stored is None or came is None:
        return _alone(told, pair, tags)
    unseen = _not_run(told, stored, came, tags)
    if unseen is not None:
        return unseen
    raised = next((each for each in came.outputs if each.output_type == "error"), None)
    if raised is not None and not tags.may_raise:
        return _unexpected(told, raised)
    if not ((not lax) if tags.compared is None else tags.compared):
        return replace(told, why=tags.said_by("compared") or "only tagged cells are compared")
    found = islice(comparer.differences(stored.outputs, came.outputs), COUNTED)
    return _by_outputs(told, stored, tuple(found))


def _alone(told: CellComparison, pair: Pair, tags: CellTags) -> CellComparison:
    if pair.executed is None:
        return replace(told, state="missing", why="it is stored, and not in the notebook that ran")
    if tags.injected:
        return replace(told, why="the parameters of this run")
    return replace(told, state="extra", why="it is not in the stored notebook")


def _not_run(
    told: CellComparison, stored: NotebookNode, came: NotebookNode, tags: CellTags
) -> CellComparison | None:
    if tags.skipped:
        return replace(told, why=f"not run: {tags.said_by('skipped')}")
    if came.get("execution_count") is not None or came.outputs:
        return None
    if stored.source.strip():
        return replace(told, state="differs", why=_NOT_RUN)
    return None if stored.outputs else replace(told, why="it is empty")


def _by_outputs(
    told: CellComparison, stored: NotebookNode, found: tuple[Difference, ...]
) -> CellComparison:
    never_run = stored.get("execution_count") is None and not stored.outputs
    if not (never_run and stored.source.strip()):
        return replace(told, state="differs" if found else "same", differences=found)
    why = "it was never run when the notebook was stored"
    if not found:
        return replace(told, why=why)
    return replace(told, state="extra", why=f"{why}, and gives an output now", differences=found)


def _unexpected(told: CellComparison, raised: NotebookNode) -> CellComparison:
    """An exception fails a cell that no tag allows it, whatever is stored; as with stock tools."""
    what = uncoloured(f"{raised.ename}: {raised.evalue}")
    lines = uncoloured("\n".join(raised.get("traceback", []))).splitlines()[-_TRACEBACK:]
    shown = tuple(f"+ {line}" for line in lines or [what])
    why = f"it raised {shortened(what)}; the tag raises-exception allows that"
    return replace(
        told, state="differs", why=why, differences=(Difference("exception", "", what, shown),)
    )


def _emptiness(
    cells: list[CellComparison], stored: NotebookNode, executed: NotebookNode
) -> list[str]:
    """What a comparison that found nothing rests on, where that is nothing."""
    compared = [cell for cell in cells if cell.state in {"same", "differs"}]
    if not cells:
        return [_NO_CODE]
    if not compared:
        return [_NOTHING]
    outputs: list[Any] = [
        each
        for notebook in (stored, executed)
        for cell in notebook.cells
        for each in cell.get("outputs", [])
    ]
    return [] if outputs else [_NO_OUTPUTS]
