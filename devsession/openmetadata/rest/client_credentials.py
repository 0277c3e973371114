"""Tokens for a client that asks for itself: of an OAuth 2 token endpoint, or of an OpenID issuer.

Source: RFC 6749 section 4.4; OpenID Connect Discovery 1.0 sections 4.1 and 4.3; RFC 8414 section 3.3.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from devsession.errors import CatalogError
from devsession.http.token_endpoint import Client, Refusal, ask_for_token, read_object
from devsession.openmetadata.rest.auth import plain
from devsession.openmetadata.rest.kept_token import (
    KeptToken,
    is_private_way,
    private_way,
    timeout,
    without_query,
)

if TYPE_CHECKING:
    from devsession.http import Clock
    from devsession.http.token_endpoint import ClientAuth, Token
    from devsession.openmetadata.rest.auth import Secret

_DISCOVERY = "/.well-known/openid-configuration"
# Of an endpoint that gives tokens, and does not like the client. Source: RFC 6749 section 5.2.
_OF_THE_CLIENT = frozenset({400, 401})
_WAYS: tuple[ClientAuth, ...] = ("client_secret_basic", "client_secret_post")


class _ClientCredentials(KeptToken):
    """What both have; they differ in where the token endpoint is told.

    Class attribute: `_told_by` says that, for people.
    """

    _told_by: ClassVar[str]

    def __init__(
        self,
        client_id: str,
        client_secret: Secret,
        *,
        scope: str,
        audience: str,
        tries: int,
        clock: Clock | None,
    ) -> None:
        self._secret = plain(client_secret)
        super().__init__({"client-secret": self._secret}, tries=tries, clock=clock)
        self._client_id = client_id
        wanted = {"scope": scope, "audience": audience}
        self._wanted = {name: value for name, value in wanted.items() if value}

    @abstractmethod
    def _endpoint(self) -> tuple[str, ClientAuth]:
        """Where to ask, and how the client shows its secret. Raises: CatalogError."""

    def _shown(self, address: str) -> str:
        wanted = "".join(f", {name}={value!r}" for name, value in self._wanted.items())
        return f"{type(self).__name__}({without_query(address)!r}, {self._client_id!r}{wanted})"

    def _ask(self, last: Token | None) -> Token:  # noqa: ARG002 - it asks for itself each time
        import requests

        address, shows = self._endpoint()
        client = Client(self._client_id, self._secret, shows)
        asked = {"grant_type": "client_credentials"} | self._wanted
        try:
            with self._session() as session:
                given = ask_for_token(session.post, address, client, asked, timeout=timeout())
        except requests.RequestException as error:
            raise self._unanswered(address, error) from None
        if isinstance(given, Refusal):
            asking = (
                "client id, client secret, scope and audience, and whether the provider lets this "
                "client ask for itself"
            )
            next_step = f"see {asking}"
            if given.status not in _OF_THE_CLIENT:  # whoever answered may give no tokens at all
                next_step = f"see the address, {self._told_by}; then {asking}"
            raise self._gave_none(address, given.status, given.told, next_step)
        return given


class OAuth2Auth(_ClientCredentials):
    """A client of an OAuth 2 provider: client credentials, kept and asked for again in time.

    token_url: https, on this machine http as well. scope: names with blanks between. audience: for
    providers that want to know for whom the token is, as Auth0 does. client_auth: whether the
    client's secret goes in a header or in the body. tries: of each call, the first one included.

    Raises: UsageError for an address that no secret may be sent to; CatalogError from `token` and
        `refresh` when the provider gives none.
    """

    _told_by = "token_url (in a workflow's file tokenEndpoint, domain or authority)"

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: Secret,
        *,
        scope: str = "",
        audience: str = "",
        client_auth: ClientAuth = "client_secret_basic",
        tries: int = 8,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(
            client_id, client_secret, scope=scope, audience=audience, tries=tries, clock=clock
        )
        self._address = private_way(
            token_url, "token_url", 'OAuth2Auth("https://sso.example/oauth/token", ..)'
        )
        self._shows = client_auth

    def __repr__(self) -> str:
        return self._shown(self._address)

    def _endpoint(self) -> tuple[str, ClientAuth]:
        return self._address, self._shows


class OidcAuth(_ClientCredentials):
    """The same, of an OpenID provider: where its token endpoint is, its issuer tells.

    issuer: `https://sso.example/realms/acme`, what /.well-known/openid-configuration is put after. It
    is asked once. The others: see `OAuth2Auth`.

    Raises: as `OAuth2Auth`; CatalogError also for a configuration of another issuer, or one whose
        token endpoint is no https.
    """

    _told_by = "token_endpoint of what the issuer tells"

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: Secret,
        *,
        scope: str = "",
        audience: str = "",
        tries: int = 8,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(
            client_id, client_secret, scope=scope, audience=audience, tries=tries, clock=clock
        )
        wanted = private_way(issuer, "issuer", 'OidcAuth("https://sso.example/realms/acme", ..)')
        self._issuer = wanted.removesuffix(_DISCOVERY).rstrip("/")
        self._found: tuple[str, ClientAuth] | None = None

    def __repr__(self) -> str:
        return self._shown(self._issuer)

    def _endpoint(self) -> tuple[str, ClientAuth]:
        if self._found is None:
            self._found = self._discovered()
        return self._found

    def _discovered(self) -> tuple[str, ClientAuth]:
        address = self._issuer + _DISCOVERY
        answer = self._sent("GET", address, headers={"Accept": "application/json"})
        said = read_object(answer)
        if not answer.ok or not said:
            told = "no JSON object" if answer.ok else str(answer.reason or "")
            raise self._gave_none(address, answer.status_code, told, f"curl -sS {address}")
        issuer, endpoint = said.get("issuer"), said.get("token_endpoint")
        if not isinstance(issuer, str) or issuer.rstrip("/") != self._issuer:
            raise _not_as_told(
                address, f"it is the configuration of the issuer {_shown(issuer)}", "issuer"
            )
        if not isinstance(endpoint, str) or not is_private_way(endpoint):
            raise _not_as_told(
                address, f"its token_endpoint is no https: {_shown(endpoint)}", "token_endpoint"
            )
        grants = said.get("grant_types_supported")
        if isinstance(grants, list) and "client_credentials" not in grants:
            raise _not_as_told(
                address, "it gives no tokens to clients for themselves", "grant_types_supported"
            )
        supported = said.get("token_endpoint_auth_methods_supported", [_WAYS[0]])
        ways = [way for way in _WAYS if isinstance(supported, list) and way in supported]
        if not ways:
            raise _not_as_told(
                address,
                "it takes no client's secret, in a header or in the body",
                "token_endpoint_auth_methods_supported",
            )
        return endpoint, ways[0]


def _shown(address: object) -> str:
    return without_query(address) if isinstance(address, str) else "none"


def _not_as_told(address: str, said: str, key: str) -> CatalogError:
    return CatalogError(
        "The OpenID provider cannot be asked for a token",
        said=said,
        where=without_query(address),
        next_step=f"curl -sS {without_query(address)}, and see {key}; then mend issuer, or the provider",
    )
