"""Which recorded request a live one equals."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote_to_bytes, urlsplit

from devsession.plugin.request_matching import RequestMatching
from devsession.recording.body import Body, Pairs, canonical_body, pairs
from devsession.recording.exchange import without

if TYPE_CHECKING:
    from devsession.recording.exchange import Exchange

DEFAULT_PORTS = {"http": 80, "https": 443}
PLAIN = RequestMatching()
AUTHORIZED = ("authorization", "sent")
_CONDITIONS = {"if-match", "if-none-match"}
_LEGAL_IN_PATHS = ":@!$&'()*+,;="
_PLAIN_PATH = re.compile(rf"[\w\-.~/{_LEGAL_IN_PATHS}]*", re.ASCII)


class CanonicalRequest(NamedTuple):
    """What makes two requests the same, in one spelling.

    Of the URL all but user and fragment, of the headers those that are declared to count, those by
    which an app refuses to overwrite what has changed, and whether there is an Authorization.
    """

    method: str
    scheme: str
    host: str
    port: int | None
    path: str
    query: Pairs
    headers: Pairs
    body: Body


def canonical(exchange: Exchange, matching: RequestMatching = PLAIN) -> CanonicalRequest:
    """The request of an exchange, which is redacted, in its one spelling.

    Raises: ValueError for a URL that is none.
    """
    content_type = ""
    counting = []
    for name, values in exchange.request_headers.items():
        lower = name.lower()
        if lower == "content-encoding":
            plain = exchange.plain()
            headers = without(plain.request_headers, "content-encoding")
            return canonical(replace(plain, request_headers=headers), matching)
        if lower == "content-type" and values:
            content_type = values[0]
        if lower in matching.match_headers or lower in _CONDITIONS:
            counting += [(lower, value.strip()) for value in values]
        elif lower == "authorization":
            counting.append(AUTHORIZED)
    url = urlsplit(exchange.url)
    return CanonicalRequest(
        exchange.method.upper(),
        url.scheme,
        url.hostname or "",
        url.port or DEFAULT_PORTS.get(url.scheme),
        _path(url.path),
        pairs(url.query, matching.ignore_parameters),
        tuple(sorted(counting)),
        canonical_body(content_type, exchange.request_body, matching),
    )


def _path(path: str) -> str:
    """A path with its percent signs in one spelling; an encoded slash is none."""
    if _PLAIN_PATH.fullmatch(path):
        return path or "/"
    parts = (quote(unquote_to_bytes(part), safe=_LEGAL_IN_PATHS) for part in path.split("/"))
    return "/".join(parts)
