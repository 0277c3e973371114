"""Somebody who listens for events, in a thread of the test."""

from __future__ import annotations

import json
import queue
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import randrange
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.catalog.conftest import Api

_SECONDS = 30


class Delivery(NamedTuple):
    """A request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """Its ChangeEvent, with the entity read as well."""
        event: dict[str, Any] = json.loads(self.body)
        return {**event, "entity": json.loads(event["entity"])}


class Subscriber:
    """Answers with the statuses of `answers`, one each, then with 200.

    url: where it listens. held: while it is cleared, no answer is given.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}/events"
        self.answers: list[int] = []
        self.held = threading.Event()
        self.held.set()
        self._arrived: queue.Queue[Delivery] = queue.Queue()

    def arrived(self, count: int = 1) -> list[Delivery]:
        """The next that arrive; it waits for them."""
        return [self._arrived.get(timeout=_SECONDS) for _ in range(count)]

    def events(self, count: int = 1) -> list[dict[str, Any]]:
        return [each.event for each in self.arrived(count)]

    def everything(self) -> list[Delivery]:
        """All that has arrived by now and was not looked at."""
        return [self._arrived.get() for _ in range(self._arrived.qsize())]

    def nothing_more(self) -> bool:
        """Whether all that arrived was looked at."""
        return self._arrived.empty()

    def take(self, delivery: Delivery) -> int:
        self._arrived.put(delivery)
        self.held.wait(_SECONDS)
        return self.answers.pop(0) if self.answers else 200


def subscription(
    endpoint: str, *, config: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """As it is sent. config: of its destination, besides the endpoint."""
    webhook = {"endpoint": endpoint, **(config or {})}
    destination = {"category": "External", "type": "Webhook", "config": webhook}
    return {
        "name": "listener",
        "alertType": "Notification",
        "resources": ["all"],
        "destinations": [destination],
        **more,
    }


def subscribe(api: Api, subscriber: Subscriber, **more: Any) -> dict[str, Any]:
    """Has the catalog tell a subscriber; the subscription, as it is answered."""
    sent = subscription(subscriber.url, **more)
    content: dict[str, Any] = api.put("/events/subscriptions", json=sent).json()
    return content


@contextmanager
def listening(port: int | None = None) -> Iterator[Subscriber]:
    """A subscriber that listens for as long as the block lasts; port: None is a free one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            body = self.rfile.read(size)
            if len(body) < size:  # who sent it was killed meanwhile
                self.close_connection = True
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = subscriber.take(Delivery(self.command, self.path, headers, body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.send_header("Location", "/elsewhere")
            self.send_header("Connection", "close")
            self.end_headers()

        do_PUT = do_POST  # noqa: N815 - the name that it is looked for by

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    server = _bound(port, Handler)
    subscriber = Subscriber(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield subscriber
    finally:
        subscriber.held.set()
        server.shutdown()
        server.server_close()
        thread.join(_SECONDS)


def _bound(port: int | None, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    """On a free port that no connection is made from: whoever calls it again and again while
    nobody listens would end up connected to itself."""
    tried = range(100) if port is None else ()
    for _ in tried:
        with suppress(OSError):
            return ThreadingHTTPServer(("127.0.0.1", randrange(12_000, 30_000)), handler)
    return ThreadingHTTPServer(("127.0.0.1", port or 0), handler)
