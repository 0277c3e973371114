"""Tables of a feature: records and what came of them as cells, a row of types above the headings.

Source: sync contract, generated features.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from devsession.errors import ScenarioError
from devsession.recording.frozen import json_line, thaw, to_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pandas import DataFrame

# How pandas, Python and JSON write that there is nothing.
_NOTHING = {"", "None", "nan", "NaN", "NaT", "<NA>", "null"}
_TEXT_COLUMNS = {"IDENTIFIER", "APP_IDENTIFIER", "SYNC_ACTION", "STREAM_NAME"}
_JSON_COLUMNS = {"RECORD_DATA", "RECORD_OBJECT"}
_RESULT = "RESULT"
_BOOLEAN_COLUMNS = {"SUCCESS", "IS_DELETED"}


def frame_from_rows(rows: Sequence[Sequence[str]]) -> DataFrame:
    """The records or outcomes of a table.

    rows: the types (`str | bool | object`, one a column; they may be left out), the headings, then
    a row a record. Raises: ScenarioError that names the row and column that cannot be read.
    """
    from pandas import DataFrame

    types, names, content = _heads([list(row) for row in rows])
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise _unreadable(f"the column {twice[0]!r} stands twice")
    if not names or not all(names):
        raise _unreadable("a column has no name" if names else "there are no headings")
    if uneven := [number for number, row in enumerate(content, 1) if len(row) != len(names)]:
        raise _unreadable(f"row {uneven[0]} has not as many cells as there are headings")
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for number, row in enumerate(content, 1):
        for kind, name, cell in zip(types, names, row, strict=True):
            try:
                columns[name].append(_read(kind, name, cell))
            except ValueError as error:
                raise _unreadable(f"row {number}, {name}: {error}") from None
    return DataFrame(columns, columns=names, dtype=object)


def rows_from_frame(frame: DataFrame) -> list[list[str]]:
    """Types, headings and cells of records or outcomes; they are read back as they were."""
    names = [str(name) for name in frame.columns]
    columns = {name: _values(name, frame[name].tolist()) for name in names}
    types = [_type(name, columns[name]) for name in names]
    cells = [
        [_written(kind, name, value) for value in columns[name]]
        for kind, name in zip(types, names, strict=True)
    ]
    return [types, names, *map(list, zip(*cells, strict=True))]


def table_lines(rows: Sequence[Sequence[str]], indent: str) -> list[str]:
    """A table as lines of a feature; a bar within a cell is escaped."""
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [f"{indent}| {' | '.join(row)} |" for row in escaped]


def _heads(rows: list[list[str]]) -> tuple[list[str], list[str], list[list[str]]]:
    if rows and all(cell in _READERS for cell in rows[0]):
        if len(rows) == 1:
            raise _unreadable("there is a row of types, and no headings below it")
        return rows[0], rows[1], rows[2:]
    names = rows[0] if rows else []
    return ["object"] * len(names), names, rows[1:]


def _read(kind: str, name: str, cell: str) -> Any:
    if name in _TEXT_COLUMNS:
        return _text(kind, cell)
    if name in _BOOLEAN_COLUMNS:
        return _boolean(cell)
    if name in _JSON_COLUMNS:
        return _record(cell)
    value = _READERS[kind](cell)
    # RESULT was written as JSON twice where it was text already.
    return _object(value) if name == _RESULT and isinstance(value, str) else value


def _text(kind: str, cell: str) -> str | None:
    if cell in _NOTHING and (kind != "str" or cell in {"", "None"}):
        return None
    return json.loads(cell) if kind == "object" and _is_quoted(cell) else cell


def _is_quoted(cell: str) -> bool:
    if not cell.startswith('"'):
        return False
    try:
        return isinstance(json.loads(cell), str)
    except ValueError:
        return False


def _object(cell: str) -> Any:
    if cell in _NOTHING:
        return None
    try:
        content = json.loads(cell)
    except ValueError:
        return cell
    try:
        return thaw(content)
    except (KeyError, TypeError, ValueError):
        return content  # an app's own "$type"


def _record(cell: str) -> dict[str, Any]:
    """A record of a stream: JSON, and nothing but what JSON has."""
    try:
        content = json.loads(cell)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - told with its row
    return content


def _boolean(cell: str) -> bool | None:
    if cell in _NOTHING:
        return None
    if cell.lower() not in {"true", "false"}:
        raise ValueError(f"{cell!r} is neither True nor False")
    return cell.lower() == "true"


def _number(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(cell: str) -> Any:
        return None if cell in _NOTHING else kind(cell)

    return read


_READERS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "string": str,
    "object": _object,
    "bool": _boolean,
    "boolean": _boolean,
    "int": _number(int),
    "int64": _number(int),
    "Int64": _number(int),
    "float": _number(float),
    "float64": _number(float),
}


def _values(name: str, values: list[Any]) -> list[Any]:
    if name not in _TEXT_COLUMNS:
        return values
    # pandas' own text columns hold NaN where there is none.
    return [None if value is None or isinstance(value, float) else str(value) for value in values]


def _type(name: str, values: list[Any]) -> str:
    if name in _TEXT_COLUMNS and all(
        isinstance(value, str) and _is_plain(value) for value in values
    ):
        return "str"
    return "bool" if values and all(isinstance(value, bool) for value in values) else "object"


def _written(kind: str, name: str, value: Any) -> str:
    if name in _TEXT_COLUMNS and isinstance(value, str) and _is_plain(value):
        return value
    if kind == "bool":
        return str(value)
    return json_line(value) if name in _JSON_COLUMNS else to_line(value)


def _is_plain(text: str) -> bool:
    """Whether a text is itself in a cell, which is cut off at both ends and holds one line."""
    quiet = text.isprintable() and text == text.strip() and "\\|" not in f"{text}|"
    return quiet and text not in _NOTHING and not text.startswith('"')


def _unreadable(reason: str) -> ScenarioError:
    return ScenarioError(
        "A table of the feature cannot be read",
        tried=reason,
        next_step="mend the table: a row of types (str, bool, object), the headings, then the rows",
    )
