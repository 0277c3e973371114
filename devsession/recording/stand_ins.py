"""Stand-ins back to secrets, each encoded as its place wants it, and back to addresses."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from devsession.errors import SecretMissingError
from devsession.recording.exchange import header
from devsession.secrets.spellings import STAND_IN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from devsession.recording.exchange import Exchange

_ANY = STAND_IN + r"[a-z0-9]+(?:-[a-z0-9]+)*"
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
# The text as base64, at each of the three places in a group of bytes where it may begin.
_SIGNS = tuple(
    b64encode(b"x" * before + STAND_IN.encode()).decode()[before * 2 : 11] for before in range(3)
)


def stand_in_pattern(known: Iterable[str]) -> re.Pattern[str]:
    """Finds stand-ins, in a group: a known one before a longer one that is not known."""
    names = sorted(known, key=len, reverse=True)
    return re.compile("(" + "|".join([*map(re.escape, names), _ANY]) + ")")


def with_secrets(exchange: Exchange, values: Mapping[str, str]) -> Exchange:
    """The request of an exchange with its secrets, to be sent.

    values: stand-in -> secret. One that is not here stays, `stand_ins_in` finds it.
    """
    back = _Back(values)
    content_type = header(exchange.request_headers, "content-type").lower()
    return replace(
        exchange,
        url=back.url(exchange.url),
        request_headers={
            name: [back.text(value) for value in held]
            for name, held in exchange.request_headers.items()
        },
        request_body=back.body(exchange.request_body, content_type),
    )


def with_addresses(answer: Exchange, addresses: Mapping[str, str]) -> Exchange:
    """A recorded answer with each address, stand-in -> `host:port`: where the sandbox runs now."""
    headers, body = answer.response_headers, answer.response_body
    for stand_in, address in addresses.items():
        headers = {
            name: [value.replace(stand_in, address) for value in values]
            for name, values in headers.items()
        }
        body = body.replace(stand_in.encode(), address.encode())
    return replace(answer, response_headers=headers, response_body=body)


def refuse_stand_ins(request: Exchange) -> None:
    """Raises: SecretMissingError for a request that holds a stand-in in place of a secret."""
    if found := stand_ins_in(request):
        names = ", ".join(found)
        raise SecretMissingError(
            f"{request.method} {urlsplit(request.url).path} was not sent: it holds {names}",
            tried="calling the app with what the tape had answered: a token stands there for the "
            "one that was handed out then, and nobody knows that one any more",
            where=names,
            next_step="run the cell that gets the token live once, without session.reuse()",
        )


def stand_ins_in(exchange: Exchange) -> list[str]:
    """The stand-ins of secrets in a request, also those in base64, each once."""
    text = exchange.sent.decode("utf-8", "replace")
    found = re.findall(_ANY, text)
    for run in _BASE64.findall(text):
        found += re.findall(_ANY, _decoded(run) or "")
    return list(dict.fromkeys(found))


class _Back:
    """Puts secrets back, each encoded for its place."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._pattern = stand_in_pattern(values)

    def text(self, text: str, encode: Callable[[str], str] = str) -> str:
        """A text with its secrets; what is base64 is decoded and encoded again."""
        if STAND_IN not in text and not any(sign in text for sign in _SIGNS):
            return text
        text = _BASE64.sub(self._in_base64, text)
        return self._pattern.sub(
            lambda found: encode(self._values[found[0]]) if found[0] in self._values else found[0],
            text,
        )

    def url(self, url: str) -> str:
        parts = urlsplit(url)
        user, at, host = parts.netloc.rpartition("@")
        return parts._replace(
            netloc=self.text(user, _percent) + at + self.text(host),
            path=self.text(parts.path, _percent),
            query=self.text(parts.query, _percent),
        ).geturl()

    def body(self, body: bytes, content_type: str) -> bytes:
        text = body.decode("utf-8", "surrogateescape")
        if self.text(text) == text:
            return body
        if "json" in content_type or text.lstrip()[:1] in ("{", "["):
            inner = self._in_json(text)
            if inner is not None:
                return inner.encode("utf-8", "surrogateescape")
        if "x-www-form-urlencoded" in content_type:
            pairs = parse_qsl(text, keep_blank_values=True)
            return urlencode([(name, self.text(value)) for name, value in pairs]).encode()
        encode = escape if "xml" in content_type else str
        return self.text(text, encode).encode("utf-8", "surrogateescape")

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self.text(name): self._value(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if not isinstance(value, str):
            return value
        inner = self._in_json(value) if value[:1] in ("{", "[") and STAND_IN in value else None
        return self.text(value) if inner is None else inner

    def _in_json(self, text: str) -> str | None:
        """JSON with its secrets; None when it is none."""
        try:
            return json.dumps(self._value(json.loads(text)), ensure_ascii=False)
        except (ValueError, RecursionError):
            return None

    def _in_base64(self, found: re.Match[str]) -> str:
        """Base64 of a text that holds a stand-in, made anew."""
        decoded = _decoded(found[0])
        if decoded is None or STAND_IN not in decoded:
            return found[0]
        encoded = b64encode(self.text(decoded).encode()).decode()
        if "-" in found[0] or "_" in found[0]:
            encoded = encoded.translate(str.maketrans("+/", "-_"))
        return encoded if found[0].endswith("=") or len(found[0]) % 4 == 0 else encoded.rstrip("=")


def _decoded(run: str) -> str | None:
    standard = run.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return b64decode(standard + "=" * (-len(standard) % 4), validate=True).decode()
    except (Error, ValueError):
        return None


def _percent(value: str) -> str:
    return quote(value, safe="")
