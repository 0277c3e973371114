"""Query parameters: how each is read, and how it is described."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from devsession.sandbox.fields import TYPES
from devsession.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from starlette.requests import Request

Value = TypeVar("Value")


@dataclass(frozen=True)
class Parameter(Generic[Value]):
    """One query parameter.

    `wanted` ends the sentence "limit is ..", `usual` is its value when it is not sent; `parse`
    raises ValueError. `schema` is its JSON Schema.
    """

    name: str
    help: str
    schema: dict[str, Any]
    wanted: str
    usual: Value
    parse: Callable[[str], Value]

    def read(self, request: Request) -> Value:
        """Raises: RefusedError when it is something else than wanted."""
        text = request.query_params.get(self.name)
        if text is None:
            return self.usual
        try:
            return self.parse(text)
        except ValueError:
            raise RefusedError(
                "invalid_parameter", f"{self.name} is {self.wanted}.", field=self.name
            ) from None

    def as_json(self) -> dict[str, Any]:
        """Its description. Source: OpenAPI 3.1 section 4.8.12."""
        return {"name": self.name, "in": "query", "description": self.help, "schema": self.schema}


def check_names(request: Request, known: Collection[str]) -> None:
    """Raises: RefusedError for a query parameter that is not known: a typing mistake, mostly."""
    for name in request.query_params:
        if name not in known:
            message = f"There is no parameter {name!r} here, only {', '.join(known)}."
            raise RefusedError("invalid_parameter", message, field=name)


def _limit(usual: int, most: int) -> Parameter[int]:
    def parse(text: str) -> int:
        number = int(text)
        if not 1 <= number <= most:
            raise ValueError(text)
        return number

    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    wanted = f"a number from 1 to {most}"
    return Parameter("limit", "How many at most", schema, wanted, usual, parse)


def _flag(name: str, help_text: str) -> Parameter[bool]:
    schema = {"type": "boolean", "default": False}
    values = {"true": True, "false": False}

    def parse(text: str) -> bool:
        if text not in values:
            raise ValueError(text)
        return values[text]

    return Parameter(name, help_text, schema, "true or false", usual=False, parse=parse)


def _time(name: str, help_text: str) -> Parameter[datetime | None]:
    kind = TYPES["datetime"]

    def parse(text: str) -> datetime:
        if not kind.accepts(text):
            raise ValueError(text)
        return datetime.fromisoformat(text)

    wanted = f"{kind.wanted} (%2B for + in an address)"
    return Parameter(name, help_text, kind.schema, wanted, usual=None, parse=parse)


LONGEST_PAGE = 500
LIMIT = _limit(usual=100, most=LONGEST_PAGE)
CURSOR: Parameter[str | None] = Parameter(
    "cursor", "The next_cursor of the page before", {"type": "string"}, "a text", None, str
)
UPDATED_SINCE = _time(
    "updated_since", "Only what was changed then or later, in the order of the last changes"
)
PARENT_ID: Parameter[str | None] = Parameter(
    "parent_id",
    "Whose records, where the stream has a parent",
    {"type": "string"},
    "a text",
    None,
    str,
)
INCLUDE_DELETED = _flag("include_deleted", "With the tombstones of deleted records")
CUSTOM = _flag("custom", "With the custom objects")
