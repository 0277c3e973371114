"""The app's description, at /openapi.json. Source: OpenAPI 3.1.0."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from devsession.sandbox.objects import OBJECT_TYPES
from devsession.sandbox.refusals import STATUS
from devsession.sandbox.schemas import TEXT, components, ref
from devsession.sandbox.stream_types import ALL_STREAM_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from devsession.sandbox.routing import Operation, Schema

OPENAPI_PATH = "/openapi.json"
_KEY = ("key_missing", "key_malformed", "key_unknown", "token_unknown", "token_expired")
_BODY = ("malformed_json", "body_too_large", "wrong_content_type", "invalid_body")
_WEATHER = ("rate_limited", "internal_error", "unavailable")
_GATEWAY = (502, 504)
_RETRY_AFTER = {"schema": TEXT, "description": "Seconds to wait, or the date of the next try"}
_IN_PATH: dict[str, Schema] = {
    "object": {"enum": list(OBJECT_TYPES)},
    "id": TEXT,
    "external_id": TEXT,
    "channel": TEXT,
    "stream": {"enum": list(ALL_STREAM_TYPES)},
}


def describe(
    operations: Iterable[Operation], token_path: str, authorize_path: str
) -> dict[str, Any]:
    """The whole app as one OpenAPI document."""
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for operation in operations:
        path = operation.path.replace(":path}", "}")
        paths[path][operation.method.lower()] = _operation(operation, path)
    token = {"tokenUrl": token_path, "scopes": {}}
    person = {**token, "authorizationUrl": authorize_path, "refreshUrl": token_path}
    flow = {"clientCredentials": token, "authorizationCode": person}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sandbox CRM", "version": "1", "description": "The practice app."},
        "servers": [{"url": "/"}],
        "security": [{"key": []}, {"user": []}, {"client": []}],
        "paths": dict(paths),
        "components": {
            "schemas": components(),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "user": {"type": "http", "scheme": "basic"},
                "client": {"type": "oauth2", "flows": flow},
            },
        },
    }


def _operation(operation: Operation, path: str) -> dict[str, Any]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name, schema in _IN_PATH.items()
        if f"{{{name}}}" in path
    ]
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.does,
        "responses": _responses(operation),
    }
    if parameters := in_path + [each.as_json() for each in operation.parameters]:
        described["parameters"] = parameters
    if operation.takes is not None:
        kind = "application/x-www-form-urlencoded" if operation.form else "application/json"
        described["requestBody"] = {
            "required": True,
            "content": {kind: {"schema": operation.takes}},
        }
    if operation.open:
        described["security"] = []
    return described


def _responses(operation: Operation) -> dict[str, Any]:
    codes = {*operation.refuses, *_WEATHER}
    if not operation.open:
        codes.update(_KEY)
    if operation.takes is not None and not operation.form:
        codes.update(_BODY)
    if operation.parameters:
        codes.add("invalid_parameter")
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in STATUS:
        if code in codes:
            by_status[STATUS[code]].append(code)
    found = {
        status: _json(", ".join(codes), {"allOf": [ref("error"), _with_code(codes)]})
        for status, codes in by_status.items()
    }
    found[STATUS["rate_limited"]]["headers"] = {"Retry-After": _RETRY_AFTER}
    page = {"text/html": {"schema": TEXT}}
    found |= {status: {"description": "From a gateway", "content": page} for status in _GATEWAY}
    for status, schema in operation.answers.items():
        found[status] = _json("As wanted" if status < 300 else "Refused", schema)  # noqa: PLR2004
    return {str(status): response for status, response in sorted(found.items())}


def _json(description: str, schema: Schema) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _with_code(codes: list[str]) -> Schema:
    code = {"properties": {"code": {"enum": codes}}}
    return {"properties": {"error": code}}
