"""An author's hand on the running app: its settings, over HTTP, with the workspace's key."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import TYPE_CHECKING

from pydantic_core import to_json

from devsession.errors import UsageError
from devsession.sandbox.process import sandbox_key, sandbox_service

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SECONDS = 30


def change_settings(workspace: Path, settings: Mapping[str, object]) -> None:
    """Sets these of `control.Settings` and leaves the others; the app is started if need be.

    Raises:
        UsageError: one of them cannot be; nothing was changed.
        ServiceError: the app does not start or answer.
    """
    _call(workspace, "PATCH", "/_control", settings)


def expire_tokens(workspace: Path) -> None:
    """Every access token given until now is expired."""
    _call(workspace, "POST", "/_control/expire_tokens", {})


def _call(workspace: Path, method: str, path: str, content: Mapping[str, object]) -> None:
    address = sandbox_service(workspace).ensure()
    connection = HTTPConnection(address.host, address.port, timeout=_SECONDS)
    headers = {
        "Authorization": f"Bearer {sandbox_key(workspace)}",
        "Content-Type": "application/json",
    }
    try:
        connection.request(method, path, to_json(content, fallback=str), headers)
        answer = connection.getresponse()
        body = json.load(answer)
    finally:
        connection.close()
    if "error" in body:
        raise UsageError(
            "The sandbox cannot be set so",
            tried=body["error"]["message"],
            where=f"sandbox, process {address.pid}",
            next_step="change the setting; what was set before still holds",
        )
