"""What a cassette held when it was recorded, as digests: whether it was changed by hand since."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from devsession.recording.differences import differences, shown
from devsession.recording.exchange import Exchange
from devsession.recording.matching import canonical
from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

SUFFIX = ".recorded.jsonl"
_SENT, _ANSWERED = "its body", "its answer's body"
_PARTS = ("its headers", _SENT, "its answer's headers", _ANSWERED)
_DIGITS = 16


def to_lines(exchanges: Sequence[Exchange]) -> str:
    """A line an exchange: method, URL, status, then a digest for each part that is not shown."""
    return "".join(json.dumps(_facts(exchange)) + "\n" for exchange in exchanges)


def changes(
    exchanges: Sequence[Exchange],
    recorded: str,
    originals: Callable[[], Iterable[Exchange]] = tuple,
) -> Iterator[str]:
    """What was changed in a cassette after it was recorded; nothing when nothing was.

    A plugin need not look at every field of an answer, so only this can tell. `recorded` is what
    `to_lines` gave. originals: exchanges among which the recorded one may be, asked for when one
    was changed; with it each field is told. Raises: ValueError when `recorded` is no such text.
    """
    known = [json.loads(line) for line in recorded.splitlines()]
    pairs = enumerate(zip(exchanges, map(_facts, exchanges), known, strict=False), 1)
    changed = [(at, now, facts, was) for at, (now, facts, was) in pairs if facts != was]
    if len(known) != len(exchanges):
        first = f", the first difference at exchange {changed[0][0]}" if changed else ""
        yield f"{counted(len(exchanges), 'exchange')}, recorded {len(known):,}{first}"
        return  # the others have only moved up or down
    if not changed:
        return
    wanted = {tuple(was) for *_, was in changed}
    found = {tuple(_facts(each)): each for each in originals()}
    kept = {facts: each for facts, each in found.items() if facts in wanted}
    for number, now, facts, was in changed:
        for text in _differences(now, facts, was, kept.get(tuple(was))):
            yield f"exchange {number}, {text}"


def _differences(
    now: Exchange, facts: list[str], recorded: list[str], original: Exchange | None
) -> Iterator[str]:
    method, url, status, *parts = facts
    was_method, was_url, was_status, *were = recorded
    asked = f"{method} {url}"
    if (method, url) != (was_method, was_url):
        yield f"{asked}, recorded {was_method} {was_url}"
        return
    if status != was_status:
        yield f"{asked}: status {status}, recorded {was_status}"
    for name, part, was in zip(_PARTS, parts, were, strict=True):
        if part != was:
            told = _fields(name, now, original) if original else []
            yield from (f"{asked}: {line}" for line in told or [name])


def _fields(name: str, now: Exchange, original: Exchange) -> list[str]:
    """Each field of a body that differs."""
    if name == _SENT:
        return [f"its {line}" for line in shown(differences(canonical(now), canonical(original)))]
    if name == _ANSWERED:
        ours, theirs = canonical(now.turned()), canonical(original.turned())
        return [f"its answer's {line}" for line in shown(differences(ours, theirs))]
    return []


def _facts(exchange: Exchange) -> list[str]:
    kept = Exchange.from_interaction(exchange.interaction())
    parts = (
        _headers(kept.request_headers),
        kept.request_body,
        _headers(kept.response_headers),
        kept.response_body,
    )
    return [kept.method, kept.url, kept.answer, *map(_digest, parts)]


def _headers(headers: dict[str, list[str]]) -> bytes:
    pairs = sorted((name.lower(), values) for name, values in headers.items())
    return json.dumps(pairs).encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_DIGITS]
