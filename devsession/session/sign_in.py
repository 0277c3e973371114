"""A person signs in at the app: the address to open, and the redirect that comes back."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit
from zlib import crc32

from devsession.errors import ConnectError
from devsession.session.redirect import RedirectListener, said_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.plugin.oauth import OAuthAuthorizationCode

SECONDS = 600.0
_FIRST_PORT, _PORTS = 20_000, 10_000  # not those that systems give to connections
_AGAIN = "sign in again: session.connection.save(), or Save in the form"


class SignIn:
    """One way to the app and back, from now on: by a listener on this machine, or by `paste`.

    address: where the person signs in. redirect: where the browser comes back to; the same for a
        client each time, while its port is free, because many apps want it registered.
    seconds: after these it is over.
    over: is called once, from another thread, when the browser is back or the time is up.

    Source: RFC 6749 section 4.1; RFC 7636 (PKCE); RFC 8252 section 7.3 (a loopback redirect).
    """

    def __init__(
        self,
        template: OAuthAuthorizationCode,
        *,
        over: Callable[[], None] = lambda: None,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state, self._verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        self._until, self._clock = clock() + seconds, clock
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._said: dict[str, str] = {}
        self._cancelled = False
        self._over = over
        port = _FIRST_PORT + crc32(template.oauth_client_id.encode()) % _PORTS
        self._listener = RedirectListener(self._came, self._is_over, self._close, port=port)
        self.redirect = self._listener.redirect
        self.address = self._address(template)
        self._listener.start()

    def __repr__(self) -> str:
        return f"<SignIn: {'waiting' if self.waiting else 'over'}>"

    @property
    def waiting(self) -> bool:
        """Whether the browser may still come back."""
        return not self._is_over()

    def paste(self, address: str) -> None:
        """Take the address that the browser ended at, where it could not come back by itself.

        Raises: ConnectError when it is another one, or this sign-in is over; it goes on waiting.
        """
        came, _, query = address.strip().partition("?")
        said = said_in(query.partition("#")[0])
        if came != self.redirect:
            raise self._wrong("it does not begin with the redirect of this sign-in")
        if not hmac.compare_digest(said.get("state", "").encode(), self._state.encode()):
            raise self._wrong("its state is that of another sign-in")
        if not self._came(said):
            raise ConnectError(
                "This sign-in is over",
                tried="an address is taken once, and not after ten minutes or Cancel",
                where=self.redirect,
                next_step=_AGAIN,
            )

    def cancel(self) -> None:
        """Wait no more; nothing happens when it is over."""
        with self._lock:
            self._cancelled = self._cancelled or not self._said
        self._ended.set()
        self._listener.join()

    def answer(self) -> dict[str, str]:
        """What the token endpoint is asked now.

        Raises: ConnectError when nobody has signed in, or the app did not agree.
        """
        with self._lock:
            said, cancelled = self._said, self._cancelled
        if not said:
            waited = "waiting for the browser, ten minutes at most"
            raise ConnectError(
                "Nobody has signed in",
                tried="the sign-in was cancelled" if cancelled else waited,
                where=self.redirect,
                next_step=_AGAIN,
            )
        if "code" not in said:
            told = ": ".join(said[key] for key in ("error", "error_description") if key in said)
            raise ConnectError(
                "The app did not let the plugin in",
                tried=told or "it sent neither a code nor an error",
                where=self.redirect,
                next_step=f"{_AGAIN}, and agree to what the app asks",
            )
        return {
            "grant_type": "authorization_code",
            "code": said["code"],
            "redirect_uri": self.redirect,
            "code_verifier": self._verifier,
        }

    def wait(self) -> dict[str, str]:
        """The same, once the browser is back; stopped by Ctrl-C, which cancels.

        Raises: ConnectError.
        """
        try:
            self._ended.wait()
        finally:
            self.cancel()
        return self.answer()

    def _came(self, said: dict[str, str]) -> bool:
        """Take what the app said, unless this is over; whether it was taken."""
        if not hmac.compare_digest(said.get("state", "").encode(), self._state.encode()):
            return False
        with self._lock:
            if self._is_over():
                return False
            self._said = said
        self._ended.set()
        return True

    def _is_over(self) -> bool:
        return self._ended.is_set() or self._clock() >= self._until

    def _close(self) -> None:
        """The listener has closed."""
        self._ended.set()
        with self._lock:
            told = not self._cancelled
        if told:
            self._over()

    def _address(self, template: OAuthAuthorizationCode) -> str:
        digest = sha256(self._verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": template.oauth_client_id,
            "redirect_uri": self.redirect,
            "state": self._state,
            "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        if template.oauth_allowed_scopes:
            asked["scope"] = " ".join(template.oauth_allowed_scopes)
        joint = "&" if urlsplit(template.oauth_authorization_endpoint).query else "?"
        return f"{template.oauth_authorization_endpoint}{joint}{urlencode(asked)}"

    def _wrong(self, why: str) -> ConnectError:
        return ConnectError(
            "This is not the address that the browser came back to",
            tried=why,
            where=self.redirect,
            next_step="copy all of the address that the browser ended at; it begins with "
            f"{self.redirect}?",
        )
