"""How the catalog says no: `{"code": 404, "message": ".."}`, with the same status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import to_json
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import ValidationError

_MOST_EXPECTED = 300


class CatalogRefusedError(Exception):
    """A request, or one entity of a bulk, that the catalog does not accept.

    request: what that entity is called.
    """

    request = ""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}

    def response(self) -> Response:
        content = {"code": self.status, "message": self.message}
        return json_response(content, self.status, self.headers)


def json_response(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """The one way in which the catalog answers."""
    return Response(to_json(content), status, headers, media_type="application/json")


def not_found(entity_type: str, name: str) -> CatalogRefusedError:
    """Of an entity that is asked for, or referred to."""
    return CatalogRefusedError(404, f"{entity_type} instance for {name} not found")


def of_shape(error: ValidationError, skipped: int = 0) -> CatalogRefusedError:
    """What a body's shape is refused for: its first faults, each with its place.

    skipped: how many steps of a place are not told, as the index within a bulk.
    """
    faults = error.errors(include_url=False, include_input=False)
    said = [_fault(each["type"], each["loc"][skipped:], each) for each in faults[:5]]
    return CatalogRefusedError(400, ", ".join(said))


def _fault(kind: str, place: Sequence[int | str], told: Mapping[str, Any]) -> str:
    name = _written(place)
    is_name = bool(place) and place[-1] == "name"
    match kind:
        case "extra_forbidden":
            return f'Unrecognized field "{name}"'
        case "missing":
            said = " must not be null"
        case "string_too_short" | "string_too_long" if is_name:
            said = " size must be between 1 and 256"
        case "string_pattern_mismatch" if is_name:
            said = ' must have no ", no :: and no line break'
        case "string_pattern_mismatch":
            said = " has not the form that it has to have"
        case "literal_error":
            said = f" must be one of {_shortened(told['ctx']['expected'])}"
        case _:
            said = f": {told['msg'].removeprefix('Value error, ')}"
    return f"[{name}{said}]"


def _shortened(expected: str) -> str:
    """Of eighty types of columns the first ones show what is meant."""
    return expected if len(expected) <= _MOST_EXPECTED else expected[:_MOST_EXPECTED] + ".."


def _written(place: Sequence[int | str]) -> str:
    """columns[3].name"""
    if not place:
        return "body"
    return "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in place
    ).removeprefix(".")
