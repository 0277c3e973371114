"""A notebook as it ran now against its stored outputs, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devsession.testing.notebooks.comparison_report import NotebookComparison
from devsession.testing.notebooks.sanitize import Sanitizer

if TYPE_CHECKING:
    from nbformat import NotebookNode


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
    raise NotImplementedError
