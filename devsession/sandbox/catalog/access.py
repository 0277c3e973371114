"""Who may use the catalog: each request has to carry a token that was given."""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import urlsafe_b64encode

from devsession.sandbox.catalog.refusals import CatalogRefusedError

USER = "ingestion-bot"


def new_token() -> str:
    """In the form of a JWT of a bot. The catalog knows it again by itself, and not by its signature."""
    header = {"alg": "RS256", "typ": "JWT"}
    said = {"iss": "devsession", "sub": USER, "isBot": True, "tokenType": "BOT", "exp": None}
    return ".".join(
        [
            *(
                _encoded(json.dumps(part, separators=(",", ":")).encode())
                for part in (header, said)
            ),
            _encoded(secrets.token_bytes(32)),
        ]
    )


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


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
