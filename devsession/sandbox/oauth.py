"""OAuth 2 client credentials: a token endpoint, and tokens that expire.

Source: RFC 6749 sections 2.3.1 (how a client shows who it is), 4.4 (the grant), 5 (the answers);
RFC 6750 (the token in a header).
"""

from __future__ import annotations

import hmac
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_plus

from devsession.sandbox.reading import read_bytes
from devsession.sandbox.refusals import RefusedError, json_response
from devsession.sandbox.routing import Operation
from devsession.sandbox.schemas import COUNT, TEXT, closed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from devsession.sandbox.access import Access

TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address
TOKEN_SECONDS = 3_600
_PREFIX = "sbt_"
_REQUEST = closed(
    {
        "grant_type": {"const": "client_credentials"},
        "client_id": TEXT,
        "client_secret": TEXT,
    },
    optional=["client_id", "client_secret"],
)
_TOKEN = closed({"access_token": TEXT, "token_type": {"const": "Bearer"}, "expires_in": COUNT})
_REFUSAL = closed({"error": TEXT, "error_description": TEXT})
_NO_STORE = {"Cache-Control": "no-store"}


class TokenRefusedError(Exception):
    """A token request that is not granted: an error code of RFC 6749 section 5.2."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


class OAuth:
    """Gives tokens to its clients, and lets in who shows one of them; keys go on working.

    A token says itself until when it is good, and is signed: nothing has to be kept, and it
    outlives a restart.

    Args:
        access: knows whom else to let in.
        clients: id -> secret.
    """

    def __init__(
        self, access: Access, clients: Mapping[str, str], clock: Callable[[], datetime]
    ) -> None:
        self.seconds = TOKEN_SECONDS
        self._access = access
        self._clients = {name.encode(): secret.encode() for name, secret in clients.items()}
        self._clock = clock
        self._given = self._expired = 0

    def operations(self) -> list[Operation]:
        """Its address."""
        return [
            Operation(
                "token",
                "POST",
                TOKEN_PATH,
                "An access token, for a client that shows its secret",
                self.token,
                {200: _TOKEN, 400: _REFUSAL, 401: _REFUSAL},
                _REQUEST,
                refuses=("body_too_large",),
                open=True,
                form=True,
            )
        ]

    def expire_tokens(self) -> None:
        """Every token that was given until now is expired."""
        self._expired = self._given

    def check(self, authorization: str | None) -> None:
        """Raises: RefusedError for a token that is not ours, or is expired; or what a key lacks."""
        _, _, token = (authorization or "").partition(" ")
        if not token.startswith(_PREFIX):
            self._access.check(authorization)
            return
        said = self._read_token(token.removeprefix(_PREFIX))
        if said is None:
            raise RefusedError("token_unknown", "This access token is not one of this app.")
        number, expires = said
        if number <= self._expired or expires <= self._clock():
            raise RefusedError(
                "token_expired", f"This access token has expired: get a new one at {TOKEN_PATH}."
            )

    async def token(self, request: Request) -> Response:
        """A new token for a client that shows its secret."""
        try:
            await self._client(request)
        except TokenRefusedError as refused:
            content = {"error": refused.error, "error_description": refused.description}
            asked = {"WWW-Authenticate": 'Basic realm="sandbox"'} if refused.status == 401 else {}  # noqa: PLR2004
            return json_response(content, refused.status, _NO_STORE | asked)
        return json_response(
            {
                "access_token": self._new_token(),
                "token_type": "Bearer",
                "expires_in": self.seconds,
            },
            headers=_NO_STORE,
        )

    async def _client(self, request: Request) -> None:
        form = await _form(request)
        client, secret = _shown(request.headers.get("authorization"), form)
        known = self._clients.get(client)
        # Compared also for an unknown client: the time taken tells nothing about who is known.
        if not hmac.compare_digest(known or b"", secret) or known is None:
            raise TokenRefusedError(
                "invalid_client",
                "There is no such client, or its secret is another one: send client_id and "
                "client_secret, in an Authorization: Basic header or in the body.",
                401,
            )
        grant = form.get("grant_type")
        if grant is None:
            raise TokenRefusedError("invalid_request", "grant_type is missing.")
        if grant != "client_credentials":
            raise TokenRefusedError(
                "unsupported_grant_type", "The only grant_type here is client_credentials."
            )
        if form.get("scope"):
            raise TokenRefusedError("invalid_scope", "This app has no scopes: leave scope out.")

    def _new_token(self) -> str:
        self._given += 1
        expires = self._clock() + timedelta(seconds=self.seconds)
        said = f"{self._given} {expires.timestamp()}".encode()
        return _PREFIX + urlsafe_b64encode(said).decode().rstrip("=") + "." + self._sign(said)

    def _read_token(self, token: str) -> tuple[int, datetime] | None:
        """Its number and until when it is good; None when it is not ours."""
        encoded, _, signature = token.partition(".")
        try:
            said = urlsafe_b64decode(encoded.encode() + b"==")
        except ValueError:
            return None
        if not self._clients or not hmac.compare_digest(
            self._sign(said).encode(), signature.encode()
        ):
            return None
        number, expires = said.split()
        return int(number), datetime.fromtimestamp(float(expires), UTC)

    def _sign(self, said: bytes) -> str:
        return hmac.new(b" ".join(self._clients.values()), said, "sha256").hexdigest()


async def _form(request: Request) -> dict[str, str]:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        raise TokenRefusedError(
            "invalid_request",
            "Send a form, as Content-Type: application/x-www-form-urlencoded",
        )
    try:
        body = (await read_bytes(request)).decode()
        pairs = parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise TokenRefusedError("invalid_request", "The body is not a form.") from None
    form = dict(pairs)
    if len(form) < len(pairs):
        raise TokenRefusedError("invalid_request", "Send each parameter once.")
    return form


def _shown(authorization: str | None, form: Mapping[str, str]) -> tuple[bytes, bytes]:
    """Client id and secret; in a header they are form-encoded before they are put together."""
    client, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return client.encode(), secret.encode()
    try:
        decoded = b64decode(encoded, validate=True).decode()
    except ValueError:
        raise TokenRefusedError("invalid_client", "The Basic header is malformed.", 401) from None
    shown = tuple(unquote_plus(part) for part in decoded.partition(":")[::2])
    if secret or client not in {"", shown[0]}:
        raise TokenRefusedError(
            "invalid_request", "Show the client in the header or in the body, not in both."
        )
    return shown[0].encode(), shown[1].encode()
