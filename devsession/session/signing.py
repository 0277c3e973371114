"""The OAuth side of a connection: the token that connect() is called with, and the next ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from devsession.errors import PluginRaisedError
from devsession.plugin.contract import ConnectResponse
from devsession.plugin.oauth import (
    CLIENT_ID,
    CLIENT_SECRET,
    REFRESH_TOKEN,
    OAuthAuthorizationCode,
    OAuthTemplate,
    template_of,
)
from devsession.session.tokens import AccessTokens

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from devsession.plugin.parameters import ConnectionConfigurationParameters
    from devsession.session.vault import Vault
    from devsession.warehouse.records import ConnectionRecord

_Held = TypeVar("_Held", ConnectResponse, "ConnectionConfigurationParameters")


class PersonNeededError(Exception):
    """Only a person can get a token of this template; `Signing.redeem` takes what they bring."""

    def __init__(self, template: OAuthAuthorizationCode) -> None:
        super().__init__("a person has to sign in")
        self.template = template


class Signing:
    """Gets the tokens of a connection.

    secret_name: a field -> the name its secret is kept under. unrecorded: see `Recorder.paused`.
    """

    def __init__(
        self,
        vault: Vault,
        *,
        secret_name: Callable[[str], str],
        unrecorded: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._vault = vault
        self._secret_name = secret_name
        self._tokens = AccessTokens(
            vault,
            unrecorded=unrecorded,
            keep=lambda name, value: vault.keep(secret_name(name), value),
        )

    @property
    def newest(self) -> dict[str, str]:
        """The tokens in use."""
        return self._tokens.newest

    def connect(
        self,
        call: Callable[[ConnectionConfigurationParameters], ConnectResponse | OAuthTemplate | None],
        template: OAuthTemplate | None,
        parameters: ConnectionConfigurationParameters,
    ) -> tuple[ConnectResponse, ConnectionConfigurationParameters]:
        """Call connect(), with a token where its form or itself has a template.

        What the connection keeps of its answer and of the template, and what it was given.

        Raises: PersonNeededError; ConnectError; PluginRaisedError for a template without a client.
        """
        got = ConnectResponse()
        if template is not None:
            got = self._signed_in(template, parameters)
            parameters = _joined(parameters, parameters, got)
        response = call(parameters)
        if isinstance(response, OAuthTemplate):
            got = self._signed_in(response, parameters)
            parameters = _joined(parameters, parameters, got)
            response = call(parameters)
        if not isinstance(response, ConnectResponse):
            response = ConnectResponse()
        return _joined(response, got, response), parameters

    def redeem(self, template: OAuthAuthorizationCode, asked: dict[str, str]) -> None:
        """A person has signed in: connect() can be called now. asked: see `SignIn.answer`.

        Raises: ConnectError.
        """
        self._tokens.redeem(template, asked)

    def current(self, saved: ConnectionRecord) -> dict[str, str]:
        """The tokens of a saved connection, as they are now.

        Raises: ConnectError, SecretMissingError.
        """
        kept = saved.connection_secrets
        plain = {
            name: self._vault.value(name, kept[name])
            for name in (CLIENT_SECRET, REFRESH_TOKEN)
            if name in kept
        }
        used = self._vault.used(saved.connection_parameters)
        template = template_of(
            {name: value.value for name, value in used.items()}, plain.get(CLIENT_SECRET, "")
        )
        return self._tokens.current(template, plain.get(REFRESH_TOKEN, "")) if template else {}

    def _signed_in(
        self, template: OAuthTemplate, parameters: ConnectionConfigurationParameters
    ) -> ConnectResponse:
        """What the connection keeps of a template: how to get a token, and the token."""
        values, secrets = parameters.connection_parameters, parameters.connection_secrets
        asked = {
            name: held[name].value if name in held else ""
            for name, held in ((CLIENT_ID, values), (CLIENT_SECRET, secrets))
        }
        template = template.with_client(asked[CLIENT_ID], asked[CLIENT_SECRET])
        if not template.oauth_client_id.strip():
            raise PluginRaisedError(
                "The OAuth template has no client id",
                tried=f"connection method {parameters.connection_method!r}",
                next_step="give it oauth_client_id and oauth_client_secret, from the form's values",
            )
        refreshes = isinstance(template, OAuthAuthorizationCode)
        kept_token = self._vault.store.find(self._secret_name(REFRESH_TOKEN)) if refreshes else ""
        tokens = self._tokens.without_person(template, kept_token or "")
        if not tokens and isinstance(template, OAuthAuthorizationCode):
            raise PersonNeededError(template)
        own = {CLIENT_SECRET: template.client_secret} if CLIENT_SECRET not in secrets else {}
        kept: dict[str, Any] = {
            "connection_parameters": template.parameters(),
            "connection_secrets": {name: text for name, text in (own | tokens).items() if text},
        }
        return ConnectResponse(**kept)


def _joined(base: _Held, one: Any, other: Any) -> _Held:
    """`base` with the values and secrets of both, those of `other` where both have one."""
    names = ("connection_parameters", "connection_secrets")
    return base.model_copy(
        update={name: getattr(one, name) | getattr(other, name) for name in names}
    )
