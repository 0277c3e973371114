"""Events as a catalog hands them in, and a receiver that takes them, in this process."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anyio.from_thread import BlockingPortal, start_blocking_portal

from devsession.openmetadata import EventHandler, receiver
from devsession.openmetadata.events.inbox_file import Received, received
from devsession.openmetadata.events.samples import sample_event
from devsession.openmetadata.events.signing import signature

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from devsession.openmetadata import ChangeEvent

SECRET = "sesame-open-up-1"
PATIENCE = 20.0


class Noting(EventHandler):
    """Notes which events it was handed. does: what it does with one besides."""

    def __init__(self, does: Callable[[ChangeEvent], Any] = lambda _: None) -> None:
        super().__init__()
        self.does = does
        self.handed: list[str] = []

    def handle(self, event: ChangeEvent) -> Any:
        self.handed.append(event.id)
        return self.does(event)


@dataclass
class Answer:
    """What a request was answered with."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


async def called(
    app: Any,
    receive: Callable[[], Awaitable[dict[str, Any]]],
    headers: dict[str, str] | None = None,
    peer: str = "127.0.0.1",
) -> Answer:
    """The answer to a request whose body comes so."""
    messages: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    named = [
        (name.replace("_", "-").lower().encode(), value.encode("latin-1"))
        for name, value in (headers or {}).items()
    ]
    about = {"type": "http", "method": "POST", "path": "/events", "root_path": ""}
    scope = {**about, "headers": named, "query_string": b"", "client": (peer, 50_000)}
    await app(scope, receive, send)
    told = {name.decode().title(): value.decode() for name, value in messages[0]["headers"]}
    return Answer(messages[0]["status"], told, b"".join(each["body"] for each in messages[1:]))


class Catalog:
    """Sends events to a receiver."""

    def __init__(self, portal: BlockingPortal, app: Any, inbox: Path, peer: str) -> None:
        self._portal, self._app, self._inbox, self._peer = portal, app, inbox, peer

    def send(self, event: dict[str, Any] | bytes, **headers: str) -> Answer:
        """Hand in an event, signed unless the headers say otherwise."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()

        async def whole() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        named = {"X_OM_Signature": signature(SECRET, body), **headers}
        return self._portal.call(called, self._app, whole, named, self._peer)

    def inbox(self) -> list[Received]:
        return list(received(self._inbox))

    def states(self) -> dict[str, str]:
        return {each.id: each.state for each in self.inbox()}

    def wait(self, until: Callable[[], bool]) -> None:
        """Wait for something that a thread of the receiver does."""
        ends = time.monotonic() + PATIENCE
        while not until():
            assert time.monotonic() < ends, f"waited in vain; the inbox: {self.states()}"
            time.sleep(0.005)

    def settle(self) -> dict[str, str]:
        """Wait until nothing waits any more; the states."""
        self.wait(lambda: "waiting" not in self.states().values())
        return self.states()


@contextmanager
def receiving(
    handler: EventHandler, inbox: Path, *, peer: str = "127.0.0.1", **options: Any
) -> Iterator[Catalog]:
    """A receiver that runs. peer: where requests come from."""
    options = {"secret": SECRET, "first_wait": 0.01, **options}
    app = receiver(handler, inbox=inbox, **options)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(app.router.lifespan_context(app)),
    ):
        yield Catalog(portal, app, inbox, peer)


def event(number: int = 0, event_type: str = "entityUpdated", **fields: Any) -> dict[str, Any]:
    """An event about one of a few tables."""
    return sample_event(event_type, "table", number) | fields
