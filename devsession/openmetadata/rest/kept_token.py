"""A token that is asked for: kept until shortly before it runs out, shared by all threads."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from devsession.errors import CatalogError, UsageError
from devsession.http import SystemClock, current_deadline, retrying_session
from devsession.http.retries import RETRIED
from devsession.http.token_endpoint import no_header
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from devsession.http import Clock
    from devsession.http.token_endpoint import Token

# A token is not used in its last seconds: the request that carries it takes some of them.
_EARLY_SECONDS = 30.0
_SECONDS = 30.0
_UNSAID = {2: "there is no token in its answer", 3: "it sends elsewhere, where no secret is sent"}


class KeptToken(ABC):
    """What asks for tokens. One thread asks at a time, the others wait and have what came of it.

    secrets: name -> value of what no error may show. tries: of each call, the first one included.

    Raises: CatalogError from both methods when there is none.
    """

    _who = "The provider of the catalog's tokens"

    def __init__(self, secrets: Mapping[str, str], *, tries: int, clock: Clock | None) -> None:
        self._clock = clock or SystemClock()
        self._redactor = Redactor(dict(secrets))
        self._tries = tries
        self._turn = threading.Lock()
        self._rounds = 0
        self._failure: CatalogError | None = None
        self._held: Token | None = None
        self._until = 0.0

    def token(self) -> str:
        """The token that is kept, or the next one."""
        held = self._held
        if held is not None and self._clock.now() < self._until:
            return held.access_token
        return self._renewed()

    def refresh(self) -> bool:
        """Get the next one."""
        self._renewed()
        return True

    @abstractmethod
    def _ask(self, last: Token | None) -> Token:
        """A new token. last: the one that was kept until now. Raises: CatalogError."""

    def _renewed(self) -> str:
        while True:
            rounds = self._rounds
            with self._turn:
                if self._rounds == rounds:
                    return self._take()
                if self._failure is not None:  # also who waited would only hear it once more
                    raise self._failure
                if self._held is not None:
                    return self._held.access_token

    def _take(self) -> str:
        self._failure = None
        try:
            token = self._ask(self._held)
        except CatalogError as error:
            self._failure = error
            self._rounds += 1
            raise  # anything else, a deadline of this thread's say, is nobody else's: the next one asks
        lasts = float("inf") if token.seconds is None else token.seconds
        self._until = self._clock.now() + lasts - min(_EARLY_SECONDS, lasts / 2)
        self._held = token
        self._rounds += 1
        return token.access_token

    def _session(self) -> requests.Session:
        """For a request or two: the next are an hour away. Asked twice it gives two tokens: no harm."""
        return retrying_session(retry_methods=["POST"], tries=self._tries, clock=self._clock)

    def _sent(self, method: str, address: str, **options: Any) -> requests.Response:
        """An answer, whatever it is. Raises: CatalogError when there is none."""
        import requests

        try:
            with self._session() as session:
                return session.request(
                    method,
                    address,
                    auth=no_header,
                    timeout=timeout(),
                    allow_redirects=False,
                    **options,
                )
        except requests.RequestException as error:
            raise self._unanswered(address, error) from None

    def _unanswered(self, address: str, error: Exception) -> CatalogError:
        shown = without_query(address)
        return CatalogError(
            f"{self._who} does not answer",
            said=type(error).__name__,
            where=shown,
            next_step=f"curl -sS {shown}; when nothing answers there, mend the address, or the way to it",
        )

    def _gave_none(self, address: str, status: int, told: str, next_step: str) -> CatalogError:
        """What was said in place of a token. `provider_status`, for `status` is the catalog's word."""
        if status in RETRIED:
            next_step = "it is busy or down, and was asked again in vain: run it again later"
        told = told or _UNSAID.get(status // 100, "without an error that says why")
        return CatalogError(
            f"{self._who} gave no token",
            said=self._redactor.text(f"{status}: {told}"),
            where=without_query(address),
            next_step=next_step,
            provider_status=status,
        )


def timeout() -> tuple[float, float]:
    """Seconds to wait for a connection, until the deadline at most, and for an answer."""
    return max(min(_SECONDS, current_deadline().left()), 0.1), _SECONDS


def without_query(address: str) -> str:
    """An address as it may be shown: without query, user and password."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "an address that cannot be"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def is_private_way(address: str) -> bool:
    """Whether nobody on the way reads what is sent there: https, or http on this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        parts.port  # noqa: B018 - raises for one that cannot be
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    return parts.scheme == "http" and _is_loopback(host)


def private_way(address: str, what: str, example: str) -> str:
    """The same address. Raises: UsageError for one that a secret must not be sent to."""
    if not isinstance(address, str) or not is_private_way(address):
        raise UsageError(
            f"{what} is no address that a secret may be sent to: https, or http on this machine",
            tried=without_query(address) if isinstance(address, str) else type(address).__name__,
            next_step=example,
        )
    return address


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
