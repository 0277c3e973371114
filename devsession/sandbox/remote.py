"""An author's hand on the running app: its settings, over HTTP, with the workspace's key."""

from __future__ import annotations

import json
import re
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
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_SECONDS = 30
_SUBSCRIPTIONS = f"{CATALOG_PATH}/v1/events/subscriptions"


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


def subscribe(
    workspace: Path,
    endpoint: str,
    secret: str | None = None,
    *,
    resources: Sequence[str] = ("all",),
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Has the catalog tell of changes at an address; the subscription, its secrets masked.

    Once more it is the same subscription: what waits for it is sent now.

    Args:
        secret: of the signature in X-OM-Signature; None sends none.
        resources: the types of entities that it is told of.
        headers: sent with each event, such as Authorization.

    Raises: as `change_settings`.
    """
    config = {"endpoint": endpoint, "secretKey": secret, "headers": dict(headers or {})}
    subscription = {
        "name": _name_of(endpoint),
        "alertType": "Notification",
        "resources": list(resources),
        "destinations": [{"category": "External", "type": "Webhook", "config": config}],
    }
    return _call(workspace, "PUT", _SUBSCRIPTIONS, subscription, catalog_token(workspace))


def unsubscribe(workspace: Path, endpoint: str) -> bool:
    """The catalog tells no more of changes there; False when it did not. As `change_settings`."""
    name = _name_of(endpoint)
    ids = [each["id"] for each in _subscriptions(workspace) if each["name"] == name]
    for each in ids:
        _call(workspace, "DELETE", f"{_SUBSCRIPTIONS}/{each}", {}, catalog_token(workspace))
    return bool(ids)


def subscriptions(workspace: Path) -> list[dict[str, Any]]:
    """Where the catalog tells of changes, and how that goes; as `change_settings`.

    Returns:
        Of each `endpoint`, `resources`, `status` and, when something went wrong, `reason`; how
        many events are `waiting`, were `taken`, and were given up as `failed`.
    """
    told = []
    for each in _subscriptions(workspace):
        path = f"{_SUBSCRIPTIONS}/id/{each['id']}/eventsRecord"
        record = _call(workspace, "GET", path, {}, catalog_token(workspace))
        (destination,) = each["destinations"]
        status = destination["statusDetails"]
        told.append(
            {
                "endpoint": destination["config"]["endpoint"],
                "resources": each["filteringRules"]["resources"],
                "status": status["status"],
                "waiting": record["pendingEventsCount"],
                "taken": record["successfulEventsCount"],
                "failed": record["failedEventsCount"],
                "reason": ""
                if status["status"] == "active"
                else status.get("lastFailedReason", ""),
            }
        )
    return told


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


def _subscriptions(workspace: Path) -> list[dict[str, Any]]:
    path = f"{_SUBSCRIPTIONS}?limit=1000"
    listed = _call(workspace, "GET", path, {}, catalog_token(workspace))
    return list(listed["data"])


def _name_of(endpoint: str) -> str:
    """A subscription is called after its address, so that each address has one."""
    return re.sub(r'::+|["\n]', "-", str(endpoint).partition("://")[2] or str(endpoint))[:256]


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
