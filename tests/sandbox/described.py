"""The app's own description, held against what it answers."""

from __future__ import annotations

import asyncio
import json
import re
from functools import cache
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from devsession.sandbox.access import ApiKeys
from devsession.sandbox.crm import create_app
from devsession.sandbox.openapi import OPENAPI_PATH

HTML = "text/html; charset=utf-8"


@cache
def description() -> dict[str, Any]:
    """What every app says of itself, as it is answered."""

    async def ask() -> dict[str, Any]:
        transport = httpx.ASGITransport(create_app(ApiKeys([])))
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as client:
            return dict((await client.get(OPENAPI_PATH)).json())

    return asyncio.run(ask())


def check_exchange(response: httpx.Response) -> None:
    """Status, code and content are ones that the description tells of; so is what was accepted."""
    request = response.request
    operation = _operation(request.method, request.url.path)
    if operation is None:
        assert response.status_code in {200, 302, 400, 401, 404, 405, 429}, response
        return
    described = operation["responses"].get(str(response.status_code))
    assert described, f"{request.method} {request.url.path} answers {response.status_code}"
    if request.method == "HEAD" or response.headers["Content-Type"] == HTML:
        return
    schema = described["content"]["application/json"]["schema"]
    _validator(json.dumps(schema)).validate(response.json())
    accepted = response.is_success and '"status":"failed"' not in response.text
    if accepted and request.headers.get("Content-Type") == "application/json":
        taken = operation["requestBody"]["content"]["application/json"]["schema"]
        _validator(json.dumps(taken)).validate(json.loads(request.content))


def _operation(method: str, path: str) -> dict[str, Any] | None:
    for pattern, operations in _patterns():
        if pattern.fullmatch(path):
            return operations.get("get" if method == "HEAD" else method.lower())
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    return [
        (re.compile(re.sub(r"\{(\w+)\}", _part, path)), operations)
        for path, operations in description()["paths"].items()
    ]


def _part(found: re.Match[str]) -> str:
    return ".+" if found[1] == "external_id" else "[^/]+"


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": description()["components"]})
