"""How the sandbox says no: one error, one table of codes, one JSON shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic_core import to_json
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUS = {
    "malformed_json": 400,
    "key_missing": 401,
    "key_malformed": 401,
    "key_unknown": 401,
    "token_unknown": 401,
    "token_expired": 401,
    "unknown_route": 404,
    "unknown_object": 404,
    "record_not_found": 404,
    "unknown_channel": 404,
    "unknown_stream": 404,
    "method_not_allowed": 405,
    "duplicate_value": 409,
    "idempotency_conflict": 409,
    "record_deleted": 410,
    "body_too_large": 413,
    "wrong_content_type": 415,
    "invalid_body": 422,
    "invalid_parameter": 422,
    "invalid_cursor": 422,
    "bulk_size": 422,
    "unknown_field": 422,
    "read_only_field": 422,
    "wrong_type": 422,
    "missing_required": 422,
    "invalid_name": 422,
    "text_too_long": 422,
    "too_many_blocks": 422,
    "invalid_setting": 422,
    "rate_limited": 429,
    "internal_error": 500,
    "unavailable": 503,
    "not_kept": 507,
}

# What a write may be refused for, because of its values.
VALUE_CODES = (
    "duplicate_value",
    "unknown_field",
    "read_only_field",
    "wrong_type",
    "missing_required",
    "not_kept",
)


class RefusedError(Exception):
    """A request, or one record of a bulk, that the app does not accept.

    The message never repeats a value that was sent: a value may be somebody's secret.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.headers = headers or {}

    def as_json(self) -> dict[str, object]:
        """`{code, field, message}`; `field` is null when no single field is to blame."""
        return {"code": self.code, "field": self.field, "message": self.message}


def json_response(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """The one way in which the app answers."""
    return Response(to_json(content), status, headers, media_type="application/json")


def refusal_response(
    refused: RefusedError, request_id: str, headers: Mapping[str, str] | None = None
) -> Response:
    """`{"error": {code, field, message, request_id}}` with the status of its code."""
    error = {**refused.as_json(), "request_id": request_id}
    return json_response(
        {"error": error}, STATUS[refused.code], {**refused.headers, **(headers or {})}
    )


class TokenRefusedError(Exception):
    """A token request that is not granted: an error code of RFC 6749 section 5.2."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status
