"""The place on this machine that the browser comes back to after a sign-in."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

_PATH = "/callback"
_POLL_SECONDS = 0.1
_CLOSE_SECONDS = 5
_REQUEST_SECONDS = 10
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }}
body {{ max-width: 26rem; margin: 15vh auto 0; padding: 0 1.5rem; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{text}</p>
</body>
</html>
"""
_TAKEN = "You are back", "Go on in the notebook; this page can be closed."
_NOT_TAKEN = "This is not our sign-in", "It is over, or another one. Sign in from the notebook."


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that hung up."""


class RedirectListener:
    """Listens on loopback, in a thread of its own, until `is_over()`; then `closed()` is called.

    came: is given what stands in the redirect's query; whether it was what is waited for.
    port: another one where this one is taken.
    """

    def __init__(
        self,
        came: Callable[[dict[str, str]], bool],
        is_over: Callable[[], bool],
        closed: Callable[[], None],
        *,
        port: int,
    ) -> None:
        self._is_over, self._closed = is_over, closed
        self._server = _server(port, _handler(came))
        self._server.timeout = _POLL_SECONDS
        self.redirect = f"http://127.0.0.1:{self._server.server_address[1]}{_PATH}"
        self._thread = threading.Thread(target=self._listen, name="sign-in", daemon=True)

    def start(self) -> None:
        """Listen from now on."""
        self._thread.start()

    def join(self) -> None:
        """Wait until it has closed, so that the next one can have its port."""
        self._thread.join(_CLOSE_SECONDS)

    def _listen(self) -> None:
        with self._server:
            while not self._is_over():
                self._server.handle_request()
        self._closed()


def _server(port: int, handler: type[BaseHTTPRequestHandler]) -> _Server:
    try:
        return _Server(("127.0.0.1", port), handler)
    except OSError:
        return _Server(("127.0.0.1", 0), handler)


def said_in(query: str) -> dict[str, str]:
    """What a redirect says: each name with its first value."""
    return {name: values[0] for name, values in parse_qs(query).items()}


def _handler(came: Callable[[dict[str, str]], bool]) -> type[BaseHTTPRequestHandler]:
    class Redirect(BaseHTTPRequestHandler):
        timeout = _REQUEST_SECONDS

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            taken = address.path == _PATH and came(said_in(address.query))
            title, text = _TAKEN if taken else _NOT_TAKEN
            body = _PAGE.format(title=title, text=text).encode()
            self.send_response(200 if taken else 400)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Say nothing: the address holds the code."""

    return Redirect
