"""A notebook's file: read, whatever its age; what is wrong with one that cannot be."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

from devsession.errors import NotebookError

if TYPE_CHECKING:
    from pathlib import Path

    from nbformat import NotebookNode

_FORMAT = 4


class Document(NamedTuple):
    """A notebook's file, and the notebook in it."""

    text: str
    notebook: NotebookNode


def read_notebook(path: Path) -> Document:
    """The notebook in a file; an older format is brought to the one of today, in memory.

    Raises: NotebookError when the file is missing, no JSON, or no notebook.
    """
    import nbformat
    from nbformat.reader import NotJSONError

    try:
        text = path.read_text(encoding="utf-8")
        with warnings.catch_warnings():
            # Cells of before 4.5 have no ids; they get some in memory.
            warnings.simplefilter("ignore")
            notebook = nbformat.reads(text, as_version=_FORMAT)
            _check(notebook)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None
    except UnicodeDecodeError as error:
        raise _unreadable(path, f"no UTF-8: {error.reason} at byte {error.start}") from None
    except NotJSONError:
        raise _unreadable(path, _json_fault(text)) from None
    except Exception as error:  # noqa: BLE001 - readers of old formats raise what they like
        raise _unreadable(path, f"no notebook: {str(error).splitlines()[0]}") from None
    return Document(text, notebook)


def _check(notebook: NotebookNode) -> None:
    """What the notebook's own metadata lacks (the name of its kernel) keeps no cell from running."""
    import nbformat

    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        if not (error.validator == "required" and "metadata" in list(error.absolute_path)[:1]):
            raise


def has_outputs(notebook: NotebookNode) -> bool:
    """Whether any cell is stored with what it put out."""
    return any(cell.cell_type == "code" and cell.outputs for cell in notebook.cells)


def title_of(source: str) -> str:
    """The first line of a cell that says something: code before its comments and magics."""
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    code = [line for line in lines if not line.startswith(("#", "%"))]
    return next(iter(code or lines), "empty")


def _json_fault(text: str) -> str:
    import json

    if not text.strip():
        return "the file is empty"
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"no JSON: {error.msg}, line {error.lineno}"
    return "no notebook: JSON of another kind"


def _unreadable(path: Path, why: str) -> NotebookError:
    return NotebookError(
        "The notebook cannot be read",
        tried=why,
        where=str(path),
        next_step=f"restore it: git checkout -- {path.name}; or save it anew in JupyterLab",
    )
