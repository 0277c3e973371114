"""The files that a feature names: records, what came of them, and cassettes."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

from devsession.errors import ScenarioError
from devsession.recording.frozen import thaw
from devsession.testing.feature_tables import frame_from_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pandas import DataFrame

CASSETTES = "vcr_cassettes"
RESULTS = "inbound_results"
_FOLDERS = (CASSETTES, "outbound_records", "outbound_results", RESULTS, ".", "..")
_CELL = re.compile(r'(?:"((?:[^"]|"")*)"|((?:\\\||[^|\r\n])*))(\||\r?\n|\Z)')


def find_file(features: Path, name: str) -> Path | None:
    """The file that a step names: in a folder of `features`, there, or beside it."""
    places = [features / folder / name for folder in _FOLDERS]
    return next((place for place in places if place.is_file()), None)


def named_file(features: Path, name: str) -> Path:
    """The same. Raises: ScenarioError when it is nowhere."""
    found = find_file(features, name)
    if found is None:
        raise ScenarioError(
            f"There is no file {name!r}",
            tried=", ".join(f"{features.name}/{folder}" for folder in _FOLDERS),
            where=str(features),
            next_step="put it there, or mend the step that names it",
            path=name,
        )
    return found


def read_frame(path: Path) -> DataFrame:
    """Records or outcomes: JSON (a list of objects, or a line each), Parquet, or CSV with bars.

    Raises: ScenarioError when it is none of these.
    """
    try:
        if path.suffix == ".parquet":
            from pandas import read_parquet

            return read_parquet(path).astype(object)
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix in {".json", ".jsonl"}:
            return _from_json(text, lines=path.suffix == ".jsonl")
        return frame_from_rows([row for row in rows_of(text) if row])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as cause:
        raise _unreadable(path, f"{type(cause).__name__}: {cause}") from None
    except ScenarioError as cause:
        raise _unreadable(path, cause.tried) from None


def rows_of(text: str) -> Iterator[list[str]]:
    """The rows of a text with bars, or else with commas.

    Between bars a cell may stand in quotes, where a quote is doubled; elsewhere a bar is `\\|`.
    """
    if "|" not in text.partition("\n")[0]:
        yield from csv.reader(io.StringIO(text, newline=""))
        return
    row: list[str] = []
    for cell in _CELL.finditer(text):
        quoted, plain, end = cell.groups()
        if plain == "" and end != "|" and not row:
            continue  # an empty line, or the end of the text
        row.append(plain.replace("\\|", "|") if quoted is None else quoted.replace('""', '"'))
        if end != "|":
            yield row
            row = []


def bar_lines(rows: Iterable[Sequence[str]]) -> str:
    """The text of such rows; no cell ends with a backslash."""
    return "".join(f"{'|'.join(map(_barred, row))}\n" for row in rows)


def _barred(cell: str) -> str:
    if cell.startswith('"'):
        return '"{}"'.format(cell.replace('"', '""'))
    return cell.replace("|", "\\|")


def _from_json(text: str, *, lines: bool) -> DataFrame:
    from pandas import DataFrame

    if not lines:
        return DataFrame([thaw(row) for row in json.loads(text)], dtype=object)
    rows: list[Any] = [thaw(json.loads(line)) for line in text.split("\n") if line.strip()]
    if rows and isinstance(rows[0], list):  # a scenario's records: first the columns
        return DataFrame(rows[1:], columns=rows[0], dtype=object)
    return DataFrame(rows, dtype=object)


def _unreadable(path: Path, reason: str) -> ScenarioError:
    return ScenarioError(
        f"{path.name} cannot be read as records",
        tried=" ".join(reason.split())[:300],
        where=str(path),
        next_step="restore it from git, or write it again",
        path=str(path),
    )
