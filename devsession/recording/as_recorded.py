"""What a cassette held when it was recorded, as digests: whether it was changed by hand since."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from devsession.recording.exchange import Exchange
from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SUFFIX = ".recorded.jsonl"
_PARTS = ("its request headers", "its request body", "its answer's headers", "its answer's body")
_DIGITS = 16


def to_lines(exchanges: Sequence[Exchange]) -> str:
    """A line an exchange: method, URL, status, then a digest for each part that is not shown."""
    return "".join(json.dumps(_facts(exchange)) + "\n" for exchange in exchanges)


def changes(exchanges: Sequence[Exchange], recorded: str) -> Iterator[str]:
    """What was changed in a cassette after it was recorded; nothing when nothing was.

    A plugin need not look at every field of an answer, so only this can tell. `recorded` is what
    `to_lines` gave. Raises: ValueError when it is not.
    """
    known = [json.loads(line) for line in recorded.splitlines()]
    pairs = enumerate(zip(map(_facts, exchanges), known, strict=False), 1)
    changed = [(number, now, was) for number, (now, was) in pairs if now != was]
    if len(known) != len(exchanges):
        first = f", the first difference at exchange {changed[0][0]}" if changed else ""
        yield f"{counted(len(exchanges), 'exchange')}, recorded {len(known):,}{first}"
        return  # the others have only moved up or down
    for number, now, was in changed:
        for found in _differences(now, was):
            yield f"exchange {number}, {found}"


def _differences(now: list[str], recorded: list[str]) -> Iterator[str]:
    method, url, status, *parts = now
    was_method, was_url, was_status, *were = recorded
    asked = f"{method} {url}"
    if (method, url) != (was_method, was_url):
        yield f"{asked}, recorded {was_method} {was_url}"
        return
    if status != was_status:
        yield f"{asked}: status {status}, recorded {was_status}"
    for name, part, was in zip(_PARTS, parts, were, strict=True):
        if part != was:
            yield f"{asked}: {name}"


def _facts(exchange: Exchange) -> list[str]:
    kept = Exchange.from_interaction(exchange.interaction())
    parts = (
        _headers(kept.request_headers),
        kept.request_body,
        _headers(kept.response_headers),
        kept.response_body,
    )
    status = f"{kept.status} {kept.reason}".strip()
    return [kept.method, kept.url, status, *map(_digest, parts)]


def _headers(headers: dict[str, list[str]]) -> bytes:
    pairs = sorted((name.lower(), values) for name, values in headers.items())
    return json.dumps(pairs).encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_DIGITS]
