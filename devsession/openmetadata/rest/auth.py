"""Who the catalog lets in: a token, and how to get the next one when it has run out."""

from __future__ import annotations

from typing import Protocol


class Auth(Protocol):
    """Gives the token of each request."""

    def token(self) -> str:
        """The token that is good now."""

    def refresh(self) -> bool:
        """Get a new one, as the catalog refused the last. False: there is no way to."""


class FixedToken:
    """A token that was made once, as that of a bot is."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self) -> str:
        return self._token

    def refresh(self) -> bool:
        return False
