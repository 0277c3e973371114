"""Which recorded request a live one equals, and what differs when there is none."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from devsession.recording.exchange import Exchange, header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SHOWN = 12
_WIDTH = 120


class CanonicalRequest(NamedTuple):
    """What makes two requests the same: all but their headers, in one spelling.

    `body` is JSON by value (its number and text types count: 1, 1.0 and "1" differ), a form by its
    pairs in any order, multipart without its random boundary, else the bytes.
    """

    method: str
    scheme: str
    host: str
    port: int | None
    path: str
    query: tuple[tuple[str, str], ...]
    body: str | bytes | tuple[tuple[str, str], ...]


def canonical(exchange: Exchange) -> CanonicalRequest:
    """The request of an exchange, which is redacted, in its one spelling."""
    url = urlsplit(exchange.url)
    return CanonicalRequest(
        method=exchange.method.upper(),
        scheme=url.scheme,
        host=(url.hostname or "").lower(),
        port=url.port or _DEFAULT_PORTS.get(url.scheme),
        path=quote(unquote(url.path or "/"), safe="/"),
        query=_pairs(url.query),
        body=_body(header(exchange.request_headers, "content-type"), exchange.request_body),
    )


def differences(wanted: CanonicalRequest, recorded: CanonicalRequest) -> list[str]:
    """One line for each part that differs: `body.contacts[0].email: 'b@x', recorded 'a@x'`."""
    lines = [
        _line(name, ours, theirs)
        for name in ("method", "scheme", "host", "port", "path")
        if (ours := getattr(wanted, name)) != (theirs := getattr(recorded, name))
    ]
    lines += _pair_differences("query", wanted.query, recorded.query)
    if wanted.body != recorded.body:
        lines += _body_differences(wanted.body, recorded.body)
    return lines


def nearest(
    wanted: CanonicalRequest, recorded: Iterable[CanonicalRequest]
) -> CanonicalRequest | None:
    """The recorded request that differs least: first by method and URL, then by body."""
    ranked = sorted(set(recorded), key=lambda key: _distance(wanted, key))[:_SHOWN]
    return min(
        ranked,
        key=lambda key: (_distance(wanted, key), len(differences(wanted, key))),
        default=None,
    )


def _distance(wanted: CanonicalRequest, recorded: CanonicalRequest) -> tuple[int, int]:
    place = (wanted.host != recorded.host or wanted.port != recorded.port) * 4
    path = _uncommon(wanted.path.split("/"), recorded.path.split("/"))
    rest = (wanted.method != recorded.method) + (wanted.query != recorded.query)
    return place + path * 2 + rest, int(wanted.body != recorded.body)


def _uncommon(ours: list[str], theirs: list[str]) -> int:
    return abs(len(ours) - len(theirs)) + sum(a != b for a, b in zip(ours, theirs, strict=False))


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(parse_qsl(text, keep_blank_values=True)))


def _body(content_type: str, body: bytes) -> str | bytes | tuple[tuple[str, str], ...]:
    kind = content_type.lower()
    if not body:
        return b""
    if "json" in kind:
        try:
            return json.dumps(json.loads(body), sort_keys=True, ensure_ascii=False)
        except ValueError:
            return body
    if "x-www-form-urlencoded" in kind:
        return _pairs(body.decode("utf-8", "replace"))
    if boundary := re.search(r'boundary="?([^";,]+)', content_type):
        return body.replace(boundary[1].encode(), b"boundary")
    return body


def _body_differences(ours: Any, theirs: Any) -> list[str]:
    if isinstance(ours, str) and isinstance(theirs, str):
        lines = list(_value_differences("body", json.loads(ours), json.loads(theirs)))
    elif isinstance(ours, tuple) and isinstance(theirs, tuple):
        lines = _pair_differences("body", ours, theirs)
    else:
        lines = [_line("body", ours, theirs)]
    more = len(lines) - _SHOWN
    return [*lines[:_SHOWN], f"and {more} more"] if more > 0 else lines


def _value_differences(place: str, ours: Any, theirs: Any) -> Iterator[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in [*ours, *(name for name in theirs if name not in ours)]:
            where = f"{place}.{name}"
            if name not in theirs:
                yield f"{where}: {_short(ours[name])}, recorded without it"
            elif name not in ours:
                yield f"{where}: missing, recorded {_short(theirs[name])}"
            else:
                yield from _value_differences(where, ours[name], theirs[name])
    elif isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            yield f"{place}: {len(ours)} items, recorded {len(theirs)}"
        for number, (mine, other) in enumerate(zip(ours, theirs, strict=False)):
            yield from _value_differences(f"{place}[{number}]", mine, other)
    elif type(ours) is not type(theirs) or ours != theirs:
        yield _line(place, ours, theirs)


def _pair_differences(
    place: str, ours: Iterable[tuple[str, str]], theirs: Iterable[tuple[str, str]]
) -> list[str]:
    mine, other = _grouped(ours), _grouped(theirs)
    return [
        line
        for name in [*mine, *(name for name in other if name not in mine)]
        if mine.get(name) != other.get(name)
        for line in [_line(f"{place} {name}", mine.get(name), other.get(name))]
    ]


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


def _line(place: str, ours: object, theirs: object) -> str:
    return f"{place}: {_short(ours)}, recorded {_short(theirs)}"


def _short(value: object) -> str:
    if value is None or value == b"":
        return "nothing"
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bytes):
        value = value.decode("utf-8", "backslashreplace")
    text = repr(value)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
