"""Who may use the catalog: each request has to carry a token that was given."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Literal, Protocol

from devsession.sandbox.bot_token import new_token
from devsession.sandbox.catalog.refusals import CatalogRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED_MS = 24 * 3_600_000

Standing = Literal["good", "expired", "unknown"]


class Issuer(Protocol):
    """Somebody else whose tokens let in as well: the practice app beside."""

    def standing(self, token: str) -> Standing:
        """What a token is worth."""

    def expire_tokens(self) -> None:
        """Every token given until now has expired."""


class Tokens:
    """The tokens that let in, and those that did.

    token: the first one, which is good until it is expired. clock: milliseconds since 1970.

    Another one is forgotten a day after it has expired, so that they do not become ever more.
    """

    def __init__(self, token: str, clock: Callable[[], int], issuer: Issuer | None = None) -> None:
        self._first = token.encode()
        self._clock = clock
        self._issuer = issuer
        self._until: dict[bytes, int | None] = {self._first: None}

    def check(self, authorization: str | None, *, expired_too: bool = False) -> None:
        """Raises: CatalogRefusedError for a header that does not let in."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise refused("Not Authorized! Token not present")
        standing = self._standing(token.strip())
        if standing == "expired" and not expired_too:
            raise refused("Token has expired!")
        if standing == "unknown":
            raise refused("Not Authorized! Invalid Token")

    def expire(self) -> None:
        """Every token given until now has expired."""
        now = self._clock()
        for token, until in self._until.items():
            self._until[token] = now if until is None else min(until, now)
        if self._issuer is not None:
            self._issuer.expire_tokens()

    def another(self, until: int | None = None) -> str:
        """A new token. until: when it expires, milliseconds since 1970; None: not by itself."""
        token, oldest = new_token(), self._clock() - _REMEMBERED_MS
        self._until = {
            each: over
            for each, over in self._until.items()
            if each == self._first or over is None or over > oldest
        }
        self._until[token.encode()] = until
        return token

    def renew(self) -> None:
        """The first token is good again."""
        self._until[self._first] = None

    def _standing(self, token: str) -> Standing:
        # Every token is compared, in constant time: the time taken tells nothing about them.
        shown = token.encode()
        found = [until for each, until in self._until.items() if hmac.compare_digest(each, shown)]
        if any(until is not None and until <= self._clock() for until in found):
            return "expired"
        if found:
            return "good"
        return "unknown" if self._issuer is None else self._issuer.standing(token)


def refused(message: str) -> CatalogRefusedError:
    """Nobody is let in by what was shown."""
    return CatalogRefusedError(401, message, {"WWW-Authenticate": "Bearer"})
