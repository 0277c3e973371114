"""A token from an app's token endpoint, by any of the grants that we use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from devsession.errors import ConnectError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from devsession.plugin.oauth import OAuthTemplate

_SECONDS = 30


@dataclass(frozen=True, repr=False)
class Token:
    """What a token endpoint gave. Holds secrets: no repr. seconds: how long it is good, if told."""

    access_token: str
    refresh_token: str
    seconds: float | None


def request_token(
    template: OAuthTemplate, asked: Mapping[str, str], redact: Callable[[str], str]
) -> Token:
    """Ask the token endpoint. asked: the grant's own parameters.

    Raises: ConnectError when it cannot be reached, refuses, or answers something else.

    Source: RFC 6749 sections 2.3.1, 5 and 6.
    """
    import requests

    form, auth = dict(asked), None
    if template.oauth_client_auth_method == "client_secret_basic" and template.client_secret:
        auth = (quote_plus(template.oauth_client_id), quote_plus(template.client_secret))
    else:
        form["client_id"] = template.oauth_client_id
        if template.client_secret:
            form["client_secret"] = template.client_secret
    where = redact(template.oauth_token_endpoint)
    try:
        answer = requests.post(
            template.oauth_token_endpoint,
            data=form,
            auth=auth,
            headers={"Accept": "application/json"},
            timeout=_SECONDS,
            allow_redirects=False,  # the client's secret is for this address only
        )
    except requests.RequestException as error:
        raise ConnectError(
            "The token endpoint cannot be reached",
            tried=redact(f"POST, grant {asked['grant_type']}: {type(error).__name__}: {error}"),
            where=where,
            next_step="see whether the app runs, and its oauth_token_endpoint",
        ) from None
    said = _read(answer)
    token = said.get("access_token")
    if not answer.ok or not isinstance(token, str) or not token:
        raise _refused(answer.status_code, said, asked["grant_type"], where, redact)
    refresh, seconds = said.get("refresh_token"), said.get("expires_in")
    return Token(token, refresh if isinstance(refresh, str) else "", _number(seconds))


def _read(answer: Any) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _number(seconds: object) -> float | None:
    try:
        return float(seconds)  # type: ignore[arg-type]  # what it is not, it says
    except (TypeError, ValueError):
        return None


def _refused(
    status: int, said: dict[str, Any], grant: str, where: str, redact: Callable[[str], str]
) -> ConnectError:
    """A refusal in the app's words: of its answer only what the standard has for people."""
    error = str(said.get("error", ""))
    again = error == "invalid_grant" and grant != "client_credentials"
    told = ": ".join(str(said[key]) for key in ("error", "error_description") if said.get(key))
    return ConnectError(
        "The app gave no access token",
        tried=redact(f"grant {grant}: {status} {told or 'without an error that says why'}"),
        where=where,
        next_step="sign in again: session.connection.save(), or Save in the form"
        if again
        else "see client id, client secret and scopes in the connection form",
        status=status,
        error=error,
    )
