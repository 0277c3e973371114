"""`devsession events send`: events to a receiver, signed as a catalog signs them."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

from devsession.cli.events_signing import SECRET_NAME, TOKEN_NAME, signing
from devsession.cli.options import EVENTS_URL
from devsession.cli.place import workspace_here
from devsession.errors import (
    ConnectError,
    SecretMissingError,
    UnknownNameError,
    UsageError,
    did_you_mean,
)
from devsession.http import retrying_session
from devsession.http.token_endpoint import no_header
from devsession.openmetadata.events.given_events import event_lines
from devsession.openmetadata.events.samples import sample_events
from devsession.openmetadata.events.signing import SIGNATURE_HEADER, signature
from devsession.openmetadata.model.change_event import ENTITY_TYPES, EVENT_TYPES
from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_TRIES = 4
_SECONDS = 40
_TOLD = 10
_GOOD = 200


def send(
    event_type: str, entity: str, count: int, *, file: Path | None, url: str, as_json: bool
) -> None:
    """Send, and count what was answered; exit code 1 when one was refused.

    Raises: UnknownNameError, UsageError, DataError, SecretMissingError; ConnectError when nobody answers.
    """
    import requests

    if event_type not in {"all", *EVENT_TYPES}:
        raise UnknownNameError(
            f"There is no event type {event_type!r}",
            tried=did_you_mean(event_type, EVENT_TYPES),
            next_step="devsession events send --type all",
        )
    if file is None and entity not in ENTITY_TYPES:
        raise UnknownNameError(
            f"There is no kind of entity {entity!r}",
            tried=did_you_mean(entity, ENTITY_TYPES),
            next_step="devsession events send --entity table; of any other kind, events of your own: "
            "--file FILE",
        )
    if not _is_address(url):
        raise UsageError(
            "--url takes the address of a receiver: http or https, and its host",
            next_step=f"devsession events send --url {EVENTS_URL}",
        )
    secret, token = signing(workspace_here())
    if not (secret or token):
        raise SecretMissingError(
            f"There is neither a secret {SECRET_NAME} nor a {TOKEN_NAME}, so nothing can be signed",
            next_step=f"devsession events receive makes one; or export {SECRET_NAME}=..",
        )
    bodies: Iterable[bytes]
    if file is not None:
        bodies = [line for _, line in event_lines(file)]
    else:
        bodies = _made(event_type, entity, count)
    with retrying_session(retry_methods=["POST"], tries=_TRIES) as session:
        sent = _Sent()
        for body in bodies:
            try:
                answer = session.post(
                    url,
                    data=body,
                    headers=_headers(body, secret, token),
                    auth=no_header,
                    timeout=_SECONDS,
                    allow_redirects=False,  # the token is for this address only
                )
            except requests.RequestException as error:
                raise ConnectError(
                    "The receiver does not answer",
                    said=type(error).__name__,
                    tried=f"{counted(sent.answers.total(), 'event')} sent before",
                    where=url,
                    next_step="devsession events receive",
                ) from None
            sent.add(body, answer.status_code, _said(answer))
    typer.echo(json.dumps(sent.to_dict()) if as_json else str(sent))
    if sent.refused:
        raise typer.Exit(1)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


class _Sent:
    """What was answered to what was sent."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.refused: list[dict[str, object]] = []

    def add(self, body: bytes, status: int, said: dict[str, object]) -> None:
        """One more answer."""
        if status == _GOOD:
            self.answers[str(said.get("state", "taken"))] += 1
            return
        self.answers[f"refused with {status}"] += 1
        self.refused.append({"status": status, "error": said.get("error"), "id": _id(body)})

    def to_dict(self) -> dict[str, object]:
        """The counts, and each refusal."""
        return {
            "sent": self.answers.total(),
            "answers": dict(self.answers),
            "refused": self.refused,
        }

    def __str__(self) -> str:
        told = ", ".join(f"{number:,} {what}" for what, number in self.answers.items())
        lines = [f"{counted(self.answers.total(), 'event')} sent{': ' if told else ''}{told}"]
        lines += [
            f"  {each['status']}  {each['error'] or 'no reason given'}  {each['id']}"
            for each in self.refused[:_TOLD]
        ]
        if len(self.refused) > _TOLD:
            lines.append(f"  and {len(self.refused) - _TOLD:,} more")
        if not self.refused:
            lines.append("next: devsession events list")
        return "\n".join(lines)


def _made(event_type: str, entity: str, count: int) -> Iterator[bytes]:
    for event in sample_events(event_type, entity, count):
        yield json.dumps(event, ensure_ascii=False).encode()


def _headers(body: bytes, secret: str, token: str) -> dict[str, str]:
    headers = {"Content-Type": "application/json"}
    if secret:
        headers[SIGNATURE_HEADER] = signature(secret, body)
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return headers


def _said(answer: object) -> dict[str, object]:
    """The answer's JSON; of another server it may be anything."""
    try:
        found = answer.json()  # type: ignore[attr-defined]  # of requests
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _id(body: bytes) -> str:
    try:
        return str(json.loads(body)["id"])
    except (ValueError, KeyError, TypeError):
        return ""
