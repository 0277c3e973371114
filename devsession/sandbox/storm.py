"""Bad weather: a share of the requests is answered with 429 or 5xx, cut off, or answered slowly.

What a plugin has to live with: of the requests that end in 5xx or without an answer, half were
carried out all the same. The same requests under the same seed meet the same fate.
"""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import HTMLResponse

from devsession.sandbox.cutting import cut
from devsession.sandbox.rate_limit import DATE, SECONDS, too_many
from devsession.sandbox.reading import read_to_end
from devsession.sandbox.refusals import RefusedError, refusal_response

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_Share = Annotated[float, Field(ge=0, le=1)]
_GATEWAY_PAGE = "<html><body><h1>{}</h1></body></html>"


class StormSettings(BaseModel):
    """Which share of the requests meets what; what is left is answered as ever."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0
    too_many: _Share = 0.1
    server_errors: _Share = 0.1
    resets: _Share = 0.05
    slow: _Share = 0.05
    slow_seconds: Annotated[float, Field(ge=0, le=60)] = 0.2

    @model_validator(mode="after")
    def _of_all(self) -> StormSettings:
        if self.too_many + self.server_errors + self.resets + self.slow > 1:
            raise ValueError("the shares come to more than 1 together")
        return self


class Storm:
    """Decides each request's fate, in the order in which they come."""

    def __init__(self, settings: StormSettings, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self._clock = clock
        self._random = Random(settings.seed)  # noqa: S311 - a storm that can be repeated

    async def pass_through(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """The request, or what becomes of it."""
        settings = self.settings
        # Always the same number of draws, so that one share does not move another's.
        fate, carried_out, kind = (self._random.random() for _ in range(3))
        request = _Request(app, scope, receive, send)
        if (fate := fate - settings.too_many) < 0:
            form = SECONDS if kind < 1 / 2 else DATE
            await request.refuse(too_many(1, form, self._clock()), carried_out=False)
        elif (fate := fate - settings.server_errors) < 0:
            await request.fail(int(kind * 4), carried_out=carried_out < 1 / 2)
        elif (fate := fate - settings.resets) < 0:
            await request.reset(carried_out=carried_out < 1 / 2)
        else:
            if fate < settings.slow:
                await asyncio.sleep(settings.slow_seconds)
            await app(scope, receive, send)


class _Request:
    """One request that does not get its answer."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send

    async def refuse(self, refused: RefusedError, *, carried_out: bool) -> None:
        await self._take(carried_out=carried_out)
        answer = refusal_response(refused, self._scope["state"]["request_id"])
        await answer(self._scope, self._receive, self._send)

    async def fail(self, kind: int, *, carried_out: bool) -> None:
        """500 and 503 are the app's, 502 and 504 a gateway's in front of it: a page, no JSON."""
        match kind:
            case 0:
                refused = RefusedError("internal_error", "The app failed: try again.")
                await self.refuse(refused, carried_out=carried_out)
            case 1:
                refused = RefusedError("unavailable", "The app is busy: try again later.")
                await self.refuse(refused, carried_out=carried_out)
            case _:
                status, title = ((502, "502 Bad Gateway"), (504, "504 Gateway Timeout"))[kind - 2]
                await self._take(carried_out=carried_out)
                page = HTMLResponse(_GATEWAY_PAGE.format(title), status)
                await page(self._scope, self._receive, self._send)

    async def reset(self, *, carried_out: bool) -> None:
        """The connection is cut, as a TCP reset where there is a socket."""
        await self._take(carried_out=carried_out)
        await cut(self._receive, self._scope["state"]["send"])

    async def _take(self, *, carried_out: bool) -> None:
        """Has the app do it, unheard; or only reads it."""
        if carried_out:
            await self._app(self._scope, self._receive, _unheard)
            return
        await read_to_end(self._receive)


async def _unheard(_message: Message) -> None:
    """Where an answer goes that gets lost."""
