"""A token endpoint of OAuth 2, asked by a client: what it gives, or why it gives nothing.

Source: RFC 6749 sections 2.3.1 (how a client shows who it is), 5 (the answers) and 6.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests

ClientAuth = Literal["client_secret_basic", "client_secret_post"]
_SECONDS = 30.0


@dataclass(frozen=True, repr=False)
class Token:
    """What a token endpoint gave. Holds secrets: no repr. seconds: how long it is good, if told."""

    access_token: str
    refresh_token: str = ""
    seconds: float | None = None


@dataclass(frozen=True)
class Refusal:
    """Why it gave none, of its answer only what the standard has for people; may quote secrets."""

    status: int
    error: str
    told: str


@dataclass(frozen=True)
class Client:
    """Who asks. shows: whether its secret goes in a header or in the body."""

    name: str
    secret: str = field(repr=False)
    shows: ClientAuth = "client_secret_basic"


def ask_for_token(
    post: Callable[..., requests.Response],
    endpoint: str,
    client: Client,
    asked: Mapping[str, str],
    *,
    timeout: float | tuple[float, float] = _SECONDS,
) -> Token | Refusal:
    """Ask the endpoint. post: `requests.post`, or that of a session. asked: the grant's parameters.

    Raises: requests.RequestException when it does not answer.
    """
    form, auth = dict(asked), no_header
    if client.shows == "client_secret_basic" and client.secret:
        auth = (quote_plus(client.name), quote_plus(client.secret))  # type: ignore[assignment]
    else:
        form["client_id"] = client.name
        if client.secret:
            form["client_secret"] = client.secret
    answer = post(
        endpoint,
        data=form,
        auth=auth,
        headers={"Accept": "application/json"},
        timeout=timeout,
        allow_redirects=False,  # the client's secret is for this address only
    )
    said = read_object(answer)
    token = said.get("access_token")
    if not answer.ok or not isinstance(token, str) or not token:
        told = ": ".join(str(said[key]) for key in ("error", "error_description") if said.get(key))
        return Refusal(answer.status_code, str(said.get("error", "")), told)
    refresh = said.get("refresh_token")
    return Token(
        token, refresh if isinstance(refresh, str) else "", _number(said.get("expires_in"))
    )


def read_object(answer: requests.Response) -> dict[str, Any]:
    """The JSON object of an answer; an empty one when it is none."""
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def no_header(request: Any) -> Any:
    """No header. None would have requests look into the user's .netrc for one."""
    return request


def _number(seconds: object) -> float | None:
    try:
        number = float(seconds)  # type: ignore[arg-type]  # what it is not, it says
    except (TypeError, ValueError):
        return None
    return None if math.isnan(number) else number
