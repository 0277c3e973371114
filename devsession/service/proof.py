"""How a caller makes sure that the process at a port is the one that wrote the port file.

The process proves that it knows the token. The token itself is not sent: whatever took over the
port of a dead service must not learn it.
"""

from __future__ import annotations

import hmac
import re
import secrets
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from devsession.service.port_file import Address

_PATH = "/-/proof/"


def proves_token(address: Address, *, timeout: float) -> bool:
    """Whether the process at this address knows the token; `timeout` in seconds.

    A bare socket, because HTTP clients may be recorded, or shut, at this moment.
    """
    question = secrets.token_hex(16)
    host = f"{address.host}:{address.port}"
    request = f"GET {_PATH}{question} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((address.host, address.port), timeout) as connection:
            connection.sendall(request.encode())
            answer = connection.makefile("rb").read(65_536)
    except OSError:
        return False
    body = re.sub(rb"\A.*?\r\n\r\n", b"", answer, flags=re.DOTALL)
    return hmac.compare_digest(body, _proof(address.token, question).encode())


def with_proof(app: ASGIApp, token: str) -> ASGIApp:
    """The app, which now also answers `proves_token`."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(_PATH):
            await app(scope, receive, send)
            return
        proof = _proof(token, path.removeprefix(_PATH)).encode()
        length = (b"content-length", str(len(proof)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": proof})

    return answer


def _proof(token: str, question: str) -> str:
    return hmac.new(token.encode(), question.encode(), "sha256").hexdigest()
