"""A provider of tokens that answers as a test tells it to, and remembers what it was asked.

with token_provider() as provider:
    provider.next += [(429, {"Retry-After": "7"}, {})]      # then tokens again
    OAuth2Auth(f"{provider.url}/token", "a-client", "hush").token()      # token-1
    provider.asked[0].form
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterator

DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Asked:
    """A request for a token."""

    path: str
    body: str
    authorization: str

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body))


@dataclass
class TokenProvider:
    """next: (status, headers, content) of the next answers. configuration: in place of what it
    would tell of itself. may_answer: cleared, it makes whoever asks for a token wait."""

    url: str = ""
    seconds: float | None = 3_600
    next: list[tuple[int, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    configuration: dict[str, Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    may_answer: threading.Event = field(default_factory=threading.Event)
    given: int = 0

    def answer(self, asked: Asked) -> tuple[int, dict[str, str], dict[str, Any]]:
        if asked.path.endswith(DISCOVERY):
            told = {"issuer": self.url, "token_endpoint": f"{self.url}/token"}
            return 200, {}, told | self.configuration
        self.asked.append(asked)
        self.may_answer.wait(30)
        if self.next:
            return self.next.pop(0)
        self.given += 1
        token: dict[str, Any] = {"access_token": f"token-{self.given}", "token_type": "Bearer"}
        if self.seconds is not None:
            token["expires_in"] = self.seconds
        return 200, {}, token


@contextmanager
def token_provider() -> Iterator[TokenProvider]:
    """One that answers for as long as the block lasts."""
    provider = TokenProvider()
    provider.may_answer.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            authorization = self.headers.get("Authorization", "")
            status, headers, content = provider.answer(Asked(self.path, body, authorization))
            raw = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(raw))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
