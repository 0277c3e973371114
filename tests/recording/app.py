"""An app on loopback whose answers a test writes, and which remembers what it was asked."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable


@dataclass
class Seen:
    """A request as it reached the app."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What the app answers; `body` other than bytes is sent as JSON."""

    body: object = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Raw:
    """What the app sends, byte for byte and piece by piece, before it closes the connection."""

    pieces: Iterable[bytes]


def read_body(handler: BaseHTTPRequestHandler) -> bytes:
    """The body of a request, in one piece or in chunks."""
    if handler.headers.get("Transfer-Encoding") != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    pieces = []
    while size := int(handler.rfile.readline(), 16):
        pieces.append(handler.rfile.read(size))
        handler.rfile.readline()
    handler.rfile.readline()
    return b"".join(pieces)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, *_args: object) -> None:
        """A client that went away is no trouble."""


class App:
    """Answers with what `answer` makes of a request, by default with the number of the call."""

    def __init__(self, secure: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        self.answer: Callable[[Seen], Answer | Raw] = lambda _seen: Answer({"call": len(self.seen)})
        app = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one(self) -> None:
                body = read_body(self)
                seen = Seen(self.command, self.path, dict(self.headers.items()), body)
                with app._lock:
                    app.seen.append(seen)
                    answer = app.answer(seen)
                if isinstance(answer, Raw):
                    self.close_connection = True
                    for piece in answer.pieces:
                        self.wfile.write(piece)
                    return
                body = answer.body
                if not isinstance(body, bytes):
                    body = json.dumps(body).encode()
                self.send_response(answer.status)
                headers = {"Content-Type": "application/json", **answer.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_one  # noqa: N815

            def log_message(self, *_args: object) -> None:
                pass

        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), Handler)
        if secure:
            self._server.socket = secure.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.address = f"127.0.0.1:{self._server.server_port}"
        self.url = f"{'https' if secure else 'http'}://{self.address}"

    @property
    def calls(self) -> list[str]:
        return [f"{seen.method} {seen.path}" for seen in self.seen]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
