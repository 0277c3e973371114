"""What the fields of a stream's records are: from its json_schema, or from the records."""

from __future__ import annotations

import re
from math import log10
from typing import TYPE_CHECKING, Any

from devsession.warehouse.inbound_criteria import at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_WITHOUT_ZONE = "timestamp_without_timezone"
_LARGEST_SCALE = 37

# Kind -> SQL for a field of that kind, `{0}` its value. What does not fit is null: a view that fails
# for one value shows nothing of the others.
_SQL = {
    "text": "{0}::varchar",
    "number": "try_cast({0}::varchar as number(38,0))",
    "float": "try_cast({0}::varchar as float)",
    "boolean": "try_cast({0}::varchar as boolean)",
    "date": "try_cast({0}::varchar as date)",
    "time": "try_cast({0}::varchar as time)",
    "timestamp": "try_cast({0}::varchar as timestamp_ntz)",
    "zoned": "try_cast({0}::varchar as timestamp_tz)",
    "binary": "try_to_binary({0}::varchar, 'BASE64')",
    "nested": "iff(to_json({0}) = 'null', null, {0})",
}
_OF_TYPE = {"string": "text", "integer": "number", "number": "float", "boolean": "boolean"}
_OF_FORMAT = {"date": "date", "time": "time", "date-time": "zoned"}

# How a kind that was found in records is written as a json_schema.
_SCHEMA_OF: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "number": {"type": "integer"},
    "float": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time", "airbyte_type": _WITHOUT_ZONE},
    "zoned": {"type": "string", "format": "date-time"},
    "nested": {},
    "null": {"type": "null"},
}
_TEXTS = {"text", "date", "timestamp", "zoned"}
_DATE = r"\d{4}-\d\d-\d\d"
_TIME = r"[T ]\d\d:\d\d(:\d\d(\.\d+)?)?"
_SPELLED = {
    "date": re.compile(_DATE),
    "timestamp": re.compile(_DATE + _TIME),
    "zoned": re.compile(_DATE + _TIME + r"(Z|[+-]\d\d:?\d\d)"),
}


def typed(field: str, schema: object) -> str:
    """SQL for a field of RECORD_DATA as its json_schema says.

    Source: JSON Schema, type, format, contentEncoding and multipleOf; `airbyte_type` for a time
    without a zone, for which JSON Schema has no word.
    """
    place = at("RECORD_DATA", field)
    said = _without_null(schema)
    if _kind(said) == "float" and (scale := _scale(said.get("multipleOf"))):
        return f"try_cast({place}::varchar as number(38,{scale}))"
    return _SQL[_kind(said)].format(place)


def inferred(
    records: Iterable[Mapping[str, Any]], before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A json_schema of the fields that these records have; before: that of earlier ones."""
    found: dict[str, set[str]] = {}
    for name, schema in (before or {}).get("properties", {}).items():
        found[name] = {"null" if schema == _SCHEMA_OF["null"] else _kind(schema)}
    for record in records:
        for name, value in record.items():
            found.setdefault(name, set()).add(_kind_of(value))
    return {"properties": {name: _SCHEMA_OF[_together(kinds)] for name, kinds in found.items()}}


def _without_null(schema: object) -> dict[str, Any]:
    """What is left of a schema when null is allowed as well; nothing when it is several things."""
    if not isinstance(schema, dict):
        return {}
    for word in ("anyOf", "oneOf"):
        options = [each for each in schema.get(word, []) if each != {"type": "null"}]
        if len(options) == 1:
            return _without_null(options[0])
    types = schema.get("type")
    if not isinstance(types, list):
        return schema
    left = {each for each in types if each != "null"}
    one = "number" if left == {"integer", "number"} else next(iter(left), None)
    return {**schema, "type": one} if len(left) == 1 or one == "number" else {}


def _kind(schema: object) -> str:
    said = _without_null(schema)
    kind = _OF_TYPE.get(str(said.get("type")), "nested")
    if kind != "text":
        return kind
    if said.get("contentEncoding") == "base64":
        return "binary"
    kind = _OF_FORMAT.get(str(said.get("format")), kind)
    return "timestamp" if kind == "zoned" and said.get("airbyte_type") == _WITHOUT_ZONE else kind


def _scale(multiple: object) -> int:
    """How many digits behind the point are left by multiples of 0.01; 0 for those of anything else."""
    if not isinstance(multiple, int | float) or not 0 < multiple < 1:
        return 0
    scale = round(-log10(multiple))
    return scale if scale <= _LARGEST_SCALE and multiple == float(f"1e-{scale}") else 0


def _kind_of(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "number"
    if isinstance(value, float):
        return "float"
    if isinstance(value, str):
        return next((kind for kind, form in _SPELLED.items() if form.fullmatch(value)), "text")
    return "nested"


def _together(kinds: set[str]) -> str:
    """The one kind that holds values of all of these."""
    left = kinds - {"null"}
    if len(left) <= 1:
        return next(iter(left), "null")
    if left == {"number", "float"}:
        return "float"
    return "text" if left <= _TEXTS else "nested"
