"""What a request says, in the shape that it has to have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from devsession.sandbox.catalog.refusals import CatalogRefusedError, of_shape

if TYPE_CHECKING:
    from starlette.requests import Request

    from devsession.sandbox.catalog.kinds import Kind

T = TypeVar("T")
Body = dict[str, Any]

_MOST_BYTES = 64 * 2**20
_NO_JSON = "json_invalid"


async def read_body(request: Request) -> bytes:
    """Raises: CatalogRefusedError when it is not declared as JSON, or is too large."""
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise CatalogRefusedError(415, "HTTP 415 Unsupported Media Type")
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        # Read to its end even so: a client that is cut off while sending sees no answer.
        if size <= _MOST_BYTES:
            chunks.append(chunk)
    if size > _MOST_BYTES:
        raise CatalogRefusedError(413, "HTTP 413 Request Entity Too Large")
    return b"".join(chunks)


def read_as(shape: TypeAdapter[T], body: bytes) -> T:
    """Raises: CatalogRefusedError for a body that is no JSON, or has another shape."""
    try:
        return shape.validate_json(body)
    except ValidationError as error:
        raise _refused(error) from None


def read_many(kind: Kind, body: bytes) -> list[Body | CatalogRefusedError]:
    """The entities of a bulk, or why they are none, each for itself.

    Raises: CatalogRefusedError when there is no list of them.
    """
    try:
        return list(kind.many.validate_json(body))
    except ValidationError as error:
        if error.errors(include_url=False)[0]["loc"] == ():
            raise _refused(error) from None
    return [_one(kind, each) for each in from_json(body)]


def named_in(kind: Kind, sent: object) -> str:
    """What an entity that was refused is called, as far as it says."""
    if not isinstance(sent, dict) or not isinstance(sent.get("name"), str):
        return ""
    above = sent.get(kind.above[-1][0]) if kind.above else None
    name = str(sent["name"])
    return f"{above}.{name}" if isinstance(above, str) else name


def _one(kind: Kind, sent: object) -> Body | CatalogRefusedError:
    try:
        return kind.one.validate_json(to_json(sent))
    except ValidationError as error:
        refused = of_shape(error)
        refused.request = named_in(kind, sent)
        return refused


def _refused(error: ValidationError) -> CatalogRefusedError:
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == _NO_JSON:
        return CatalogRefusedError(400, f"Unable to process JSON: {first['ctx']['error']}")
    return of_shape(error)
