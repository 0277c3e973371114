"""A person signs in at the app: the address to open, and the redirect that comes back."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from devsession.errors import ConnectError

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.plugin.oauth import OAuthAuthorizationCode

_PATH = "/callback"
_WAIT_SECONDS = 300.0
_POLL_SECONDS = 0.05


def sign_in(
    template: OAuthAuthorizationCode,
    *,
    say: Callable[[str], None],
    wait: float = _WAIT_SECONDS,
) -> dict[str, str]:
    """What the token endpoint is asked, once a person has opened the address that is said.

    wait: seconds. Raises: ConnectError when nobody came back in time, or the app refused.

    Source: RFC 6749 section 4.1; RFC 7636 (PKCE); RFC 8252 section 7.3 (a loopback redirect).
    """
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    answers: SimpleQueue[dict[str, str]] = SimpleQueue()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answers, state))
    port = server.server_address[1]
    redirect = f"http://127.0.0.1:{port}{_PATH}"
    asked = {
        "response_type": "code",
        "client_id": template.oauth_client_id,
        "redirect_uri": redirect,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if template.oauth_allowed_scopes:
        asked["scope"] = " ".join(template.oauth_allowed_scopes)
    joint = "&" if urlsplit(template.oauth_authorization_endpoint).query else "?"
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        say(
            f"Sign in: open {template.oauth_authorization_endpoint}{joint}{urlencode(asked)}\n"
            f"The browser comes back to {redirect}, which waits for {wait:.0f} seconds. Where the\n"
            f"browser is on another machine: ssh -L {port}:127.0.0.1:{port} from there, first."
        )
        came = _came(answers, wait, redirect)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    return {
        "grant_type": "authorization_code",
        "code": came,
        "redirect_uri": redirect,
        "code_verifier": verifier,
    }


def _came(answers: SimpleQueue[dict[str, str]], wait: float, redirect: str) -> str:
    """The code that the browser brought."""
    until = time.monotonic() + wait
    try:
        said = answers.get(timeout=max(0.0, until - time.monotonic()))
    except Empty:
        raise ConnectError(
            "Nobody has signed in",
            tried=f"waiting {wait:.0f} seconds for the browser",
            where=redirect,
            next_step="fill the connection again and open the address that it says",
        ) from None
    if "code" not in said:
        told = ": ".join(said[key] for key in ("error", "error_description") if key in said)
        raise ConnectError(
            "The app did not let the plugin in",
            tried=told or "it sent neither a code nor an error",
            where=redirect,
            next_step="fill the connection again, and agree to what the app asks",
        )
    return said["code"]


def _handler(answers: SimpleQueue[dict[str, str]], state: str) -> type[BaseHTTPRequestHandler]:
    """Takes the one redirect that has our state; nothing else is an answer."""

    class Redirect(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            said = {name: values[0] for name, values in parse_qs(address.query).items()}
            ours = hmac.compare_digest(said.get("state", "").encode(), state.encode())
            known = address.path == _PATH and ours
            text = "Signed in: you can close this page." if known else "This is not our sign-in."
            body = text.encode()
            self.send_response(200 if known else 400)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            if known:
                answers.put(said)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Say nothing: the address holds the code."""

    return Redirect
