"""The body of a request in one spelling: JSON by value, forms by pairs, multipart by parts."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.request_matching import JsonPath, RequestMatching

Pairs = tuple[tuple[str, str], ...]

# A float of at most this many characters is told from any other one by its value.
_EXACT = 16
_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^\s;,]+))', re.IGNORECASE)
_PARAMETER = re.compile(r';\s*([\w-]+)(\*?)=(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))')


class Part(NamedTuple):
    """One part of a multipart body; the order of its headers does not count."""

    name: str
    filename: str
    content_type: str
    body: Body


class Multipart(NamedTuple):
    """The parts of a multipart body, without its random boundary; those of a form by their names."""

    parts: tuple[Part, ...]


# JSON is its text with sorted keys, a form its sorted pairs, all else the bytes.
Body = str | bytes | Pairs | Multipart


def canonical_body(content_type: str, body: bytes, matching: RequestMatching) -> Body:
    """A body, not compressed, in its one spelling, without what does not count.

    Numbers and texts are different in JSON, and so are 1 and 1.0. What is no JSON, or has a key
    twice (which apps read differently), counts by its bytes. Without a content type, what reads as
    an object or a list is JSON.
    """
    kind = content_type.lower()
    if not body:
        return b""
    if kind.startswith("multipart/"):
        return _multipart(content_type, body, matching)
    if "json" in kind or (not kind and body.lstrip()[:1] in (b"{", b"[")):
        return _json_text(body, matching.json_paths)
    if "x-www-form-urlencoded" in kind:
        text = body.decode("utf-8", "surrogateescape")
        return pairs(text, matching.ignore_parameters)
    return body


def pairs(text: str, ignored: Sequence[str] = ()) -> Pairs:
    """The pairs of a query or a form, in one order."""
    if not text:
        return ()
    found = parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
    return tuple(sorted(pair for pair in found if pair[0] not in ignored))


def _json_text(body: bytes, ignored: tuple[JsonPath, ...]) -> str | bytes:
    try:
        value = _json_value(body)
        for path in ignored:
            value = without_path(value, path)
        return _ENCODER.encode(value)
    except (ValueError, RecursionError):
        return body


def _json_value(body: bytes) -> Any:
    text = body.decode(json.detect_encoding(body), "surrogatepass")
    try:
        return _DECODER.decode(text)
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) == 1:
            raise
        return [_DECODER.decode(line) for line in lines]  # JSON lines


def without_path(value: Any, path: JsonPath) -> Any:
    """The value without what stands at the path; a place in a list stays, as null."""
    holders = [value]
    for step in path[:-1]:
        holders = [inner for holder in holders for inner in _at(holder, step)]
    last = path[-1]
    for holder in holders:
        if isinstance(holder, dict) and isinstance(last, str):
            holder.pop(last, None)
        elif isinstance(holder, list) and last is None:
            holder.clear()
        elif isinstance(holder, list) and isinstance(last, int) and last < len(holder):
            holder[last] = None
    return value


def _at(holder: Any, step: str | int | None) -> list[Any]:
    if isinstance(holder, dict):
        return [holder[step]] if isinstance(step, str) and step in holder else []
    if isinstance(holder, list) and not isinstance(step, str):
        return holder if step is None else holder[step : step + 1]
    return []


def _multipart(content_type: str, body: bytes, matching: RequestMatching) -> Multipart | bytes:
    found = _BOUNDARY.search(content_type)
    if found is None:
        return body
    boundary = (found[1] or found[2]).encode("utf-8", "surrogateescape")
    _, *sections = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if not sections or not sections[-1].startswith(b"--"):
        return body
    read = [_part(section, matching) for section in sections[:-1]]
    if content_type[10:].lower().startswith("form-data"):
        read = [part for part in read if part.name not in matching.ignore_parameters]
        read.sort(key=lambda part: part.name)
    return Multipart(tuple(read))


def _part(section: bytes, matching: RequestMatching) -> Part:
    head, blank, content = section.partition(b"\r\n\r\n")
    if not blank:
        return Part("", "", "", section)
    headers = {}
    for line in head.decode("utf-8", "surrogateescape").split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    named = {
        name.lower(): unquote(bare.split("'")[-1]) if star else quoted or bare
        for name, star, quoted, bare in _PARAMETER.findall(headers.get("content-disposition", ""))
    }
    content_type = headers.get("content-type", "")
    return Part(
        named.get("name", ""),
        named.get("filename", ""),
        content_type.lower(),
        canonical_body(content_type, content, matching),
    )


def _object(items: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(items)
    if len(read) != len(items):
        raise ValueError("a key stands twice")
    return read


def _number(text: str) -> float | str:
    """A float; one that no float can hold, in its shortest spelling."""
    number = float(text)
    if len(text) <= _EXACT or Decimal(text) == Decimal(repr(number)):
        return number
    return f"number {Decimal(text).normalize()}"


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number)
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
