"""A token from an app's token endpoint, by any of the grants that we use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import ConnectError
from devsession.http.token_endpoint import Client, Refusal, Token, ask_for_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from devsession.plugin.oauth import OAuthTemplate


def request_token(
    template: OAuthTemplate, asked: Mapping[str, str], redact: Callable[[str], str]
) -> Token:
    """Ask the token endpoint. asked: the grant's own parameters.

    Raises: ConnectError when it cannot be reached, refuses, or answers something else.
    """
    import requests

    client = Client(
        template.oauth_client_id, template.client_secret, template.oauth_client_auth_method
    )
    where = redact(template.oauth_token_endpoint)
    try:
        given = ask_for_token(requests.post, template.oauth_token_endpoint, client, asked)
    except requests.RequestException as error:
        raise ConnectError(
            "The token endpoint cannot be reached",
            tried=redact(f"POST, grant {asked['grant_type']}: {type(error).__name__}: {error}"),
            where=where,
            next_step="see whether the app runs, and its oauth_token_endpoint",
        ) from None
    if isinstance(given, Refusal):
        raise _refused(given, asked["grant_type"], where, redact)
    return given


def _refused(
    refusal: Refusal, grant: str, where: str, redact: Callable[[str], str]
) -> ConnectError:
    """A refusal in the app's words."""
    again = refusal.error == "invalid_grant" and grant != "client_credentials"
    told = refusal.told or "without an error that says why"
    return ConnectError(
        "The app gave no access token",
        tried=redact(f"grant {grant}: {refusal.status} {told}"),
        where=where,
        next_step="sign in again: session.connection.save(), or Save in the form"
        if again
        else "see client id, client secret and scopes in the connection form",
        status=refusal.status,
        error=refusal.error,
    )
