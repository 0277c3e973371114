"""Secrets in what a notebook put out: found and replaced before anything of it is written or shown."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from devsession.secrets.redact import Redactor

WIDGETS = 0
"""Where the state of widgets is found, which belongs to no cell."""


def hide_secrets(notebook: NotebookNode, redactor: Redactor) -> dict[int, tuple[str, ...]]:
    """Replace the secrets in all outputs; number of the cell, from 1 -> names of those found there."""
    found = {}
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code" and (names := _names(cell.outputs, redactor)):
            found[number] = names
            cell.outputs = _clean(cell.outputs, redactor)
    if names := _names(notebook.metadata.get("widgets"), redactor):
        found[WIDGETS] = names
        notebook.metadata.widgets = _clean(notebook.metadata.widgets, redactor)
    return found


def hide_in_sources(notebook: NotebookNode, redactor: Redactor) -> NotebookNode:
    """The notebook with no secret in what its cells say; itself when there is none."""
    texts = [redactor.text(cell.source) for cell in notebook.cells]
    if all(text is cell.source for text, cell in zip(texts, notebook.cells, strict=True)):
        return notebook
    clean = deepcopy(notebook)
    for text, cell in zip(texts, clean.cells, strict=True):
        cell.source = text
    return clean


def without_secrets(notebook: NotebookNode, redactor: Redactor) -> NotebookNode:
    """The notebook with no secret in it anywhere, sources included; itself when there is none."""
    return _clean(notebook, redactor) if _names(notebook, redactor) else notebook


def _names(content: Any, redactor: Redactor) -> tuple[str, ...]:
    if not (content and redactor.names):
        return ()
    hits = redactor.find(json.dumps(content, ensure_ascii=False))
    return tuple(dict.fromkeys(hit.name for hit in hits))


def _clean(content: Any, redactor: Redactor) -> Any:
    import nbformat

    return nbformat.from_dict(redactor.value(content))
