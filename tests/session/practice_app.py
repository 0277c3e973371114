"""The practice app, which also says what it was asked.

`GET /asked` gives each request since the last time this was asked: [method, path, external ids].
"""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import uvicorn

from devsession.sandbox.access import ApiKeys
from devsession.sandbox.crm import create_app
from devsession.sandbox.oauth import OAuth
from devsession.sandbox.store import utc_now

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

LOG = "/asked"
CLIENT_ID = "client-of-the-tests"
CLIENT_SECRET = "sbc_secret-of-the-tests"


class Listening:
    """Passes everything on to the app, and remembers what it was asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._asked: list[list[Any]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == LOG:
            await self._tell(send)
            return
        if scope["type"] == "http":
            chunks: list[bytes] = []
            self._asked.append([scope["method"], scope["path"], chunks])
            receive = _kept(receive, chunks)
        await self._app(scope, receive, send)

    async def _tell(self, send: Send) -> None:
        asked = [[method, path, _external_ids(chunks)] for method, path, chunks in self._asked]
        self._asked.clear()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(asked).encode()})


def _kept(receive: Receive, chunks: list[bytes]) -> Receive:
    async def receive_and_keep() -> Any:
        message = await receive()
        chunks.append(message.get("body", b""))
        return message

    return receive_and_keep


def _external_ids(chunks: list[bytes]) -> list[str]:
    body = b"".join(chunks)
    if not body.startswith(b"{"):
        return []
    content = json.loads(body)
    records = content.get("records", [content])
    return [record["external_id"] for record in records if "external_id" in record]


def listen() -> socket.socket:
    """A free port."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return listening


def server(key: str) -> uvicorn.Server:
    """What serves a new, empty app on that port."""
    keys = ApiKeys([key])
    oauth = OAuth(keys, {CLIENT_ID: CLIENT_SECRET}, utc_now)
    app = Listening(create_app(keys, oauth=oauth))
    config = uvicorn.Config(
        app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1
    )
    return uvicorn.Server(config)
