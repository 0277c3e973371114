"""The json_schema of a stream: what of its records breaks it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic_core import from_json

from devsession.plugin.record_json import JSON_TYPES
from devsession.render import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Values of a schema that a finding shows, for example those of an enum.
_WIDEST = 60
# Python's type of what JSON has -> its name in a json_schema.
_JSON_NAMES = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}


class Breach(NamedTuple):
    """Where records break their schema: the path, what is wrong there, and which rows."""

    path: str
    problem: str
    rows: tuple[int, ...]


class RecordSchema:
    """A json_schema, compiled once.

    problem: why it cannot be read, "" when it can; then nothing breaks it.
    """

    def __init__(self, json_schema: Mapping[str, Any] | None) -> None:
        self.problem = ""
        self._check: Callable[[Any], Any] | None = None
        if json_schema is None:
            return
        from fastjsonschema import compile as compiled

        try:
            self._check = compiled(
                dict(json_schema), handlers=_NOTHING_IS_FETCHED, use_default=False
            )
        except Exception as error:  # noqa: BLE001 - a schema is the author's, and may be anything
            self.problem = f"{type(error).__name__}: {shortened(str(error), _WIDEST)}"

    def breaches(
        self, records: Sequence[Mapping[str, Any]], texts: Sequence[bytes], types: set[type]
    ) -> list[Breach]:
        """What breaks the schema, by path; of each record the first. types: as `value_types` has it.

        texts: the JSON of the records. It is what counts; where a record is JSON as it stands, it
        need not be read again.
        """
        from fastjsonschema import JsonSchemaValueException

        check = self._check
        if check is None:
            return []
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for row, record in enumerate(records):
            try:
                check(record if types <= JSON_TYPES else from_json(texts[row]))
            except JsonSchemaValueException as error:
                # Its JSON is text, so that no digit is lost: as a number it is what was asked for.
                if error.rule == "type" and isinstance(_inside(record, error.path[1:]), Decimal):
                    continue
                found[_path(error.path[1:]), _problem(error)].append(row)
        return [Breach(path, problem, tuple(rows)) for (path, problem), rows in found.items()]


def _problem(error: Any) -> str:
    """The rule that is broken, and what stands there: never the value, which may be a secret."""
    kind = _JSON_NAMES.get(type(error.value), type(error.value).__name__)
    return f"{error.rule} {shortened(str(error.rule_definition), _WIDEST)}, and is {kind}"


def _path(parts: Sequence[str]) -> str:
    """`owner.tags[]`: rows differ in how many items they have, so places of items are left out."""
    path = ""
    for part in parts:
        path += "[]" if str(part).isdigit() else f".{part}" if path else str(part)
    return path


def _inside(value: Any, parts: Sequence[str]) -> Any:
    for part in parts:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list | tuple) and str(part).isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _not_fetched(uri: str) -> Any:
    raise ValueError(f"$ref leads out of the schema: {uri}")


_NOTHING_IS_FETCHED = dict.fromkeys(("", "http", "https", "ftp", "file"), _not_fetched)
