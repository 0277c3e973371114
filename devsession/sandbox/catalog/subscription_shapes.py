"""What a subscription to events looks like when it is sent; only webhooks of one's own are served.

Source: the documentation of OpenMetadata 2.0, "API reference", Alerts, and "Metadata standard",
CreateEventSubscription, EventSubscription and Webhook.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Required
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints
from typing_extensions import TypedDict

from devsession.sandbox.catalog.shapes import Fqn, Id, Json, Named, Provider, Reference, closed

_OURS = {"content-type", "content-length", "host", "transfer-encoding", "x-om-signature"}
_NO_BLANK = re.compile(r"[\x21-\x7e\x80-\U0010ffff]+")


def _is_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or not _NO_BLANK.fullmatch(text):
        raise ValueError("this is no http or https address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address with a user or a password; send a secretKey, or headers")
    return text


def _is_empty(chosen: Json) -> Json:
    if chosen:
        raise ValueError("filters and triggers are not served here; resources alone choose")
    return chosen


def _is_free(name: str) -> str:
    if name.lower() in _OURS:
        raise ValueError(f"the catalog itself sets {name}")
    return name


Endpoint = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_is_address)]
HeaderName = Annotated[
    str, StringConstraints(pattern=r"^[-!#$%&'*+.^_`|~0-9A-Za-z]+$"), AfterValidator(_is_free)
]
HeaderValue = Annotated[str, StringConstraints(pattern=r"^[\t\x20-\x7e]*$", max_length=8000)]
Seconds = Annotated[int, Field(ge=1, le=600)]


@closed
class Webhook(TypedDict, total=False):
    """Where events are sent. Whom they are mailed to besides has no effect here."""

    endpoint: Required[Endpoint]
    secretKey: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None
    headers: dict[HeaderName, HeaderValue] | None
    queryParams: dict[str, str] | None
    httpMethod: Literal["POST", "PUT"] | None
    receivers: list[str] | None
    sendToAdmins: bool | None
    sendToOwners: bool | None
    sendToFollowers: bool | None
    entityName: str | None


@closed
class Destination(TypedDict, total=False):
    id: Id | None
    category: Required[Literal["External"]]
    type: Required[Literal["Webhook"]]
    timeout: Seconds | None
    readTimeout: Seconds | None
    enabled: bool | None
    statusDetails: Json | None
    config: Required[Webhook]


@closed
class Trigger(TypedDict):
    triggerType: Literal["RealTime"]


class Subscription(Named, total=False):
    """batchSize and pollInterval have no effect: each event is sent by itself, at once."""

    className: str | None
    description: str | None
    owners: list[Reference] | None
    domains: list[Fqn] | None
    provider: Provider | None
    alertType: Required[Literal["Notification"]]
    resources: Required[Annotated[list[str], Field(min_length=1)]]
    destinations: Required[Annotated[list[Destination], Field(min_length=1, max_length=1)]]
    trigger: Trigger | None
    enabled: bool | None
    retries: Annotated[int, Field(ge=0, le=100)] | None
    batchSize: Annotated[int, Field(ge=1)] | None
    pollInterval: Annotated[int, Field(ge=0)] | None
    input: Annotated[Json, AfterValidator(_is_empty)] | None
