"""A frame of outcomes read once, column by column, into arrays that the rules look at.

A frame comes from an author's cell: any dtype, any object may stand in any place. Reading it never
fails; what is not what its column asks for is marked.
"""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from pandas import DataFrame, Series, StringDtype
from pandas.api.types import infer_dtype, is_integer_dtype
from pydantic_core import from_json

from devsession.plugin.outcomes import APP_IDENTIFIER, IDENTIFIER, RESULT, SUCCESS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

# Rows that are read at a time, and searched for secrets as one text.
PIECE = 10_000
# Between two rows of such a text. It stands in no value and in no encoding of one, so that nothing
# is found across rows, nor lost where one begins.
BETWEEN = "\x00"

# Strict: what JSON itself can hold. A plugin's host writes results the same way.
_encode = json.JSONEncoder(allow_nan=False).encode


class Results(NamedTuple):
    """RESULT: where it is a JSON object, where a failure has a message, its text by pieces, and
    the messages of failures, counted."""

    fits: Mask
    explained: Mask
    texts: list[str]
    causes: Counter[str]


class OutcomeTable:
    """The columns of outcomes; one row an outcome, columns as in `OUTCOME_COLUMNS`."""

    def __init__(self, frame: DataFrame) -> None:
        self.frame = frame

    def __len__(self) -> int:
        return len(self.frame)

    def places(self, name: str) -> list[int]:
        """Where the columns of this name stand: pandas allows none, one and several."""
        labels = enumerate(self.frame.columns)
        return [place for place, label in labels if isinstance(label, str) and label == name]

    def column(self, name: str) -> Series[Any]:
        """The first column of this name; all null when there is none."""
        for place in self.places(name):
            return _settled(self.frame.iloc[:, place])
        return Series([None] * len(self.frame), dtype=object)

    @cached_property
    def identifiers(self) -> pa.LargeStringArray:
        """IDENTIFIER as text, null where there is none."""
        return as_text(self.column(IDENTIFIER))

    @cached_property
    def app_identifiers(self) -> pa.LargeStringArray:
        """APP_IDENTIFIER as text, null where there is none."""
        return as_text(self.column(APP_IDENTIFIER))

    @cached_property
    def app_identifier_fits(self) -> Mask:
        """Where APP_IDENTIFIER is text or null."""
        column = self.column(APP_IDENTIFIER)
        if _is_all_text(column):
            return np.ones(len(column), dtype=bool)
        return _instances(column, str) | _nulls(column)

    @cached_property
    def decided(self) -> Mask:
        """Where SUCCESS is a boolean: neither null, nor 1, nor 'true'."""
        column = self.column(SUCCESS)
        if column.dtype == bool:
            return np.ones(len(column), dtype=bool)
        return _instances(column, bool, np.bool_)

    @cached_property
    def succeeded(self) -> Mask:
        """Where SUCCESS is true."""
        column = self.column(SUCCESS)
        if column.dtype == bool:
            return column.to_numpy()
        succeeded = np.zeros(len(column), dtype=bool)
        succeeded[self.decided] = column[self.decided].to_numpy(dtype=bool)
        return succeeded

    @cached_property
    def results(self) -> Results:
        """RESULT, read."""
        failed = self.decided & ~self.succeeded
        column = self.column(RESULT)
        # Arrow hands out its text three times faster than numpy's objects are made from it.
        is_text = isinstance(column.dtype, StringDtype)
        values = as_text(column) if is_text else column.to_numpy(dtype=object)
        fits, explained = np.zeros(len(self), dtype=bool), np.ones(len(self), dtype=bool)
        results = Results(fits, explained, [], Counter())
        for start in range(0, len(self), PIECE):
            here = slice(start, start + PIECE)
            read, piece = _read(values[here].tolist())
            results.texts.append(piece)
            results.fits[here] = [type(value) is dict for value in read]
            for place in np.flatnonzero(failed[here]).tolist():
                message = _message(read[place])
                results.explained[start + place] = message != ""
                results.causes[message or ""] += 1
        return results

    def storable(self) -> DataFrame:
        """The rows that say what happened to which record, in the one form that is stored.

        IDENTIFIER text, unique (the last outcome counts); SUCCESS bool; APP_IDENTIFIER text or
        None; RESULT JSON text of an object (`{}` where it is none).
        """
        frame = DataFrame(
            {
                IDENTIFIER: self.identifiers.to_pandas(),
                SUCCESS: self.succeeded,
                APP_IDENTIFIER: Series(self.app_identifiers.to_pylist(), dtype=object),
                RESULT: [
                    result_text(value) if fits else "{}"
                    for value, fits in zip(self.column(RESULT), self.results.fits, strict=True)
                ],
            }
        )
        frame = frame[self.decided & frame[IDENTIFIER].notna()]
        return frame.drop_duplicates(IDENTIFIER, keep="last").reset_index(drop=True)


