"""Who may use the app: each request has to carry a key."""

from __future__ import annotations

import hmac
from base64 import b64decode
from itertools import count
from typing import TYPE_CHECKING, Protocol

from starlette.datastructures import Headers, MutableHeaders

from devsession.sandbox.refusals import RefusedError, refusal_response

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


TOKEN_CODES = ("token_unknown", "token_expired")


class Access(Protocol):
    """Knows whom to let in."""

    def check(self, authorization: str | None) -> None:
        """Raises: RefusedError for an `Authorization` header that does not open the door."""


class ApiKeys:
    """Lets in whoever shows one of these keys: `Authorization: Bearer <key>`.

    Or as the password of any user, with Basic. Source: RFC 7617.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = [key.encode() for key in keys]

    def check(self, authorization: str | None) -> None:
        """Raises: RefusedError that says what is wrong with the header, without repeating it."""
        if authorization is None:
            raise RefusedError(
                "key_missing", "Send your API key in a header: Authorization: Bearer <key>"
            )
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() == "basic":
            key = _password(key)
        if scheme.lower() not in ("bearer", "basic") or not key or " " in key:
            raise RefusedError(
                "key_malformed",
                "The Authorization header has to be the word Bearer, one space and the API key.",
            )
        # Every key is compared, in constant time: the time taken tells nothing about them.
        if not sum(hmac.compare_digest(known, key.encode()) for known in self._keys):
            raise RefusedError("key_unknown", "This API key is not one of this account.")


def _password(pair: str) -> str:
    """The password of `user:password` in base64; "" when it is none."""
    try:
        return b64decode(pair, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


class Door:
    """Gives each request its id, which the answer carries, and lets in whom `access` lets in.

    To the paths that are `open` everybody is let in. Ids count up from 1, so that the same requests
    to a new sandbox are recorded as the same text.
    """

    def __init__(self, app: ASGIApp, access: Access, open_paths: Collection[str] = ()) -> None:
        self._app = app
        self._open_paths = open_paths
        self._access = access
        self._numbers = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = f"req_{next(self._numbers):06}"
        # The server's own `send`: a storm reaches the connection through it.
        scope.setdefault("state", {}).update(request_id=request_id, send=send)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            if scope["path"] not in self._open_paths:
                self._access.check(Headers(scope=scope).get("authorization"))
        except RefusedError as refused:
            what = "Bearer" + (' error="invalid_token"' if refused.code in TOKEN_CODES else "")
            answer = refusal_response(refused, request_id, {"WWW-Authenticate": what})
            await answer(scope, receive, send_with_id)
        else:
            await self._app(scope, receive, send_with_id)
