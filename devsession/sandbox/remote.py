"""An author's hand on the running app: its settings, over HTTP, with the workspace's key."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from pydantic_core import to_json

from devsession.errors import ConnectError, ServiceError, UsageError
from devsession.sandbox.process import (
    CATALOG_PATH,
    catalog_token,
    sandbox_key,
    sandbox_service,
)

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


def set_catalog(workspace: Path, settings: Mapping[str, object]) -> dict[str, Any]:
    """Sets these of `catalog.faults.Settings`; what is set then. As `change_settings`."""
    token = catalog_token(workspace)
    return _call(workspace, "PATCH", f"{CATALOG_PATH}/_control", settings, token)


def expire_tokens(workspace: Path) -> None:
    """Every access token given until now is expired."""
    _call(workspace, "POST", "/_control/expire_tokens", {})


def set_stream(workspace: Path, name: str, settings: Mapping[str, object]) -> None:
    """Sets these of `stream_types.StreamSettings` for a practice stream; as `change_settings`."""
    _call(workspace, "PATCH", _stream(name), settings)


def change_stream(workspace: Path, name: str, changes: Mapping[str, object]) -> dict[str, Any]:
    """Has `generated_stream.Changes` happen in a practice stream; what happened, and when.

    Raises: as `change_settings`.
    """
    return _call(workspace, "POST", f"{_stream(name)}/changes", changes)


def agree(workspace: Path, address: str) -> str:
    """Somebody at the app agrees to a sign-in: where their browser ends; "" for another app's.

    Raises: ConnectError when the app does not ask them, but shows an error.
    """
    asked, app = urlsplit(address), sandbox_service(workspace).address()
    if app is None or (asked.hostname, asked.port) != (app.host, app.port):
        return ""
    connection = HTTPConnection(app.host, app.port, timeout=_SECONDS)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request("POST", asked.path, f"{asked.query}&decision=allow", headers)
        ended = connection.getresponse().getheader("Location")
    finally:
        connection.close()
    if ended is None:
        raise ConnectError(
            "The practice app cannot ask anybody to agree",
            tried="a sign-in of a client_id or redirect_uri that it does not know",
            where=f"{asked.scheme}://{asked.netloc}{asked.path}",
            next_step="session.sandbox.client_id is the client that it knows",
        )
    return ended


def _stream(name: str) -> str:
    return f"/_control/streams/{quote(str(name), safe='')}"


def _call(
    workspace: Path, method: str, path: str, content: Mapping[str, object], token: str | None = None
) -> dict[str, Any]:
    """token: by default the sandbox's key."""
    address = sandbox_service(workspace).ensure()
    connection = HTTPConnection(address.host, address.port, timeout=_SECONDS)
    headers = {
        "Authorization": f"Bearer {token or sandbox_key(workspace)}",
        "Content-Type": "application/json",
    }
    try:
        connection.request(method, path, to_json(content, fallback=str), headers)
        answer = connection.getresponse()
        body: dict[str, Any] = json.load(answer)
    finally:
        connection.close()
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ServiceError(
            "The sandbox runs, but cannot do that",
            tried=body["message"],
            where=f"sandbox, process {address.pid}",
            next_step="put right what it says, then devsession sandbox stop, and start it again",
            service="sandbox",
            pid=address.pid,
        )
    refused = body.get("error") or (body if answer.status >= HTTPStatus.BAD_REQUEST else None)
    if refused:
        raise UsageError(
            "The sandbox cannot be set so",
            tried=refused["message"],
            where=f"sandbox, process {address.pid}",
            next_step="change the setting; what was set before still holds",
        )
    return body
