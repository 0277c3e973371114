"""A person's log-in at the catalog itself, with e-mail address and password.

Source: the public API of OpenMetadata: POST /v1/users/login {email, password in base64},
POST /v1/users/refresh {refreshToken}; both answer {accessToken, tokenType, refreshToken,
expiryDuration: when it runs out, milliseconds since 1970}.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from devsession.errors import UsageError
from devsession.http.token_endpoint import Token, read_object
from devsession.openmetadata.rest.auth import plain
from devsession.openmetadata.rest.kept_token import KeptToken

if TYPE_CHECKING:
    from devsession.http import Clock
    from devsession.openmetadata.rest.auth import Secret

_REFUSED = 400


class BasicAuth(KeptToken):
    """Logs in with e-mail address and password, and goes on with refresh tokens.

    At one catalog: that of the `OpenMetadata` which it is given to. tries: of each call, the first
    one included.

    Raises: CatalogError from `token` and `refresh` when the catalog does not log in.
    """

    _who = "The catalog"

    def __init__(
        self, email: str, password: Secret, *, tries: int = 8, clock: Clock | None = None
    ) -> None:
        self._email, self._password = email, plain(password)
        self._encoded = b64encode(self._password.encode()).decode()
        super().__init__({"password": self._password}, tries=tries, clock=clock)
        self._address = ""

    def __repr__(self) -> str:
        return f"BasicAuth({self._email!r})"

    def log_in_at(self, address: str) -> None:
        """The catalog's address, up to /api. Raises: UsageError for a second one."""
        if self._address not in {"", address}:
            raise UsageError(
                "BasicAuth logs in at one catalog, and was given to two",
                tried=f"{self._address}, then {address}",
                next_step="a BasicAuth(..) for each",
            )
        self._address = address

    def _ask(self, last: Token | None) -> Token:
        if last is not None and last.refresh_token:
            answer, token = self._posted("refresh", {"refreshToken": last.refresh_token})
            if token is not None:
                return token
            if answer.status_code >= 500:  # noqa: PLR2004 - it is in trouble; a log-in fares no better
                raise self._refusal("refresh", answer)
        answer, token = self._posted("login", {"email": self._email, "password": self._encoded})
        if token is None:
            raise self._refusal("login", answer)
        return token

    def _posted(self, what: str, body: dict[str, str]) -> tuple[Any, Token | None]:
        if not self._address:
            raise UsageError(
                "BasicAuth does not know its catalog",
                next_step="OpenMetadata(host_port, auth=BasicAuth(email, password))",
            )
        answer = self._sent("POST", self._url(what), json=body)
        said = read_object(answer)
        access, refresh = said.get("accessToken"), said.get("refreshToken")
        if answer.status_code >= _REFUSED or not isinstance(access, str) or not access:
            return answer, None
        until = said.get("expiryDuration")
        seconds = until / 1000 - self._clock.now() if isinstance(until, int | float) else None
        return answer, Token(access, refresh if isinstance(refresh, str) else "", seconds)

    def _refusal(self, what: str, answer: Any) -> Exception:
        told = str(read_object(answer).get("message") or answer.reason or "")
        return self._gave_none(
            self._url(what),
            answer.status_code,
            told,
            f"see whether {self._email} can log in at the catalog's page, with this password",
        )

    def _url(self, what: str) -> str:
        return f"{self._address}/v1/users/{what}"
