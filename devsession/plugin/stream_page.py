"""A page of records as `enqueue_results` was given it, read once for the rules and the spool.

A page comes from an author's cell: a list, a frame of any dtype, whatever. Reading it never fails;
what is not as it should be is kept for the rules to say.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from devsession.plugin.record_json import NoJsonError, as_json, records_json, value_types
from devsession.plugin.record_key import NoKeyError, app_identifiers
from devsession.render import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pandas import DataFrame

    from devsession.plugin.stream_schema import RecordSchema
    from devsession.plugin.streams import StoredStreamConfiguration

# Rows that a finding names, how much of each name and of a record it shows.
NAMED_ROWS = 5
_WIDEST_NAME = 60
_WIDEST_RECORD = 200
# Records that are searched for secrets as one text, and what stands between two of them: it is in
# no JSON, so that nothing is found across records.
_PIECE = 10_000
_BETWEEN = b"\x00"


@dataclass(frozen=True)
class Secrets:
    """The live secrets of a session, without their values.

    find: what of them a text holds; redact: the text with placeholders in their place.
    """

    find: Callable[[str], Sequence[object]] | None = None
    redact: Callable[[str], str] = str

    def held_by(self, text: bytes) -> bool:
        """Whether a text holds one."""
        return self.find is not None and bool(self.find(text.decode()))

    def shown(self, text: str, width: int) -> str:
        """A text as a report may show it: short, printable, never a secret."""
        clean = self.redact(text)
        return shortened(clean if clean.isprintable() else repr(clean)[1:-1], width)


class Page:
    """Records of one stream, which of them are gone in the app, and the state that came with them.

    state: None when none came; before: the state until now.
    """

    def __init__(
        self,
        stream: StoredStreamConfiguration,
        results: object,
        *,
        is_delete: object = False,
        state: object = None,
        before: dict[str, Any] | None = None,
        schema: RecordSchema | None = None,
        secrets: Secrets | None = None,
    ) -> None:
        self.stream = stream
        self.schema = schema
        self.before = before
        self.given_state = state
        self.secrets = secrets or Secrets()
        self.records, self.misshapen = _records(results)
        if not self.misshapen:
            self.misshapen = _deletes_misfit(is_delete, len(self.records))
        self._is_delete = is_delete

    def __len__(self) -> int:
        return len(self.records)

    def first(self, rows: int) -> Page:
        """The first of these records, without the state: it covers all of them."""
        is_delete = self._is_delete
        return Page(
            self.stream,
            self.records[:rows],
            is_delete=is_delete[:rows] if isinstance(is_delete, list | tuple) else is_delete,
            before=self.before,
            schema=self.schema,
            secrets=self.secrets,
        )

    @property
    def deleted(self) -> bool | list[bool]:
        """Which records are gone in the app: all or none, or one answer each."""
        if isinstance(self._is_delete, Sequence):
            return list(map(bool, self._is_delete))
        return bool(self._is_delete)

    @property
    def present(self) -> Sequence[int]:
        """Rows of records that the app has; of deleted ones often nothing but the key is known."""
        deleted = self.deleted
        if isinstance(deleted, list):
            return [row for row, gone in enumerate(deleted) if not gone]
        return range(0 if deleted else len(self))

    @cached_property
    def types(self) -> set[type]:
        """The types of all values."""
        return value_types(self.records)

    @cached_property
    def unwritable(self) -> dict[int, NoJsonError]:
        """Rows without a JSON form, and why."""
        _ = self.texts
        return self._unwritable

    @cached_property
    def texts(self) -> list[bytes]:
        """The JSON of each record; of one without a form nothing."""
        self._unwritable: dict[int, NoJsonError] = {}
        try:
            return records_json(self.records, self.types)
        except NoJsonError:
            return [self._text(row, record) for row, record in enumerate(self.records)]

    @cached_property
    def keyless(self) -> dict[int, NoKeyError]:
        """Rows without a key, and why."""
        _ = self.keys
        return self._keyless

    @cached_property
    def keys(self) -> Sequence[str] | Sequence[None]:
        """APP_IDENTIFIER of each record; nothing for one without a key."""
        self._keyless: dict[int, NoKeyError] = {}
        key = self.stream.key
        try:
            return app_identifiers(self.records, key)
        except NoKeyError:
            return [self._key(row, record) for row, record in enumerate(self.records)]

    @property
    def state(self) -> dict[str, Any] | None:
        """The state as its JSON is read, so that nobody changes it any more; None when none came."""
        return self._read_state[0]

    @property
    def state_problem(self) -> str:
        """Why what came as a state is none, "" when it is one."""
        return self._read_state[1]

    @cached_property
    def _read_state(self) -> tuple[dict[str, Any] | None, str]:
        if self.given_state is None:
            return None, ""
        if not isinstance(self.given_state, Mapping):
            return None, f"but {type(self.given_state).__name__}"
        try:
            return from_json(as_json(self.given_state)), ""
        except NoJsonError as error:
            return None, str(error)

    def holding_secrets(self) -> list[int]:
        """Rows that hold a live secret. Many are searched as one text: hits are rare."""
        found: list[int] = []
        for start in range(0, len(self.texts) if self.secrets.find else 0, _PIECE):
            piece = self.texts[start : start + _PIECE]
            if self.secrets.held_by(_BETWEEN.join(piece)):
                rows = enumerate(piece, start)
                found += [row for row, text in rows if self.secrets.held_by(text)]
        return found

    def named(self, rows: Iterable[int]) -> tuple[str, ...]:
        """The first of these rows as a finding names them: by key, or by place."""
        first = list(rows)[:NAMED_ROWS]
        names = [(self.keys[row], row) for row in first]
        return tuple(
            f"row {row}" if name is None else self.secrets.shown(name, _WIDEST_NAME)
            for name, row in names
        )

    def shown(self, row: int) -> str:
        """The beginning of a record, without its secrets."""
        try:
            text = as_json(self.records[row]).decode()
        except NoJsonError:
            text = ", ".join(map(str, self.records[row]))
        return self.secrets.shown(text, _WIDEST_RECORD)

    def _text(self, row: int, record: Mapping[str, Any]) -> bytes:
        try:
            return as_json(record)
        except NoJsonError as error:
            self._unwritable[row] = error
            return b""

    def _key(self, row: int, record: Mapping[str, Any]) -> Any:
        try:
            return app_identifiers([record], self.stream.key)[0]
        except NoKeyError as error:
            self._keyless[row] = error
            return None


def _records(results: object) -> tuple[list[dict[str, Any]], str]:
    """The records, or none and what was given instead."""
    pandas = sys.modules.get("pandas")  # what has not been imported has no frames either
    if pandas is not None and isinstance(results, pandas.DataFrame):
        return _of_frame(results)
    if not isinstance(results, list | tuple):
        return [], f"but {type(results).__name__}"
    others = {type(each).__name__ for each in results if not isinstance(each, dict)}
    return ([], f"but a list with {', '.join(sorted(others))}") if others else (list(results), "")


def _of_frame(frame: DataFrame) -> tuple[list[dict[str, Any]], str]:
    """One record a row, and None for what pandas says is missing."""
    labels = list(frame.columns)
    if not all(isinstance(label, str) for label in labels):
        return [], "but a frame with columns whose names are no text"
    if not frame.columns.is_unique:
        return [], "but a frame with several columns of one name"
    columns = [_values(frame, place) for place in range(len(labels))]
    if not labels:
        return [{} for _ in range(len(frame))], ""
    return [dict(zip(labels, row, strict=True)) for row in zip(*columns, strict=True)], ""


def _values(frame: DataFrame, place: int) -> list[Any]:
    column = frame.iloc[:, place]
    present = column.notna()
    if column.dtype.kind == "M" and not column.dt.nanosecond.any():
        column = column.dt.to_pydatetime()  # written much faster than pandas' own
    values: list[Any] = column.astype(object).where(present, None).tolist()
    return values


def _deletes_misfit(is_delete: object, rows: int) -> str:
    """What is wrong with is_delete, "" when nothing."""
    if isinstance(is_delete, list | tuple):
        kinds = {type(each).__name__ for each in is_delete} - {"bool"}
        if kinds:
            return f"is_delete has {', '.join(sorted(kinds))} beside booleans"
        return (
            "" if len(is_delete) == rows else f"is_delete has {len(is_delete)} for {rows} records"
        )
    return "" if isinstance(is_delete, bool) else f"is_delete is {type(is_delete).__name__}"
