"""The stored outputs of a notebook, rewritten where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from devsession.testing.notebooks.comparison_report import CellComparison, NotebookComparison


def updated(
    stored: NotebookNode, executed: NotebookNode, comparison: NotebookComparison
) -> tuple[NotebookNode, tuple[CellComparison, ...]]:
    """The stored notebook with the outputs that came now in each cell that differs, and these cells.

    Ids, metadata, sources and all other outputs stay as they are.
    """
    raise NotImplementedError


def rewritten(text: str, notebook: NotebookNode) -> str:
    """A notebook's file with other outputs: indentation and order of keys stay those of `text`."""
    raise NotImplementedError
