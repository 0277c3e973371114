"""A person signs in: the page that asks, the code that the client gets, and what it is good for.

Source: RFC 6749 sections 4.1 (the grant) and 6 (the next token); RFC 7636 (PKCE, S256 only);
RFC 9700 section 2.2.2 (a refresh token is used once).
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from starlette.responses import HTMLResponse, RedirectResponse

from devsession.sandbox.reading import read_form
from devsession.sandbox.refusals import TokenRefusedError

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from devsession.sandbox.signed import Signed

AUTHORIZE_PATH = "/oauth/authorize"
CODE_SECONDS = 60
REFRESH_SECONDS = 30 * 24 * 3_600
_CODE, _REFRESH = "sbo_", "sbr_"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }}
body {{ max-width: 26rem; margin: 15vh auto 0; padding: 0 1.5rem; overflow-wrap: anywhere; }}
button {{ font: inherit; padding: 0.4rem 1.2rem; margin-right: 0.5rem; }}
</style>
</head>
<body>
<h1>{title}</h1>
{content}
</body>
</html>
"""


@dataclass(frozen=True)
class _Asked:
    """What a client wants to be let in for, and where the answer goes."""

    client: str
    redirect: str
    state: str
    challenge: str

    def answered(self, said: Mapping[str, str]) -> Response:
        """Back to the client, in the browser."""
        given = {**said, **({"state": self.state} if self.state else {})}
        joint = "&" if urlsplit(self.redirect).query else "?"
        return RedirectResponse(f"{self.redirect}{joint}{urlencode(given)}", 302, _NO_STORE)


class _NobodyToTellError(Exception):
    """A request whose client or redirect is not known: only the person at the page is told."""


class SignIn:
    """Asks a person, and gives codes and refresh tokens, each of which is good for one use.

    clients: whom it knows by their ids.
    """

    def __init__(self, signed: Signed, clients: Container[str]) -> None:
        self._signed = signed
        self._clients = clients
        self._used: dict[str, dict[str, Any]] = {}

    async def page(self, request: Request) -> Response:
        """GET asks, POST is what the person chose."""
        try:
            form = await read_form(request) if request.method == "POST" else request.query_params
            asked = self._asked(form)
        except (_NobodyToTellError, TokenRefusedError) as refused:
            return _page("This sign-in cannot go on", f"<p>{escape(str(refused))}</p>", 400)
        if problem := _problem(form):
            return asked.answered(problem)
        if request.method != "POST":
            return _question(asked.client, form)
        if form.get("decision") != "allow":
            return asked.answered(
                {"error": "access_denied", "error_description": "The person said no."}
            )
        code = self._signed.make(
            _CODE,
            CODE_SECONDS,
            client=asked.client,
            redirect=asked.redirect,
            challenge=asked.challenge,
            once=secrets.token_hex(8),
        )
        return asked.answered({"code": code})

    def redeem_code(self, client: str, form: Mapping[str, str]) -> None:
        """Raises: TokenRefusedError for a code that is not good, for this client or any more."""
        said = self._take(_CODE, form.get("code", ""), client, "code")
        if said["redirect"] != form.get("redirect_uri"):
            raise TokenRefusedError("invalid_grant", "redirect_uri is not the one of the code.")
        verifier = form.get("code_verifier", "").encode()
        challenge = urlsafe_b64encode(sha256(verifier).digest()).decode().rstrip("=")
        if not hmac.compare_digest(said["challenge"], challenge):
            raise TokenRefusedError(
                "invalid_grant", "code_verifier is not the one of the code_challenge."
            )

    def redeem_refresh_token(self, client: str, form: Mapping[str, str]) -> None:
        """Raises: TokenRefusedError for a refresh token that is not good, or was used."""
        self._take(_REFRESH, form.get("refresh_token", ""), client, "refresh token")

    def refresh_token(self, client: str) -> str:
        """A new refresh token."""
        once = secrets.token_hex(8)
        return self._signed.make(_REFRESH, REFRESH_SECONDS, client=client, once=once)

    def _take(self, kind: str, text: str, client: str, what: str) -> dict[str, Any]:
        said = self._signed.read(kind, text)
        if said is None or said["client"] != client:
            raise TokenRefusedError("invalid_grant", f"This {what} is not one of this client.")
        if self._signed.is_over(said):
            raise TokenRefusedError("invalid_grant", f"This {what} has expired.")
        if said["once"] in self._used:
            raise TokenRefusedError("invalid_grant", f"This {what} was used before.")
        kept = self._used.items()
        self._used = {once: each for once, each in kept if not self._signed.is_over(each)}
        self._used[said["once"]] = said
        return said

    def _asked(self, form: Mapping[str, str]) -> _Asked:
        client, redirect = form.get("client_id", ""), form.get("redirect_uri", "")
        if client not in self._clients:
            raise _NobodyToTellError("There is no client of this client_id.")
        if not _may_be_told(redirect):
            raise _NobodyToTellError(
                "redirect_uri has to be https, or http on this machine, without a fragment."
            )
        return _Asked(client, redirect, form.get("state", ""), form.get("code_challenge", ""))


def _may_be_told(redirect: str) -> bool:
    try:
        address = urlsplit(redirect)
    except ValueError:
        return False
    loopback = address.scheme == "http" and address.hostname in _LOOPBACK
    is_place = loopback or (address.scheme == "https" and bool(address.hostname))
    return is_place and not address.fragment


def _problem(form: Mapping[str, str]) -> dict[str, str]:
    """What the client is told in place of a code; nothing when all is well."""
    if form.get("response_type") != "code":
        return _said("unsupported_response_type", "The only response_type here is code.")
    if form.get("code_challenge_method") != "S256" or not form.get("code_challenge"):
        return _said("invalid_request", "Send a code_challenge, its method S256.")
    if form.get("scope"):
        return _said("invalid_scope", "This app has no scopes: leave scope out.")
    return {}


def _said(error: str, description: str) -> dict[str, str]:
    return {"error": error, "error_description": description}


def _question(client: str, form: Mapping[str, str]) -> Response:
    hidden = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in form.items()
    )
    content = (
        f"<p><b>{escape(client)}</b> wants to read and write the records of this practice app.</p>"
        f'<form method="post" action="{AUTHORIZE_PATH}">\n{hidden}\n'
        '<button name="decision" value="allow">Allow</button>\n'
        '<button name="decision" value="deny">Deny</button>\n</form>'
    )
    return _page("Sign in to the sandbox", content, 200)


def _page(title: str, content: str, status: int) -> Response:
    return HTMLResponse(_PAGE.format(title=title, content=content), status, _NO_STORE)
