"""The access token of a connection: fetched when it is needed, and again when it has expired."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from devsession.errors import ConnectError
from devsession.plugin.oauth import (
    ACCESS_TOKEN,
    CLIENT_SECRET,
    REFRESH_TOKEN,
    OAuthAuthorizationCode,
)
from devsession.secrets.redact import placeholder
from devsession.session.token_request import request_token

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from devsession.http.token_endpoint import Token
    from devsession.plugin.oauth import OAuthTemplate
    from devsession.session.vault import Vault

# A token is not used in its last seconds: the request that carries it takes some of them.
_EARLY_SECONDS = 30.0


class AccessTokens:
    """Holds the token in use. Tokens are asked for outside of the tape, which never has one:
    offline the placeholder stands for it, as it does in the requests that were recorded.

    unrecorded: see `Recorder.paused`. keep: a secret's name and value, when the app changes it.
    """

    def __init__(
        self,
        vault: Vault,
        *,
        unrecorded: Callable[[], AbstractContextManager[None]],
        keep: Callable[[str, str], object],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._vault = vault
        self._unrecorded = unrecorded
        self._keep = keep
        self._clock = clock
        self._held: tuple[OAuthTemplate, Token, float] | None = None

    def __repr__(self) -> str:
        return "<AccessTokens: none>" if self._held is None else "<AccessTokens: one>"

    def without_person(self, template: OAuthTemplate, refresh_token: str = "") -> dict[str, str]:
        """The secrets that come of a template; none where a person has to sign in, or again.

        Raises: ConnectError.
        """
        try:
            return self.current(template, refresh_token)
        except ConnectError as error:
            has_had_its_time = error.fields.get("error") == "invalid_grant"
            if has_had_its_time and isinstance(template, OAuthAuthorizationCode):
                return {}
            raise

    def redeem(self, template: OAuthTemplate, asked: dict[str, str]) -> None:
        """Get the token for a person who has signed in; asked: see `SignIn.answer`.

        Raises: ConnectError.
        """
        self._vault.learn({CLIENT_SECRET: template.client_secret})
        self._take(template, self._ask(template, asked))

    def current(self, template: OAuthTemplate, refresh_token: str = "") -> dict[str, str]:
        """The token in use, or the next one; nothing where only a person could get one.

        Raises: ConnectError; its `error` is invalid_grant when a person has to sign in again.
        """
        if self._vault.offline:
            return {ACCESS_TOKEN: placeholder(ACCESS_TOKEN)}
        self._vault.learn({CLIENT_SECRET: template.client_secret, REFRESH_TOKEN: refresh_token})
        if self._held and self._held[0] == template:
            _, token, until = self._held
            if self._clock() < until:
                return _secrets(token)
            refresh_token = token.refresh_token or refresh_token
        if not isinstance(template, OAuthAuthorizationCode):
            scopes = " ".join(template.oauth_allowed_scopes)
            asked = {"grant_type": "client_credentials"} | ({"scope": scopes} if scopes else {})
            return self._take(template, self._ask(template, asked))
        if not refresh_token:
            return {}
        asked = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        token = self._ask(template, asked)
        if token.refresh_token:
            self._vault.learn_tokens({REFRESH_TOKEN: token.refresh_token})
            self._keep(REFRESH_TOKEN, token.refresh_token)
        return {REFRESH_TOKEN: refresh_token} | self._take(template, token)

    @property
    def newest(self) -> dict[str, str]:
        """The secrets in use."""
        return _secrets(self._held[1]) if self._held else {}

    def _ask(self, template: OAuthTemplate, asked: dict[str, str]) -> Token:
        with self._unrecorded():
            return request_token(template, asked, self._vault.text)

    def _take(self, template: OAuthTemplate, token: Token) -> dict[str, str]:
        lasts = float("inf") if token.seconds is None else token.seconds
        early = min(_EARLY_SECONDS, lasts / 2)
        self._held = template, token, self._clock() + lasts - early
        self._vault.learn_tokens(_secrets(token))
        return _secrets(token)


def _secrets(token: Token) -> dict[str, str]:
    pairs = {ACCESS_TOKEN: token.access_token, REFRESH_TOKEN: token.refresh_token}
    return {name: value for name, value in pairs.items() if value}
