"""Calls of the catalog's REST API: address, token, what is tried again, and what a refusal says.

Source: OpenMetadata contract, "REST".
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

from pydantic_core import from_json

from devsession.errors import CatalogError, DeadlineError
from devsession.http import Deadline, current_deadline, retrying_session, until
from devsession.openmetadata.rest.auth import checked, refreshed, token_of
from devsession.openmetadata.rest.basic_auth import BasicAuth
from devsession.openmetadata.rest.kept_token import without_query
from devsession.render import shortened
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from devsession.http import Clock
    from devsession.openmetadata.rest.auth import Auth

_API, _VERSION = "/api", "/v1"
_UNAUTHORISED, _REFUSED = 401, 400
# Who is there takes a connection sooner; a wrong address is told while one still looks.
_FIRST_SECONDS = 5.0
# Also what gateways before a server answer with; of 501 and 505 the next try knows no more.
_GATEWAYS = (*range(520, 528), 529, 530)
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504, 506, 507, 508, 509, 510, 511, *_GATEWAYS})
# A bulk that failed inside the server is not sent as it is: in halves, which finds what it fails at.
RETRIED_BULKS = RETRIED - {500}


class Calls:
    """Sends requests, from any thread, with the token that is good.

    host_port: `http://localhost:8585/api`, with or without its end. seconds: to wait for an answer.
    """

    def __init__(
        self, host_port: str, auth: Auth, *, tries: int, seconds: float, clock: Clock | None
    ) -> None:
        self.address = host_port.rstrip("/").removesuffix(_VERSION).removesuffix(_API) + _API
        self._auth = checked(auth)
        if isinstance(auth, BasicAuth):
            auth.log_in_at(self.address)
        self._seconds = seconds
        self._clock = clock
        self._renewing = threading.Lock()
        # A result of a test is known again by its time: sent twice it is there once.
        self._session = retrying_session(
            retry_methods=["POST"], retry_statuses=RETRIED, tries=tries, clock=clock
        )
        self._bulk = retrying_session(
            retry_statuses=RETRIED_BULKS, retry_timeouts=False, tries=tries, clock=clock
        )
        self._first = retrying_session(retry_statuses=(), tries=tries, clock=clock)

    def send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        query: Mapping[str, Any] | None = None,
        bulk: bool = False,
    ) -> requests.Response:
        """The catalog's last answer, whatever it is.

        bulk: too slow an answer is raised at once, as requests' own error.

        Raises: CatalogError when there is no answer; requests.ReadTimeout of a bulk.
        """
        return self._sent(
            self._bulk if bulk else self._session, method, path, body=body, query=query, bulk=bulk
        )

    def first(self, path: str) -> requests.Response:
        """Get a path, before anything else is called: where nobody takes the connection 5 s are enough.

        So of the provider of its tokens. An answer, whatever it is, shows that the catalog is
        there: then as `asked`.

        Raises: CatalogError.
        """
        self._first_token()
        try:
            with until(Deadline(_FIRST_SECONDS, clock=self._clock)):
                response = self._sent(self._first, "GET", path)
        except DeadlineError:
            raise self._unanswered(f"not within {_FIRST_SECONDS:.0f} s") from None
        return response if response.ok else self.asked("GET", path)

    def _first_token(self) -> None:
        try:
            with until(Deadline(_FIRST_SECONDS, clock=self._clock)):
                token_of(self._auth)
        except CatalogError as error:
            if error.fields.get("provider_status") not in RETRIED:
                raise
            token_of(self._auth)  # it is there, and asks for patience

    def _sent(
        self,
        session: requests.Session,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        query: Mapping[str, Any] | None = None,
        bulk: bool = False,
    ) -> requests.Response:
        import requests

        url = f"{self.address}{_VERSION}/{path}"
        refused = ""
        while True:
            token = token_of(self._auth)
            try:
                response = session.request(
                    method,
                    url,
                    data=body,
                    params=query,
                    headers={"Content-Type": "application/json"},
                    auth=_Bearer(token),
                    timeout=(min(self._seconds, _left(current_deadline())), self._seconds),
                    # A PUT would become a GET on its way, and a page to log in count as stored.
                    allow_redirects=False,
                )
            except requests.ReadTimeout:
                if bulk:
                    raise
                raise self._unanswered("no answer in time") from None
            except requests.RequestException as error:
                raise self._unanswered(type(error).__name__) from None
            if response.is_redirect:
                raise self._elsewhere(response)
            # Once: a catalog that refuses the new one as well will refuse the next.
            if response.status_code != _UNAUTHORISED or refused or not self._renewed(token):
                return response
            refused = token

    def asked(self, method: str, path: str, **options: Any) -> requests.Response:
        """The same, of what must not be refused. Raises: CatalogError."""
        response = self.send(method, path, **options)
        if response.status_code >= _REFUSED:
            raise self.refusal(f"{method} {path}", response)
        return response

    def refusal(self, what: str, response: requests.Response) -> CatalogError:
        """What a refusal says, as an error; `status` in its fields."""
        status = response.status_code
        return CatalogError(
            f"The catalog refused {_redacted(what, response)}",
            said=f"{status}: {self.said(response)}",
            where=self.address,
            next_step="give a token that is good: OpenMetadata(host_port, token=..) or auth=.., in a "
            "workflow's file securityConfig"
            if status == _UNAUTHORISED
            else "",
            status=status,
        )

    def said(self, response: requests.Response) -> str:
        """The message of a refusal."""
        try:
            message = from_json(response.content)["message"]
        except (ValueError, LookupError, TypeError):
            message = response.text or response.reason
        return shortened(_redacted(str(message), response), 500)

    def answer(self, response: requests.Response) -> Any:
        """The JSON of an answer. Raises: CatalogError when it is none."""
        try:
            return from_json(response.content)
        except ValueError:
            raise CatalogError(
                "The catalog's answer cannot be read: it is no whole JSON",
                where=self.address,
                next_step="run it again; if it stays so, look at what stands before the server",
                status=response.status_code,
            ) from None

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()
        self._bulk.close()
        self._first.close()

    def _renewed(self, token: str) -> bool:
        """Whether there is another token than the one that was refused."""
        with self._renewing:
            if token_of(self._auth) != token:  # another thread was first
                return True
            return refreshed(self._auth) and token_of(self._auth) != token

    def _unanswered(self, how: str) -> CatalogError:
        return CatalogError(
            f"The catalog does not answer: {how}",
            where=self.address,
            next_step=f"curl -sS {self.address}{_VERSION}/system/version; when nothing answers there, "
            "start the catalog or mend hostPort; then run it again",
        )

    def _elsewhere(self, response: requests.Response) -> CatalogError:
        place = without_query(urljoin(response.url, response.headers["Location"]))
        return CatalogError(
            f"The catalog sends elsewhere, to {place}: nothing is sent there",
            said=str(response.status_code),
            where=self.address,
            next_step="mend hostPort: the address under which the catalog itself answers",
            status=response.status_code,
        )


class _Bearer:
    """The token of a request. As its `auth`, for else a .netrc would take the token's place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _redacted(text: str, response: requests.Response) -> str:
    """Without the token that the request had."""
    shown = response.request.headers.get("Authorization", "")
    return Redactor({"token": str(shown).removeprefix("Bearer ")}).text(text)


def _left(deadline: Deadline) -> float:
    """Seconds to wait for a connection: until the deadline; requests takes no 0."""
    return max(deadline.left(), 0.1)


def in_path(name: str) -> str:
    """A fully qualified name as a part of a path."""
    return quote(name, safe="")
