"""Fields and their types: which values a field takes, and when two values are the same."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from devsession.errors import did_you_mean
from devsession.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_INTEGERS = range(-(2**63), 2**63)


@dataclass(frozen=True)
class FieldType:
    """`wanted` ends the sentence "birthday has to be .."; `schema` says the same as JSON Schema."""

    wanted: str
    accepts: Callable[[object], bool]
    schema: dict[str, Any]


def _is_text(value: object) -> bool:
    return type(value) is str


def _is_email(value: object) -> bool:
    return type(value) is str and _EMAIL.fullmatch(value) is not None


def _is_integer(value: object) -> bool:
    return type(value) is int and value in _INTEGERS


def _is_number(value: object) -> bool:
    # 1e999 is a number to JSON, and infinite once it is read.
    return type(value) is int or (type(value) is float and isfinite(value))


def _is_decimal(value: object) -> bool:
    return type(value) is str and _DECIMAL.fullmatch(value) is not None


def _is_boolean(value: object) -> bool:
    return type(value) is bool


def _is_date(value: object) -> bool:
    try:
        # fromisoformat also reads 20240131 and 2024-W05-3: the way back tells them apart.
        return type(value) is str and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_datetime(value: object) -> bool:
    try:
        return type(value) is str and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


TYPES = {
    "text": FieldType("text", _is_text, {"type": "string"}),
    "email": FieldType("an email address", _is_email, {"type": "string", "format": "email"}),
    "integer": FieldType(
        "an integer of at most 64 bits",
        _is_integer,
        {"type": "integer", "minimum": _INTEGERS.start, "maximum": _INTEGERS.stop - 1},
    ),
    "number": FieldType("a number", _is_number, {"type": "number"}),
    "decimal": FieldType(
        "a decimal number, written as text",
        _is_decimal,
        {"type": "string", "pattern": f"^{_DECIMAL.pattern}$"},
    ),
    "boolean": FieldType("true or false", _is_boolean, {"type": "boolean"}),
    "date": FieldType("a date, written YYYY-MM-DD", _is_date, {"type": "string", "format": "date"}),
    "datetime": FieldType(
        "a time with its offset from UTC, written YYYY-MM-DDTHH:MM:SS+00:00",
        _is_datetime,
        {"type": "string", "format": "date-time"},
    ),
    "texts": FieldType(
        "a list of texts", _is_texts, {"type": "array", "items": {"type": "string"}}
    ),
    "object": FieldType("an object", lambda value: isinstance(value, dict), {"type": "object"}),
    "objects": FieldType(
        "a list of objects",
        lambda value: isinstance(value, list),
        {"type": "array", "items": {"type": "object"}},
    ),
}


@dataclass(frozen=True)
class Field:
    """One field of an object. Null and "" are no value: not for `required`, nor for `unique`.

    `fields` are those inside it, for the types object and objects; it is written as a whole.
    """

    name: str
    label: str
    type: str = "text"
    required: bool = False
    unique: bool = False
    read_only: bool = False
    help: str = ""
    fields: tuple[Field, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Its description, as a form's options need it; `fields` only where there are some."""
        inside = {"fields": [field.as_json() for field in self.fields]} if self.fields else {}
        return {name: value for name, value in asdict(self).items() if name != "fields"} | inside

    def check(self, value: object, inside: str = "") -> None:
        """Raises: RefusedError when this value may not be written to this field.

        inside: where the field is, when it is one of another field: "address." or "lines[2].".
        """
        name = inside + self.name
        if self.read_only:
            raise RefusedError(
                "read_only_field", f"{name} is set by the app: leave it out.", field=name
            )
        if is_empty(value):
            if self.required:
                raise missing(name)
            if value is None:
                return
        kind = TYPES[self.type]
        if not kind.accepts(value):
            raise RefusedError(
                "wrong_type",
                f"{name} has to be {kind.wanted}, not {_described(value)}.",
                field=name,
            )
        match value:
            case dict():
                self._check_object(value, name)
            case list() if self.type == "objects":
                for index, item in enumerate(value):
                    self._check_object(item, f"{name}[{index}]")

    def _check_object(self, value: object, name: str) -> None:
        if not isinstance(value, dict):
            message = f"{name} has to be an object, not {_described(value)}."
            raise RefusedError("wrong_type", message, field=name)
        known = {field.name: field for field in self.fields}
        check_values(value, known, owner=name, inside=f"{name}.")
        check_required(value, self.fields, inside=f"{name}.")

    def identity(self, value: object) -> object:
        """What two values that count as the same in a unique field have in common."""
        return value.casefold() if self.type == "email" and isinstance(value, str) else value


def check_values(
    values: Mapping[str, object], known: Mapping[str, Field], owner: str, inside: str = ""
) -> None:
    """Raises: RefusedError for a field that `owner` does not have, or that refuses its value."""
    for name, value in values.items():
        field = known.get(name)
        if field is None:
            writable = [each.name for each in known.values() if not each.read_only]
            raise RefusedError(
                "unknown_field",
                f"{owner} has no field {name!r}; {did_you_mean(name, writable)}",
                field=inside + name,
            )
        field.check(value, inside)


def check_required(values: Mapping[str, object], fields: Iterable[Field], inside: str = "") -> None:
    """Raises: RefusedError for a required field that is not there."""
    for field in fields:
        if field.required and field.name not in values:
            raise missing(inside + field.name)


def missing(name: str) -> RefusedError:
    """The refusal of a record that lacks a value it has to have."""
    return RefusedError("missing_required", f"{name} is required.", field=name)


def is_empty(value: object) -> bool:
    """Whether this counts as no value."""
    return value is None or value == ""


def _described(value: object) -> str:
    """The kind of a JSON value; never the value itself."""
    match value:
        case bool():
            return "true or false"
        case str():
            return "this text"
        case int() | float():
            return "this number"
        case list():
            return "this list"
        case None:
            return "null"
    return "an object"
