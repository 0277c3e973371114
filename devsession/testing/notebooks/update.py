"""The stored outputs of a notebook, rewritten where they differ."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from devsession.testing.notebooks.matching import paired_cells
from devsession.testing.notebooks.tags import cell_tags
from devsession.testing.notebooks.widgets import (
    STATE,
    VIEW,
    model_ids_within,
    models_of,
    without_hidden,
)

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from devsession.testing.notebooks.comparison_report import CellComparison, NotebookComparison


_FORMAT = 4


def updated(
    stored: NotebookNode, executed: NotebookNode, comparison: NotebookComparison
) -> tuple[NotebookNode, tuple[CellComparison, ...]]:
    """The stored notebook with the outputs that came now in each cell that differs, and these cells.

    Where anything changes, all cells get the execution counts of this run, so that a cell that is
    removed later can be seen. Ids, metadata, sources and all other outputs stay as they are. Cells
    that were not run, or raised what no tag allows, keep what they have; no cell is added or removed.
    """
    notebook = deepcopy(stored)
    changes = {cell.number: cell for cell in comparison.failed if cell.state != "missing"}
    if not comparison.failed:
        return notebook, ()
    changed = []
    for pair in paired_cells(notebook, executed):
        if pair.stored is None or pair.executed is None:
            continue
        count = pair.executed.get("execution_count")
        if count is None:
            continue
        if pair.number in changes and not _failed_to_run(pair.executed):
            pair.stored.outputs = deepcopy(pair.executed.outputs)
            changed.append(changes[pair.number])
        _count(pair.stored, count)
    _keep_widgets(notebook, executed)
    gone = [cell for cell in comparison.failed if cell.state == "missing" and not cell.source]
    return notebook, tuple(sorted([*changed, *gone], key=lambda cell: cell.number))


def rewritten(text: str, notebook: NotebookNode) -> str:
    """The text of a notebook's file with other outputs, execution counts and state of widgets.

    text: the file as it is; its indentation, order of keys and end stay. notebook: what `updated`
    gave, of the same cells. A file of an older format becomes one of this.
    """
    from nbformat import writes
    from nbformat.v4 import nbjson

    raw = json.loads(text)
    if raw.get("nbformat") != _FORMAT:
        return str(writes(notebook))
    now = json.loads(nbjson.writes(notebook, split_lines=True))
    for old, new in zip(raw["cells"], now["cells"], strict=True):
        if old["cell_type"] == "code":
            old["execution_count"] = new["execution_count"]
            if _joined(old["outputs"]) != _joined(new["outputs"]):
                old["outputs"] = new["outputs"]
    if "widgets" in now["metadata"]:
        raw["metadata"]["widgets"] = now["metadata"]["widgets"]
    indent = re.match(r"\{\r?\n([ \t]*)", text)
    written = json.dumps(
        raw,
        indent=indent[1] if indent else None,
        ensure_ascii="\\u" in text and text.isascii(),
        separators=(",", ": ") if indent else (", ", ": "),
    )
    return written + text[len(text.rstrip()) :]


def _failed_to_run(cell: NotebookNode) -> bool:
    raised = any(output.output_type == "error" for output in cell.outputs)
    return raised and not cell_tags(cell).may_raise


def _joined(value: Any) -> Any:
    """Text that is stored as a list of lines is the same as in one piece."""
    if isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            return "".join(value)
        return [_joined(item) for item in value]
    if isinstance(value, dict):
        return {key: _joined(item) for key, item in value.items()}
    return value


def _count(cell: NotebookNode, count: int) -> None:
    cell.execution_count = count
    for output in cell.outputs:
        if output.output_type == "execute_result":
            output.execution_count = count


def _keep_widgets(notebook: NotebookNode, executed: NotebookNode) -> None:
    """The state of the widgets that outputs show, and of no others; without what passwords hold."""
    from nbformat import from_dict

    old, new = models_of(notebook), models_of(executed)
    shown = [
        str(output.data[VIEW].get("model_id", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if isinstance(output.get("data", {}).get(VIEW), dict)
    ]
    kept: dict[str, Any] = {}
    for model_id in shown:
        models = old if model_id in old else new
        for each in sorted(model_ids_within(models, model_id)):
            kept[each] = without_hidden(models[each]) if models is new else models[each]
    if kept or old:
        state = {"state": kept, "version_major": 2, "version_minor": 0}
        notebook.metadata.setdefault("widgets", from_dict({}))[STATE] = from_dict(state)
