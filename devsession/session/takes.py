"""The tape is committed: answers of cells that no notebook holds any more are taken out of it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.recording.takes import TEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.recording.tape import Entry
    from devsession.session.development import DevelopmentSession

_CELL = "cell:"
_SCRIPT_CELL = re.compile(rb"^# ?%%", re.MULTILINE)


def cell_scope(text: str) -> str:
    """The scope of a cell, by its text: a cell has no other name that every front end gives."""
    return _CELL + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def drop_former_cells(session: DevelopmentSession) -> int:
    """Drop what only former cells would be answered with; how many exchanges it was.

    A cell is a former one when its text stands in no notebook of the workspace and did not run in
    this kernel, which may not be saved yet. Nothing is dropped where cells may stand elsewhere: no
    notebook here holds any cell of the tape, one cannot be read, or there are scripts with cells.
    """
    recorder = session.recorder
    if recorder.mode == "offline":
        return 0
    taped = {_cell_of(each.scope) for each in recorder.tape.exchanges} - {""}
    try:
        saved = {cell_scope(text) for text in _cells_in(session.workspace.folder)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return 0
    if not taped & saved:
        return 0
    former = taped - saved - recorder.scopes

    def gone(entry: Entry) -> bool:
        return _cell_of(entry.exchange.scope) in former

    return recorder.tape.drop(gone, recorder.redactor) if former else 0


def _cell_of(scope: str) -> str:
    cell = scope.removeprefix(TEST)
    return cell if cell.startswith(_CELL) else ""


def _cells_in(folder: Path) -> Iterator[str]:
    """The text of every cell of every notebook. Raises: ValueError for one that cannot be read."""
    for file in _files(folder):
        if file.suffix == ".ipynb":
            notebook = json.loads(file.read_bytes())
            for cell in notebook["cells"]:
                yield _text(cell)
        elif _SCRIPT_CELL.search(file.read_bytes()):
            raise ValueError("a script with cells")


def _text(cell: dict[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _files(folder: Path) -> Iterator[Path]:
    """Notebooks and scripts of a project; not what is hidden, and no virtual environment."""
    for place, folders, names in os.walk(folder):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and not (Path(place, name) / "pyvenv.cfg").is_file()
        ]
        for name in names:
            if name.endswith((".ipynb", ".py")):
                yield Path(place, name)