def _settled(column: Series[Any]) -> Series[Any]:
    """The column, with a null for a signalling NaN: pandas raises as soon as it looks at one."""
    try:
        column.isna()
    except ArithmeticError:
        signals = [isinstance(value, Decimal) and value.is_snan() for value in column]
        values = [None if signal else v for v, signal in zip(column, signals, strict=True)]
        return Series(values, dtype=object)
    return column


def as_text(column: Series[Any]) -> pa.LargeStringArray:
    """Values as the text by which they are compared, null where there is none.

    1, 1.0 and "1" are the same: pandas itself turns whole numbers into floats beside a null.
    """
    if is_integer_dtype(column.dtype) or _is_all_text(column):
        try:
            array = pa.array(column, from_pandas=True).cast(pa.large_string())
        except (pa.ArrowException, UnicodeError):
            pass  # Half a surrogate pair: text in Python, but not in UTF-8.
        else:
            return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    texts = [
        None if null else _text(value)
        for value, null in zip(column.to_numpy(dtype=object), _nulls(column), strict=True)
    ]
    return pa.array(texts, type=pa.large_string())


def _text(value: object) -> str:
    if isinstance(value, (float, np.floating)) and value.is_integer():
        value = int(value)
    try:
        text = str(value)
    except Exception:  # noqa: BLE001  (an author's __str__ may raise anything)
        text = object.__repr__(value)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _is_all_text(column: Series[Any]) -> bool:
    return isinstance(column.dtype, StringDtype) or infer_dtype(column) in {"string", "empty"}


def _nulls(column: Series[Any]) -> Mask:
    return np.asarray(column.isna(), dtype=bool)


def _instances(column: Series[Any], *types: type) -> Mask:
    values = column.to_numpy(dtype=object)
    return np.fromiter((isinstance(value, types) for value in values), bool, len(values))


def result_text(value: object) -> str:
    """A RESULT as the text in which it would be stored."""
    if isinstance(value, dict):
        try:
            return _encode(value)
        except (TypeError, ValueError, RecursionError):
            return _text(value)
    return value if isinstance(value, str) else _text(value)


def kind(value: object) -> str:
    """What a value is, without showing it; of a dict also what keeps it from being JSON."""
    name = type(value).__name__
    try:
        _encode(value if isinstance(value, dict) else None)
    except (TypeError, ValueError, RecursionError) as error:
        return f"{name}: {error}"
    return name


def _read(values: list[Any]) -> tuple[list[object], str]:
    """What some results hold, a dict for a JSON object; and all of them as one text."""
    if all(type(value) is str for value in values):
        return _read_texts(values), BETWEEN.join(values)
    if all(type(value) is dict for value in values):
        try:
            # One call for all: three times faster than one for each.
            return values, _encode(values)
        except (TypeError, ValueError, RecursionError):
            pass
    return [_object(value) for value in values], BETWEEN.join(map(result_text, values))


def _read_texts(texts: list[str]) -> list[object]:
    try:
        # Keys repeat, values hardly ever: looking those up too would only cost.
        return [from_json(text, allow_inf_nan=False, cache_strings="keys") for text in texts]
    except (TypeError, ValueError):
        return [_object(text) for text in texts]


def _object(value: object) -> dict[str, Any] | None:
    """The JSON object that a dict is, or that a text holds."""
    try:
        if isinstance(value, dict):
            _encode(value)
            return dict(value)
        read = from_json(value, allow_inf_nan=False) if isinstance(value, str) else None
    except (TypeError, ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _message(result: object) -> str | None:
    """What a failure says, "" when nothing. What is no object has a rule of its own."""
    if not isinstance(result, dict):
        return None
    error = result.get("error")
    return error.strip() if isinstance(error, str) else ""
