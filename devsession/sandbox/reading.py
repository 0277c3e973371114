"""What a request says: its body, its parameters. Anything else than expected is refused."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic_core import from_json

from devsession.sandbox.fields import TYPES
from devsession.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.requests import Request
    from starlette.types import Receive

_MOST_BYTES = 4 * 2**20


async def read_object(request: Request) -> dict[str, object]:
    """The body, a JSON object.

    Raises:
        RefusedError: it is not declared as JSON, is too large, is not JSON, or no object.
    """
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise RefusedError("wrong_content_type", "Send JSON, as Content-Type: application/json")
    try:
        # Strict, as JSON is: NaN and Infinity are none of its numbers.
        content = from_json(await read_bytes(request), allow_inf_nan=False)
    except ValueError as error:
        raise RefusedError("malformed_json", f"The body is not JSON: {error}.") from None
    if not isinstance(content, dict):
        raise RefusedError("invalid_body", "The body has to be a JSON object.")
    return content


async def read_records(request: Request) -> list[object]:
    """The records of a bulk.

    Raises:
        RefusedError: as for any body, or it is not `{"records": [..]}`.
    """
    content = await read_object(request)
    records = content.get("records")
    if content.keys() != {"records"} or not isinstance(records, list):
        raise RefusedError("invalid_body", 'The body has to be {"records": [..]}.', field="records")
    return records


def check_parameters(request: Request, known: Collection[str]) -> None:
    """Raises: RefusedError for a query parameter that is not known: a typing mistake, mostly."""
    for name in request.query_params:
        if name not in known:
            message = f"There is no parameter {name!r} here, only {', '.join(known)}."
            raise RefusedError("invalid_parameter", message, field=name)


def read_count(request: Request, name: str, *, usual: int, most: int) -> int:
    """A parameter from 1 to `most`; `usual` when it is not sent.

    Raises:
        RefusedError: it is something else.
    """
    text = request.query_params.get(name, str(usual))
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= most:
        raise RefusedError("invalid_parameter", f"{name} is a number from 1 to {most}.", field=name)
    return number


def read_flag(request: Request, name: str) -> bool:
    """A parameter that is true or false; false when it is not sent.

    Raises:
        RefusedError: it is something else.
    """
    text = request.query_params.get(name, "false")
    if text not in {"true", "false"}:
        raise RefusedError("invalid_parameter", f"{name} is true or false.", field=name)
    return text == "true"


def read_time(request: Request, name: str) -> datetime | None:
    """A parameter that is a time with its offset from UTC; None when it is not sent.

    Raises:
        RefusedError: it is something else.
    """
    text = request.query_params.get(name)
    if text is None:
        return None
    kind = TYPES["datetime"]
    if not kind.accepts(text):
        raise RefusedError(
            "invalid_parameter", f"{name} is {kind.wanted} (%2B for + in an address).", field=name
        )
    return datetime.fromisoformat(text)


async def read_to_end(receive: Receive) -> None:
    """Takes in a body that nobody wants: a client that is cut off while sending sees no answer."""
    while (await receive()).get("more_body", False):
        pass


async def read_bytes(request: Request) -> bytes:
    """Raises: RefusedError when the body is too large."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        # Read to its end even so, as `read_to_end` says.
        if size <= _MOST_BYTES:
            chunks.append(chunk)
    if size > _MOST_BYTES:
        raise RefusedError(
            "body_too_large", f"A body has at most {_MOST_BYTES:,} bytes, this one {size:,}."
        )
    return b"".join(chunks)
