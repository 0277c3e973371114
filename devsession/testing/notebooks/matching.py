"""Which cell of a run belongs to which stored cell, and where a stored notebook lacks one."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from devsession.testing.notebooks.tags import cell_tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbformat import NotebookNode

NO_COUNTS = "no execution count is stored: a cell that was removed cannot be seen"
NOT_ONE_RUN = (
    "its execution counts are not those of one run from top to bottom: a cell that was removed "
    "cannot be seen"
)


AGAIN = (
    "it was run again in the same kernel: at its beginning a cell that was removed cannot be seen"
)


class Pair(NamedTuple):
    """A stored cell and the same as it ran; one of them is None where it has no counterpart.

    number: among all cells as stored, from 1; of one that is not stored, as it ran.
    """

    number: int
    stored: NotebookNode | None
    executed: NotebookNode | None


class Gap(NamedTuple):
    """Execution counts that no cell has. number: of the cell that follows."""

    number: int
    text: str


def paired_cells(stored: NotebookNode, executed: NotebookNode) -> list[Pair]:
    """All code cells of both, in the order of the run.

    By their ids; where one side has none or has one twice, by their sources in order. Cells that
    papermill has put in belong together whatever their ids.
    """
    ours, theirs = _code_cells(stored), _code_cells(executed)
    keys = [[str(cell.get("id", "")) for _, cell in cells] for cells in (ours, theirs)]
    if any("" in ids or len(set(ids)) < len(ids) for ids in keys):
        keys = [[cell.source for _, cell in cells] for cells in (ours, theirs)]
    for ids, cells in zip(keys, (ours, theirs), strict=True):
        injected = [at for at, (_, cell) in enumerate(cells) if cell_tags(cell).injected]
        if len(injected) == 1:
            ids[injected[0]] = "injected parameters"
    return list(_aligned(ours, theirs, keys[0], keys[1]))


def _aligned(
    ours: Sequence[tuple[int, NotebookNode]],
    theirs: Sequence[tuple[int, NotebookNode]],
    our_keys: Sequence[str],
    their_keys: Sequence[str],
) -> Iterator[Pair]:
    matcher = SequenceMatcher(None, our_keys, their_keys, autojunk=False)
    for kind, our_from, our_to, their_from, their_to in matcher.get_opcodes():
        mine, other = ours[our_from:our_to], theirs[their_from:their_to]
        if kind == "equal":
            for (number, cell), (_, ran) in zip(mine, other, strict=True):
                yield Pair(number, cell, ran)
            continue
        yield from (Pair(number, cell, None) for number, cell in mine)
        yield from (Pair(number, None, cell) for number, cell in other)


def missing_counts(stored: NotebookNode) -> tuple[list[Gap], str]:
    """Where a notebook that was run from top to bottom has lost cells, and what cannot be seen.

    A kernel counts its cells from 1; where all were run again in it, they begin at least as many
    later. A cell without a count (cleared, or skipped) may have had one
    that is gone. A cell that was removed from the end leaves no trace.
    """
    cells = _code_cells(stored)
    counted = [(number, cell) for number, cell in cells if cell.get("execution_count") is not None]
    if not counted:
        return [], NO_COUNTS if cells else ""
    counts = [(number, cell.execution_count) for number, cell in counted]
    if any(one >= other for (_, one), (_, other) in pairwise(counts)):
        return [], NOT_ONE_RUN
    uncounted = [
        number
        for number, cell in cells
        if cell.get("execution_count") is None and cell.source.strip()
    ]
    first = counts[0][1] - 1
    run_again = first >= len(counts)
    gaps = []
    for (before, one), (after, other) in pairwise([(0, first if run_again else 0), *counts]):
        cleared = sum(before < number < after for number in uncounted)
        if other - one - 1 > cleared:
            gaps.append(Gap(after, _told(one + 1, other - 1, before, after)))
    return gaps, AGAIN if run_again else ""


def _told(first: int, last: int, before: int, after: int) -> str:
    gone = f"In [{first}] is" if first == last else f"In [{first}] to [{last}] are"
    where = f"between cell {before} and cell {after}" if before else f"before cell {after}"
    return f"{gone} gone {where}: a cell was removed, or run again"


def _code_cells(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    return [
        (number, cell) for number, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"
    ]
