"""What an author sets while the catalog runs: what becomes of the next calls, of tokens, of events.

`/api/_control` is no part of the contract: it answers in any weather, to every token that was ever
given. What is set holds until it is set anew, or the catalog stops.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Route

from devsession.sandbox.catalog.bodies import read_body
from devsession.sandbox.catalog.fates import OK, Fate, meet
from devsession.sandbox.catalog.refusals import CatalogRefusedError, json_response, of_shape
from devsession.sandbox.rate_limit import SECONDS, Rate, RateLimit
from devsession.sandbox.reading import read_to_end
from devsession.sandbox.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from devsession.sandbox.catalog.access import Tokens

_TEXTS = {
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def _is_rate(text: str) -> str:
    Rate.parse(text)
    return text


class Every(BaseModel):
    """Every so many calls one meets a fate."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    calls: Annotated[int, Field(ge=1)]
    fate: Fate


class Settings(BaseModel):
    """What can be set. What is not sent stays; null switches off.

    Args:
        on: only calls whose path has this in it meet a fate, "/bulk" say; all, when it is empty.
        next: what becomes of the next calls, one each: a status, "ok", "reset_request" (cut off
            while it is sent, nothing is done), "reset_answer" (done, cut off amid the answer),
            "truncated" (done, half the answer).
        every: every so many calls, for as long as it is set.
        retry_after: seconds, in the header of 429 and 503; None leaves it out.
        rate: more than that, "50/second" say, is answered with 429.
        token_calls: after so many calls every token has expired; setting it makes the first good.
        refuse: names of entities that are refused whatever they are, in a bulk or alone.
        event_pauses: seconds before an event that was not taken is sent again; the last of them
            before every further time.
        event_signature: how the HMAC of an event is written in X-OM-Signature.
        event_limit: a subscriber for whom more events wait is told no more.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    on: str = ""
    next: list[Fate] = []
    every: Every | None = None
    retry_after: Annotated[int, Field(ge=0, le=3600)] | None = 1
    rate: Annotated[str, AfterValidator(_is_rate)] | None = None
    token_calls: Annotated[int, Field(ge=0)] | None = None
    refuse: list[str] = []
    event_pauses: Annotated[
        list[Annotated[float, Field(ge=0, le=86_400)]], Field(min_length=1, max_length=100)
    ] = [0.5, 2, 10, 30]
    event_signature: Literal["hex", "base64"] = "hex"
    event_limit: Annotated[int, Field(ge=1)] = 50_000


class Faults:
    """Keeps the settings, and has each request meet them, and the door.

    open_paths: where everybody is let in.
    """

    def __init__(
        self,
        tokens: Tokens,
        clock: Callable[[], int],
        api: str,
        open_paths: Collection[str] = (),
    ) -> None:
        self._tokens = tokens
        self._open_paths = open_paths
        self._clock = clock
        self._path = f"{api}/_control"
        self.refused: set[str] = set()
        self._set(Settings())
        self._control = Starlette(
            routes=[
                Route(self._path, self.settings, methods=["GET", "PATCH"]),
                Route(f"{self._path}/token", self.token, methods=["POST"]),
                Route(f"{self._path}/expire_tokens", self.expire_tokens, methods=["POST"]),
            ],
            exception_handlers={CatalogRefusedError: _refuse},
        )

    def now_set(self) -> Settings:
        """What is set at this moment."""
        return self._settings

    async def settings(self, request: Request) -> Response:
        """Shows what is set; PATCH sets what is sent."""
        if request.method == "PATCH":
            try:
                sent = from_json(await read_body(request))
                told = {
                    key: value
                    for key, value in sent.items()
                    if value is not None or key == "retry_after"  # no header, not the usual one
                }
                kept = self._settings.model_dump(exclude={*sent})
                settings = Settings.model_validate(kept | told)
            except ValidationError as error:
                raise of_shape(error) from None
            except (ValueError, AttributeError):
                raise CatalogRefusedError(400, "Send an object, as JSON") from None
            self._set(settings, {*sent})
        return json_response({**self._settings.model_dump(), "calls": self._calls})

    async def token(self, _request: Request) -> Response:
        """A new token."""
        return json_response({"token": self._tokens.another()})

    async def expire_tokens(self, _request: Request) -> Response:
        """Every token given until now has expired."""
        self._tokens.expire()
        return json_response({})

    def around(self, app: ASGIApp) -> ASGIApp:
        """The app behind its door, in the weather that is set."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            authorization = Headers(scope=scope).get("authorization")
            control = scope["path"].startswith(self._path)
            try:
                if control:
                    self._tokens.check(authorization, expired_too=True)
                else:
                    self._limit_rate()
                    fate = self._fate(scope["path"])
                    if fate.isdigit():
                        raise self._failing(int(fate))
                    if scope["path"] not in self._open_paths:
                        self._tokens.check(authorization)
            except CatalogRefusedError as refused:
                await read_to_end(receive)
                await refused.response()(scope, receive, send)
                return
            if control:
                await self._control(scope, receive, send)
            else:
                await meet(fate, app, scope, receive, send)

        return answer

    def _set(self, settings: Settings, sent: set[str] | None = None) -> None:
        changed = {*Settings.model_fields} if sent is None else sent
        self._settings = settings
        self.refused.clear()
        self.refused.update(settings.refuse)
        if "next" in changed:
            self._coming = list(settings.next)
        if "rate" in changed:
            self._limit = (
                None
                if settings.rate is None
                else RateLimit(Rate.parse(settings.rate), SECONDS, self._now)
            )
        if "token_calls" in changed:
            self._tokens.renew()
            self._token_calls = settings.token_calls
        if changed & {"on", "every"}:
            self._calls = 0

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock() / 1000, UTC)

    def _limit_rate(self) -> None:
        try:
            if self._limit is not None:
                self._limit.check()
        except RefusedError as refused:
            raise CatalogRefusedError(429, _TEXTS[429], refused.headers) from None

    def _fate(self, path: str) -> str:
        """What becomes of this call."""
        if self._token_calls is not None:
            if not self._token_calls:
                self._tokens.expire()
                self._token_calls = None
            else:
                self._token_calls -= 1
        if self._settings.on not in path:
            return OK
        self._calls += 1
        if self._coming:
            return self._coming.pop(0)
        every = self._settings.every
        if every is not None and self._calls % every.calls == 0:
            return every.fate
        return OK

    def _failing(self, status: int) -> CatalogRefusedError:
        seconds = self._settings.retry_after
        headers = {}
        if status in (429, 503) and seconds is not None:
            headers["Retry-After"] = str(seconds)
        return CatalogRefusedError(status, _TEXTS.get(status, f"HTTP {status}"), headers)


async def _refuse(_request: Request, error: Exception) -> Response:
    return error.response() if isinstance(error, CatalogRefusedError) else json_response({}, 500)
