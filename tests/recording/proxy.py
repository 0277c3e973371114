"""An HTTP proxy on loopback: it forwards plain requests, and tunnels what is asked for by CONNECT."""

from __future__ import annotations

import http.client
import select
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.recording.app import read_body


class Proxy:
    """Remembers what it was asked for: `GET http://..` or `CONNECT host:port`."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self) -> None:
                proxy.calls.append(f"{self.command} {self.path}")
                target = urlsplit(self.path)
                connection = http.client.HTTPConnection(target.netloc)
                path = f"{target.path}?{target.query}" if target.query else target.path
                connection.request(self.command, path, read_body(self))
                answer = connection.getresponse()
                body = answer.read()
                connection.close()
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.getheaders():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = forward  # noqa: N815

            def do_CONNECT(self) -> None:
                proxy.calls.append(f"CONNECT {self.path}")
                host, _, port = self.path.rpartition(":")
                self.close_connection = True
                with socket.create_connection((host, int(port))) as target:
                    self.send_response_only(200)
                    self.end_headers()
                    _tunnel(self.connection, target)

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _tunnel(one: socket.socket, other: socket.socket) -> None:
    while True:
        for ready in select.select([one, other], [], [])[0]:
            data = ready.recv(1 << 16)
            if not data:
                return
            (other if ready is one else one).sendall(data)
