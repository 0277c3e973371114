"""What a request's body says. Anything else than expected is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from pydantic_core import from_json

from devsession.sandbox.refusals import RefusedError, TokenRefusedError

if TYPE_CHECKING:
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


async def read_form(request: Request) -> dict[str, str]:
    """What a form says, as the token endpoint takes it.

    Raises: TokenRefusedError when it is none, or says something twice.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        raise TokenRefusedError(
            "invalid_request",
            "Send a form, as Content-Type: application/x-www-form-urlencoded",
        )
    try:
        body = (await read_bytes(request)).decode()
        pairs = parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise TokenRefusedError("invalid_request", "The body is not a form.") from None
    form = dict(pairs)
    if len(form) < len(pairs):
        raise TokenRefusedError("invalid_request", "Send each parameter once.")
    return form
