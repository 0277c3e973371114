"""How a caller makes sure that the process at a port is the one that wrote the port file.

The process proves that it knows the token. The token itself is not sent: whatever took over the
port of a dead service must not learn it. With the proof it tells how it is used.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
import socket
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from devsession.service.use import Use

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from devsession.service.port_file import Address
    from devsession.service.use import Usage

_PATH = "/-/proof/"
_LONGEST_ANSWER = 65_536


def proven_use(address: Address, *, timeout: float) -> Use | None:
    """How the service is used; None when what is there does not prove that it knows the token.

    timeout: seconds, for all of it. A bare socket, because HTTP clients may be recorded, or shut,
    at this moment.
    """
    question = secrets.token_hex(16)
    host = f"{address.host}:{address.port}"
    request = f"GET {_PATH}{question} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((address.host, address.port), timeout) as connection:
            connection.sendall(request.encode())
            answer = _all_of(connection, time.monotonic() + timeout)
        told = json.loads(re.sub(rb"\A.*?\r\n\r\n", b"", answer, flags=re.DOTALL))
        proof = str(told["proof"]).encode()
        use = Use(**told["use"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return use if hmac.compare_digest(proof, _proof(address.token, question).encode()) else None


def with_proof(app: ASGIApp, token: str, usage: Usage) -> ASGIApp:
    """The app, which now also answers `proven_use`."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(_PATH):
            await app(scope, receive, send)
            return
        proof = _proof(token, path.removeprefix(_PATH))
        body = json.dumps({"proof": proof, "use": asdict(usage.now())}).encode()
        usage.postpone()  # who asks is about to connect
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": body})

    return answer


def _all_of(connection: socket.socket, deadline: float) -> bytes:
    """What comes until the other side closes; OSError when that lasts too long."""
    answer = b""
    while len(answer) < _LONGEST_ANSWER:
        # Never 0, which would mean not to wait, and so fail differently.
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        received = connection.recv(_LONGEST_ANSWER)
        if not received:
            break
        answer += received
    return answer


def _proof(token: str, question: str) -> str:
    return hmac.new(token.encode(), question.encode(), "sha256").hexdigest()
