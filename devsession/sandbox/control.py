"""What an author sets while the app runs: a rate limit, a storm, the end of all tokens.

`/_control` is no part of what a plugin uses: it answers in any weather. What is set holds until it
is set anew, or the app stops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from devsession.sandbox.rate_limit import Rate, RateLimit
from devsession.sandbox.reading import read_object, read_to_end
from devsession.sandbox.refusals import RefusedError, json_response, refusal_response
from devsession.sandbox.routing import operation
from devsession.sandbox.schemas import closed
from devsession.sandbox.storm import Storm, StormSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from devsession.sandbox.routing import Schema

CONTROL_PATH = "/_control"
M = TypeVar("M", bound=BaseModel)


def _is_rate(text: str) -> str:
    Rate.parse(text)
    return text


class Settings(BaseModel):
    """What can be set. What is not sent stays; null switches off."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rate: Annotated[str, AfterValidator(_is_rate)] | None = None
    retry_after: Literal["seconds", "date"] = "seconds"
    storm: StormSettings | None = None


def _schema_of_settings() -> Schema:
    """With the storm's in its place: a description has no definitions of its own inside."""
    schema = Settings.model_json_schema()
    schema["properties"]["storm"]["anyOf"][0] = schema.pop("$defs")["StormSettings"]
    return schema


_SETTINGS = _schema_of_settings()


class Control:
    """Keeps the settings, and has each request meet them."""

    def __init__(self, clock: Callable[[], datetime], expire_tokens: Callable[[], None]) -> None:
        self._clock = clock
        self._expire_tokens = expire_tokens
        self._settings = Settings()
        self._limit: RateLimit | None = None
        self._storm: Storm | None = None

    @operation("GET", CONTROL_PATH, {200: _SETTINGS})
    async def show_settings(self, _request: Request) -> Response:
        """What is set."""
        return json_response(self._settings.model_dump())

    @operation("PATCH", CONTROL_PATH, {200: _SETTINGS}, _SETTINGS, refuses=("invalid_setting",))
    async def change_settings(self, request: Request) -> Response:
        """Sets what is sent; null switches off."""
        sent = await read_object(request)
        settings = self._settings = allowed(Settings, self._settings.model_dump() | sent)
        if "rate" in sent or "retry_after" in sent:
            self._limit = self._limit_of(settings)
        if "storm" in sent:
            self._storm = None if settings.storm is None else Storm(settings.storm, self._clock)
        return await self.show_settings(request)

    def _limit_of(self, settings: Settings) -> RateLimit | None:
        if settings.rate is None:
            return None
        return RateLimit(Rate.parse(settings.rate), settings.retry_after, self._clock)

    @operation("POST", CONTROL_PATH + "/expire_tokens", {200: closed({})})
    async def expire_tokens(self, _request: Request) -> Response:
        """Every access token given until now is expired."""
        self._expire_tokens()
        return json_response({})

    def around(self, app: ASGIApp) -> ASGIApp:
        """The app in the rate limit and the weather that are set."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].startswith(CONTROL_PATH):
                await app(scope, receive, send)
                return
            try:
                if self._limit is not None:
                    self._limit.check()
            except RefusedError as refused:
                await read_to_end(receive)
                refusal = refusal_response(refused, scope["state"]["request_id"])
                await refusal(scope, receive, send)
                return
            if self._storm is None:
                await app(scope, receive, send)
            else:
                await self._storm.pass_through(app, scope, receive, send)

        return answer


def allowed(model: type[M], content: Mapping[str, object]) -> M:
    """What was sent, as the model has it. Raises: RefusedError for the first that cannot be."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise _refused(error) from None


def _refused(error: ValidationError) -> RefusedError:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    said = first["msg"].removeprefix("Value error, ")
    return RefusedError("invalid_setting", f"{name}: {said}", field=name)
