"""Tokens that the app hands out while we record: secrets from then on, in both directions."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

from devsession.recording.exchange import header
from devsession.recording.stand_ins import with_secrets
from devsession.secrets.redact import placeholder
from devsession.secrets.spellings import STAND_IN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from devsession.recording.exchange import Exchange

# Whatever stands under one of these is a token, in JSON at any depth, in a form, in XML, in a
# header (`X-Auth-Token`) or in the address of a redirect; case, `_` and `-` do not matter.
# Source: RFC 6749 section 5.1, RFC 7591 section 3.2.1, RFC 8628 section 3.2, AWS STS; login answers.
_TOKENS = [
    "access-token",
    "refresh-token",
    "id-token",
    "registration-access-token",
    "device-code",
    "client-secret",
    "secret-access-key",
    "session-token",
    "auth-token",
    "authentication-token",
    "bearer-token",
    "security-token",
    "subject-token",
    "api-token",
    "csrf-token",
    "xsrf-token",
    "jwt",
]
# These are names of other things too (the place in a list of pages): one of them is a token where
# the answer holds a single value for it, which looks like one and was not in the request.
_PERHAPS = ["token", "session-id", "session-key", "api-key", "secret", "authorization"]
_NAMES = {name.replace("-", ""): name for name in [*_TOKENS, *_PERHAPS]}
_SIGNS = [b"token", b"secret", b"session", b"jwt", b"device", b"api_key", b"apikey", b"api-key"]

_NO_WORD = re.compile(r"\S{8,}|(?=\S*[^A-Za-z\s])\S{6,}")
_LOOKS_SECRET = re.compile(r"(?s).{16,}|(?=.*[A-Za-z])(?=.*[0-9]).{8,}")
_XML_ELEMENT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?>\s*([^<>\s]+)\s*</")
_FORM = re.compile(r"[\w.~%+-]+=[^\s<>{}]*")
_SAFE = re.compile(r"[\w.~+/=:!*-]+", re.ASCII)


def looks_secret(value: str) -> bool:
    """Whether a value is not a word of everyday text, which would be hidden wherever it stands:
    8 characters with letters and digits, or 16 of any kind. `theme=dark` is none."""
    return bool(_LOOKS_SECRET.fullmatch(value))


def tokens_in(answered: Exchange) -> list[tuple[str, str]]:
    """The tokens that an answer hands out, each with the name that stands for it in recordings:
    `access-token`, `cookie-sid`. Bodies are plain.

    A cookie counts when its value looks secret and did not stand in the request's address or body.
    What was refused hands out nothing else.
    """
    said = unquote_plus(answered.url + answered.request_body.decode("utf-8", "replace"))
    found = [
        (f"cookie-{name}", value)
        for name, value in _cookies(answered)
        if looks_secret(value) and value not in said
    ]
    if answered.succeeded:
        named = [(name, value) for key, value in _named(answered) if (name := _name(key))]
        found += [pair for pair in named if pair[0] in _TOKENS and _NO_WORD.fullmatch(pair[1])]
        found += [pair for pair in _singles(named) if looks_secret(pair[1]) and pair[1] not in said]
    return [(name, value) for name, value in dict.fromkeys(found) if STAND_IN not in value]


def with_tokens(answer: Exchange, tokens: Mapping[str, str]) -> Exchange:
    """A recorded answer with tokens, name -> value, in the place of their stand-ins.

    A value that a header or JSON would have to escape is left out.
    """
    plain = {placeholder(name): held for name, held in tokens.items() if _SAFE.fullmatch(held)}
    held = with_secrets(answer.turned(), plain)
    return replace(answer, response_headers=held.request_headers, response_body=held.request_body)


def _name(key: str) -> str:
    """The name of a token that stands under a key: `access-token` for `accessToken`."""
    letters = re.sub(r"[^a-z]", "", key.lower())
    return _NAMES.get(letters) or _NAMES.get(letters.removeprefix("x"), "")


def _singles(named: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    values: dict[str, set[str]] = {}
    for name, value in named:
        values.setdefault(name, set()).add(value)
    for name, held in values.items():
        if name in _PERHAPS and len(held) == 1:
            yield name, held.pop()


def _cookies(answered: Exchange) -> Iterator[tuple[str, str]]:
    for name, lines in answered.response_headers.items():
        for line in lines if name.lower() == "set-cookie" else ():
            cookie, _, value = line.partition(";")[0].partition("=")
            yield cookie.strip(), unquote(value.strip().strip('"'))


def _named(answered: Exchange) -> Iterator[tuple[str, str]]:
    """Every text of the answer that stands under a name."""
    for name, lines in answered.response_headers.items():
        for line in lines:
            yield name, line.removeprefix("Bearer ")
    place = urlsplit(header(answered.response_headers, "location"))
    for part in (place.query, place.fragment):
        yield from parse_qsl(part)
    body = answered.response_body
    lower = body.lower()
    if any(sign in lower for sign in _SIGNS):
        yield from _in_body(body.decode("utf-8-sig", "replace").strip())


def _in_body(text: str) -> Iterator[tuple[str, str]]:
    if text.startswith("<"):
        yield from ((name, unescape(value)) for name, value in _XML_ELEMENT.findall(text))
    elif _FORM.fullmatch(text):
        yield from parse_qsl(text)
    else:
        yield from _in_json(text)


def _in_json(text: str) -> Iterator[tuple[str, str]]:
    """The texts of a JSON document, and of those that stand in it as text, with their keys."""
    waiting = [text]
    while waiting:
        try:
            values = [json.loads(waiting.pop())]
        except (ValueError, RecursionError):
            continue
        while values:
            value = values.pop()
            if isinstance(value, list):
                values += value
            elif isinstance(value, dict):
                yield from ((key, held) for key, held in value.items() if isinstance(held, str))
                values += value.values()
            elif isinstance(value, str) and value[:1] in ("{", "["):
                waiting.append(value)
