"""What a receiver does: answers requests, and has what they bring stored and handed over."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError, SetupError, UsageError
from devsession.openmetadata.events.door import Door, RefusedError
from devsession.openmetadata.events.handler import EventHandler
from devsession.openmetadata.events.hands import Hands
from devsession.openmetadata.events.inbox import Inbox
from devsession.openmetadata.events.lanes import Lanes
from devsession.openmetadata.events.log import log_refused, log_trouble
from devsession.openmetadata.steps.causes import cause_of
from devsession.openmetadata.steps.configuring import configured, secrets_in
from devsession.openmetadata.steps.steps import Planned, WorkflowContext
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from pathlib import Path

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

    from devsession.openmetadata.events.limits import Limits
    from devsession.openmetadata.events.receiver import HandlerLike

EVENTS_PATH = "/events"
_REST_SECONDS = 30  # what a sender is asked to wait when there is no room or no disk
_BUSY_SECONDS = 1


class Receiver:
    """The handler, the inbox and the app that puts events into it; `start`, serve `app`, `stop`.

    A server that is given only the `app` starts and stops it by itself. warehouse: as of a
    `WorkflowContext`.
    """

    def __init__(
        self,
        handler: HandlerLike,
        inbox: Path,
        *,
        secret: str,
        token: str,
        allow: Iterable[str] = (),
        limits: Limits,
        warehouse: Callable[[str | None], Any] | None = None,
    ) -> None:
        self.handler = _made(handler, WorkflowContext(warehouse=warehouse))
        found = dict(secrets_in(self.handler.config))
        self.redactor = Redactor({**found, "events-secret": secret, "events-token": token})
        self._door = Door(
            secret=secret, token=token, allow=allow, limits=limits, redactor=self.redactor
        )
        self._path, self._limits = inbox, limits
        self._requests = 0
        self._inbox: Inbox | None = None
        self._hands: Hands | None = None

    @property
    def app(self) -> Starlette:
        """The ASGI app."""
        from starlette.applications import Starlette
        from starlette.routing import Route

        return Starlette(
            routes=[Route(EVENTS_PATH, self._answer, methods=["POST"])], lifespan=self._lifespan
        )

    def start(self) -> None:
        """Open the inbox, prepare the handler, and hand over what waits.

        Raises: InboxError, UsageError; SetupError with what the handler's prepare() raised.
        """
        if self._inbox is not None:
            return
        lanes = Lanes()
        inbox = Inbox(self._path, self._limits, lanes.add)
        try:
            self.handler.prepare()
        except Exception as error:  # noqa: BLE001 - the author's code
            inbox.close()
            raise SetupError(
                f"{type(self.handler).__name__} could not be prepared",
                said=self.redactor.text(cause_of(error)),
                next_step="put right what its prepare() needs, and start again; nothing is lost",
            ) from None
        except BaseException:
            inbox.close()
            raise
        self._inbox = inbox
        self._hands = Hands(self.handler, inbox, lanes, self._limits, self.redactor)
        self._hands.start()

    def stop(self) -> None:
        """Wait for what is being handled, and let the inbox go; what waits is for the next start."""
        inbox, hands = self._inbox, self._hands
        self._inbox = self._hands = None
        if inbox is None or hands is None:
            return
        hands.stop()
        try:
            self.handler.close()
        except Exception as error:  # noqa: BLE001 - the author's code
            log_trouble(
                f"close() of {type(self.handler).__name__}", self.redactor.text(cause_of(error))
            )
        inbox.close()

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        await asyncio.to_thread(self.start)
        try:
            yield
        finally:
            await asyncio.to_thread(self.stop)

    async def _answer(self, request: Request) -> Response:
        from starlette.requests import ClientDisconnect
        from starlette.responses import JSONResponse, Response

        self._requests += 1
        try:
            event, state = await self._taken(request)
            return JSONResponse({"event": event, "state": state})
        except ClientDisconnect:
            return Response(status_code=400)  # nobody hears it
        except RefusedError as error:
            peer = request.client.host if request.client else ""
            log_refused(error.status, error.cause, peer)
            headers = {"Connection": "close"}
            if error.retry_after:
                headers["Retry-After"] = str(error.retry_after)
            if error.status == 401:  # noqa: PLR2004
                headers["WWW-Authenticate"] = "Bearer"
            return JSONResponse({"error": error.cause}, error.status, headers)
        finally:
            self._requests -= 1

    async def _taken(self, request: Request) -> tuple[str, str]:
        """The event's id, and whether it was here already. Raises: RefusedError."""
        inbox = self._inbox
        if inbox is None:
            # It ends, or it was mounted in another app, which does not start it.
            raise RefusedError(503, "the receiver is not started", retry_after=_REST_SECONDS)
        if self._requests > self._limits.requests:
            raise RefusedError(503, "too many requests at once", retry_after=_BUSY_SECONDS)
        arrival = await self._door.taken(request)
        try:
            # Whatever becomes of the request: what is on its way to the disk goes on.
            taken = await asyncio.shield(asyncio.wrap_future(inbox.put(arrival)))
        except sqlite3.Error as error:
            log_trouble("an event cannot be stored", str(error), arrival.id)
            what = "the event cannot be stored now"
            raise RefusedError(503, what, retry_after=_REST_SECONDS) from None
        if taken == "full":
            what = "the inbox is full of events that wait or have failed"
            raise RefusedError(503, what, retry_after=_REST_SECONDS)
        if taken == "forgotten":
            raise RefusedError(400, "the event is older than others that were forgotten already")
        if taken == "another":
            raise RefusedError(409, "an event with this id and another content was taken before")
        return arrival.id, taken


def _made(handler: HandlerLike, context: WorkflowContext) -> EventHandler:
    if isinstance(handler, type) and issubclass(handler, EventHandler):
        handler = Planned(handler, configured(handler, {}))
    if isinstance(handler, Planned):
        try:
            made = handler.made(context)
        except DevsessionError:
            raise
        except Exception as error:  # noqa: BLE001 - the author's code
            raise SetupError(
                f"{handler.step.__name__} could not be made",
                said=Redactor(dict(secrets_in(handler.config))).text(cause_of(error)),
                next_step="put right its __init__",
            ) from None
    else:
        made = handler
    if not isinstance(made, EventHandler):
        raise UsageError(
            f"{type(made).__name__} is no EventHandler",
            next_step="derive it from devsession.openmetadata.EventHandler",
        )
    return made
