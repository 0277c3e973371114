"""Data to load, read from a frame, a CSV file or a Parquet file; refused with what and where."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.errors import TableFileError, did_you_mean
from devsession.warehouse.columns import (
    LoadedColumn,
    json_text,
    loaded_column,
    names_in_warehouse,
)

if TYPE_CHECKING:
    import pandas as pd

_READERS = ".csv, .parquet"
_SHOWN_OF_CAUSE = 200


def read(data: pd.DataFrame | Path) -> list[LoadedColumn]:
    """The columns of a frame or of a file (.csv, .parquet); at least one, all equally long.

    Raises:
        TableFileError: no such file, not a table, or not one that can be kept as it is.
    """
    if not isinstance(data, Path):
        import pandas as pd

        if not isinstance(data, pd.DataFrame):
            raise TableFileError(
                f"A {type(data).__name__} cannot be loaded as a table.",
                tried="a pandas frame, or the path of a CSV or Parquet file",
                next_step="pandas.DataFrame(..) of it",
            )
        return _from_frame(data)
    _check_file(data)
    return _from_csv(data) if data.suffix.lower() == ".csv" else _from_parquet(data)


def _from_frame(frame: pd.DataFrame) -> list[LoadedColumn]:
    where = "the frame"
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()  # an index with a name is a column to its author
    if not len(frame.columns):
        raise TableFileError("The frame has no columns.", where=where, next_step="add columns")
    names = names_in_warehouse(frame.columns, where)
    return [
        _from_series(name, frame.iloc[:, position], where) for position, name in enumerate(names)
    ]


def _from_series(name: str, values: pd.Series[Any], where: str) -> LoadedColumn:
    import pyarrow as pa

    try:
        if values.dtype == object and any(isinstance(each, dict | list) for each in values):
            # As text, because Arrow would give all objects the same keys.
            values = values.map(json_text, na_action="ignore")
            texts = pa.array(values, pa.string(), from_pandas=True)
            return LoadedColumn(name, "VARIANT", pa.chunked_array([texts]))
        column = pa.Array.from_pandas(values)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise TableFileError(
            f"Column {name} has values that are not of one type, or of none that a table has.",
            tried=str(error).splitlines()[0][:_SHOWN_OF_CAUSE],
            where=where,
            next_step=f"make them one type, as in frame[{name!r}].astype(str)",
            column=name,
        ) from error
    chunked = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    return loaded_column(name, chunked, where)


def _from_parquet(path: Path) -> list[LoadedColumn]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, "Parquet", str(error)) from error
    names = names_in_warehouse(table.column_names, str(path))
    if not names:
        raise TableFileError("The file has no columns.", where=str(path))
    return [
        loaded_column(name, table.column(position), str(path))
        for position, name in enumerate(names)
    ]


def _from_csv(path: Path) -> list[LoadedColumn]:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    from devsession.warehouse.csv_types import typed

    try:
        _check_quotes(path)
        headings, lines = _headings(path)
        names = names_in_warehouse(headings, f"{path}, line {lines}")
        positions = [str(position) for position in range(len(names))]
        table = arrow_csv.read_csv(
            path,
            # One thread, so that an error knows the row.
            read_options=arrow_csv.ReadOptions(
                column_names=positions, skip_rows=lines, use_threads=False
            ),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(positions, pa.string()),
                null_values=[""],  # nothing between two commas; "" in quotes is an empty text
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except UnicodeDecodeError as error:
        raise _badly_encoded(path) from error
    except (pa.ArrowException, csv.Error) as error:
        raise (
            _badly_encoded(path)
            if "UTF8" in str(error)
            else _unreadable(path, "CSV", str(error).removeprefix("CSV parse error: "))
        ) from error
    if not table.num_rows:
        raise _empty(path, "has a first line and no rows")
    return [typed(name, table.column(position)) for position, name in enumerate(names)]


def _headings(path: Path) -> tuple[list[str], int]:
    """The names in the first line, and how many lines of the file they take."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        headings = next((row for row in reader if row), [])
        lines = reader.line_num
    if len(headings) == 1 and any(other in headings[0] for other in ";\t|"):
        raise TableFileError(
            "The columns are not separated by commas.",
            tried=f"first line: {headings[0][:_SHOWN_OF_CAUSE]}",
            where=str(path),
            next_step="save it with commas, or pass pandas.read_csv(.., sep=..)",
        )
    return headings, lines


def _check_quotes(path: Path) -> None:
    """Refuse a file that ends inside quotes: Arrow takes all the rest of it for one value."""
    if not path.read_bytes().count(b'"') % 2:
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        lines = 0
        try:
            for _ in reader:
                lines = reader.line_num
        except csv.Error as error:
            raise TableFileError(
                "The file cannot be read as CSV: a quote is opened and not closed as it should be.",
                tried=str(error),
                where=f"{path}, line {lines + 1}",
                next_step="close it; a quote inside of quotes is written twice",
                line=lines + 1,
            ) from error


def _check_file(path: Path) -> None:
    if not path.exists():
        siblings = (file.name for file in path.parent.glob("*") if file.is_file())
        raise TableFileError(
            "There is no such file.",
            tried=did_you_mean(path.name, siblings),
            where=str(path),
            next_step="check the path; a relative one starts at the workspace",
        )
    if not path.is_file() or path.suffix.lower() not in _READERS:
        raise TableFileError(
            "This is neither a CSV nor a Parquet file.",
            tried=f"its name should end in one of {_READERS}",
            where=str(path),
            next_step="save it as one of them, or load a frame",
        )
    if not path.stat().st_size:
        raise _empty(path, "has no bytes")


def _empty(path: Path, how: str) -> TableFileError:
    return TableFileError(
        f"The file is empty: it {how}.",
        where=str(path),
        next_step="load a file with a line of names and at least one row",
    )


def _badly_encoded(path: Path) -> TableFileError:
    content = path.read_bytes()
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{content[error.start]:02x} is not UTF-8"
    return TableFileError(
        f"The file is not in UTF-8: {what}.",
        where=f"{path}, line {line}",
        next_step="save it as UTF-8, or pass pandas.read_csv(.., encoding=..)",
        line=line,
    )


def _unreadable(path: Path, form: str, cause: str) -> TableFileError:
    return TableFileError(
        f"The file cannot be read as {form}.",
        tried=cause.splitlines()[0].replace(str(path), path.name)[:_SHOWN_OF_CAUSE],
        where=str(path),
        next_step="correct the file, or read it with pandas and load the frame",
    )
