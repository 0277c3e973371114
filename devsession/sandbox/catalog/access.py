"""Who may use the catalog: each request has to carry a token that was given."""

from __future__ import annotations

import hmac

from devsession.sandbox.bot_token import new_token
from devsession.sandbox.catalog.refusals import CatalogRefusedError


class Tokens:
    """The tokens that let in, and those that did."""

    def __init__(self, token: str) -> None:
        self._first = token
        self._good = [token.encode()]
        self._over: list[bytes] = []

    def check(self, authorization: str | None, *, expired_too: bool = False) -> None:
        """Raises: CatalogRefusedError for a header that does not let in."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _refused("Not Authorized! Token not present")
        shown = token.strip().encode()
        # Every token is compared, in constant time: the time taken tells nothing about them.
        if sum(hmac.compare_digest(each, shown) for each in self._over):
            if expired_too:
                return
            raise _refused("Token has expired!")
        if not sum(hmac.compare_digest(each, shown) for each in self._good):
            raise _refused("Not Authorized! Invalid Token")

    def expire(self) -> None:
        """Every token given until now has expired."""
        self._over += self._good
        self._good = []

    def another(self) -> str:
        """A new token."""
        token = new_token()
        self._good.append(token.encode())
        return token

    def renew(self) -> None:
        """The first token is good again."""
        first = self._first.encode()
        self._over = [each for each in self._over if each != first]
        if first not in self._good:
            self._good.append(first)


def _refused(message: str) -> CatalogRefusedError:
    return CatalogRefusedError(401, message, {"WWW-Authenticate": "Bearer"})
