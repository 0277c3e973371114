"""OAuth 2: a token endpoint for a client itself and for a person who signed in; tokens that expire.

Source: RFC 6749 sections 2.3.1 (how a client shows who it is), 4.4 (client credentials), 5 (the
answers); RFC 6750 (the token in a header); OpenID Connect Discovery 1.0 section 4, RFC 8414 section 2.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote_plus

from devsession.sandbox.authorize import AUTHORIZE_PATH, SignIn
from devsession.sandbox.reading import read_form
from devsession.sandbox.refusals import RefusedError, TokenRefusedError, json_response
from devsession.sandbox.routing import operation
from devsession.sandbox.schemas import COUNT, TEXT, closed
from devsession.sandbox.signed import Signed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from devsession.sandbox.access import Access

TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address
DISCOVERY_PATH = "/.well-known/openid-configuration"
TOKEN_SECONDS = 3_600
_PREFIX = "sbt_"
_GRANTS = ("client_credentials", "authorization_code", "refresh_token")
_BESIDES = ("client_id", "client_secret", "code", "redirect_uri", "code_verifier", "refresh_token")
_REQUEST = closed(
    {"grant_type": {"enum": list(_GRANTS)}, **dict.fromkeys(_BESIDES, TEXT)}, optional=_BESIDES
)
_TOKEN = closed(
    {
        "access_token": TEXT,
        "token_type": {"const": "Bearer"},
        "expires_in": COUNT,
        "refresh_token": TEXT,
    },
    optional=["refresh_token"],
)
_REFUSAL = closed({"error": TEXT, "error_description": TEXT})
_SHOWN = ("client_secret_basic", "client_secret_post")
_TOLD = {
    "response_types_supported": ["code"],
    "grant_types_supported": list(_GRANTS),
    "token_endpoint_auth_methods_supported": list(_SHOWN),
    "code_challenge_methods_supported": ["S256"],
}
_DISCOVERY = closed(
    {
        **dict.fromkeys(("issuer", "authorization_endpoint", "token_endpoint"), TEXT),
        **{name: {"const": told} for name, told in _TOLD.items()},
    }
)
_NO_STORE = {"Cache-Control": "no-store"}


class OAuth:
    """Gives tokens to its clients, and lets in who shows one of them; keys go on working.

    `sign_in` is where a person agrees.

    Args:
        access: knows whom else to let in.
        clients: id -> secret.
    """

    def __init__(
        self, access: Access, clients: Mapping[str, str], clock: Callable[[], datetime]
    ) -> None:
        self._access = access
        self._clients = {name.encode(): secret.encode() for name, secret in clients.items()}
        self._signed = Signed(b" ".join(self._clients.values()), clock)
        self.sign_in = SignIn(self._signed, clients)
        self._given = self._expired = 0

    def expire_tokens(self) -> None:
        """Every token that was given until now is expired."""
        self._expired = self._given

    def check(self, authorization: str | None) -> None:
        """Raises: RefusedError for a token that is not ours, or is expired; or what a key lacks."""
        _, _, token = (authorization or "").partition(" ")
        if not token.startswith(_PREFIX):
            self._access.check(authorization)
            return
        standing = self.standing(token)
        if standing == "unknown":
            raise RefusedError("token_unknown", "This access token is not one of this app.")
        if standing == "expired":
            raise RefusedError(
                "token_expired", f"This access token has expired: get a new one at {TOKEN_PATH}."
            )

    def standing(self, token: str) -> Literal["good", "expired", "unknown"]:
        """What an access token is worth, for who lets in its holders as well."""
        said = self._signed.read(_PREFIX, token) if token.startswith(_PREFIX) else None
        if said is None:
            return "unknown"
        over = said["number"] <= self._expired or self._signed.is_over(said)
        return "expired" if over else "good"

    @operation("GET", DISCOVERY_PATH, {200: _DISCOVERY}, open=True)
    async def discovery(self, request: Request) -> Response:
        """Where clients get their tokens, as OpenID providers tell it."""
        issuer = str(request.base_url).rstrip("/")
        places = {"authorization_endpoint": AUTHORIZE_PATH, "token_endpoint": TOKEN_PATH}
        found = {name: issuer + path for name, path in places.items()}
        return json_response({"issuer": issuer} | found | _TOLD)

    @operation(
        "POST",
        TOKEN_PATH,
        {200: _TOKEN, 400: _REFUSAL, 401: _REFUSAL},
        _REQUEST,
        refuses=("body_too_large",),
        open=True,
        form=True,
    )
    async def token(self, request: Request) -> Response:
        """An access token, for a client that shows its secret, itself or for a person."""
        try:
            refresh = self._granted(await read_form(request), request.headers.get("authorization"))
        except TokenRefusedError as refused:
            content = {"error": refused.error, "error_description": refused.description}
            asked = {"WWW-Authenticate": 'Basic realm="sandbox"'} if refused.status == 401 else {}  # noqa: PLR2004
            return json_response(content, refused.status, _NO_STORE | asked)
        given = {
            "access_token": self._new_token(),
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
        }
        return json_response(given | refresh, headers=_NO_STORE)

    def _granted(self, form: Mapping[str, str], authorization: str | None) -> dict[str, str]:
        """What comes with the access token: for a person's client, how to get the next one."""
        client = self._client(form, authorization)
        grant = form.get("grant_type")
        if grant is None:
            raise TokenRefusedError("invalid_request", "grant_type is missing.")
        if grant not in _GRANTS:
            raise TokenRefusedError(
                "unsupported_grant_type", f"grant_type here is one of {', '.join(_GRANTS)}."
            )
        if form.get("scope"):
            raise TokenRefusedError("invalid_scope", "This app has no scopes: leave scope out.")
        if grant == "client_credentials":
            return {}
        if grant == "authorization_code":
            self.sign_in.redeem_code(client, form)
        else:
            self.sign_in.redeem_refresh_token(client, form)
        return {"refresh_token": self.sign_in.refresh_token(client)}

    def _client(self, form: Mapping[str, str], authorization: str | None) -> str:
        client, secret = _shown(authorization, form)
        known = self._clients.get(client)
        # Compared also for an unknown client: the time taken tells nothing about who is known.
        if not hmac.compare_digest(known or b"", secret) or known is None:
            raise TokenRefusedError(
                "invalid_client",
                "There is no such client, or its secret is another one: send client_id and "
                "client_secret, in an Authorization: Basic header or in the body.",
                401,
            )
        return client.decode()

    def _new_token(self) -> str:
        self._given += 1
        return self._signed.make(_PREFIX, TOKEN_SECONDS, number=self._given)


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
