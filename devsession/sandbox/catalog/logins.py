"""A person logs in at the catalog itself: one made-up administrator.

Source: the public API of OpenMetadata, LoginRequest and TokenRefreshRequest.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel
from starlette.routing import Route

from devsession.sandbox.catalog.access import refused
from devsession.sandbox.catalog.bodies import read_as, read_body
from devsession.sandbox.catalog.refusals import CatalogRefusedError, json_response
from devsession.sandbox.process import CATALOG_EMAIL

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from devsession.sandbox.catalog.access import Tokens

_SECONDS = 3_600
_REFRESH_SECONDS = 7 * 24 * 3_600
_WRONG = "You have entered an invalid username or password."


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


class _Login(_Body):
    email: str
    password: str


class _Refresh(_Body):
    refresh_token: str


_LOGIN, _REFRESH = TypeAdapter(_Login), TypeAdapter(_Refresh)


class Logins:
    """Gives an access token for an hour, and one to get the next with: once, and within a week.

    password: the administrator's; an empty one logs in nobody. clock: milliseconds since 1970.
    """

    def __init__(self, tokens: Tokens, password: str, clock: Callable[[], int], root: str) -> None:
        self._tokens = tokens
        self._password = password.encode()
        self._clock = clock
        self._refreshing: dict[str, int] = {}  # until when
        self._endpoints = {f"{root}/users/login": self.login, f"{root}/users/refresh": self.refresh}

    @property
    def paths(self) -> frozenset[str]:
        """Where nobody has a token yet."""
        return frozenset(self._endpoints)

    def routes(self) -> list[Route]:
        """Both addresses."""
        return [Route(path, each, methods=["POST"]) for path, each in self._endpoints.items()]

    async def login(self, request: Request) -> Response:
        """With e-mail address and password, which comes in base64."""
        sent = read_as(_LOGIN, await read_body(request))
        try:
            password = b64decode(sent.password, validate=True)
        except ValueError:  # an accent, or no base64
            raise CatalogRefusedError(400, "[password must be in base64]") from None
        same = hmac.compare_digest(password, self._password)
        if not (same and self._password and sent.email.lower() == CATALOG_EMAIL):
            raise refused(_WRONG)
        return self._given()

    async def refresh(self, request: Request) -> Response:
        """With the token that came along with the last one."""
        sent = read_as(_REFRESH, await read_body(request))
        if self._refreshing.pop(sent.refresh_token, 0) <= self._clock():
            raise CatalogRefusedError(400, "Invalid Refresh Token")
        return self._given()

    def _given(self) -> Response:
        refresh, now = secrets.token_hex(16), self._clock()
        self._refreshing = {each: over for each, over in self._refreshing.items() if over > now}
        self._refreshing[refresh] = now + _REFRESH_SECONDS * 1_000
        until = now + _SECONDS * 1_000
        given = {"accessToken": self._tokens.another(until), "refreshToken": refresh}
        return json_response({**given, "tokenType": "Bearer", "expiryDuration": until})
