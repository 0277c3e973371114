"""A request as it was sent, with something changed, to be sent again."""

from __future__ import annotations

import json as json_module
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus, urlencode, urlsplit

from devsession.errors import UsageError
from devsession.recording.exchange import Exchange, header, without

if TYPE_CHECKING:
    from devsession.recording.exchange import Headers

# What the sending library makes anew, for the body and the address as they are then.
_MADE_ANEW = {"content-length", "transfer-encoding", "host", "connection"}
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Changes:
    """What to change in a request; what is None stays as it was.

    json: the body, as JSON. data: the body, as text or bytes, or the pairs of a form. params: of
    the query, headers: each by name, None takes one out.
    """

    json: Any = None
    data: str | bytes | Mapping[str, Any] | None = None
    params: Mapping[str, Any] | None = None
    headers: Mapping[str, str | None] | None = None

    def applied(self, exchange: Exchange) -> Exchange:
        """The request with the changes, and without an answer.

        Raises: UsageError when they do not go together, or the body cannot be made of them.
        """
        if self.json is not None and self.data is not None:
            raise UsageError(
                "A request has one body: json=.. or data=..",
                next_step="leave one of them out of .resend(..)",
            )
        body, content_type = self._body(exchange)
        headers = {
            name: values
            for name, values in exchange.request_headers.items()
            if name.lower() not in _MADE_ANEW
        }
        if content_type:
            headers = _with_header(headers, "Content-Type", content_type)
        for name, value in (self.headers or {}).items():
            headers = _with_header(headers, name, value)
        return Exchange(exchange.method, self._url(exchange.url), headers, body)

    def _body(self, exchange: Exchange) -> tuple[bytes, str]:
        """The body, and its content type where that is another one."""
        if self.json is not None:
            try:
                body = json_module.dumps(self.json, ensure_ascii=False, allow_nan=False).encode()
            except (TypeError, ValueError) as error:
                raise UsageError(
                    f"json= cannot be written as JSON: {error}",
                    next_step="pass dicts, lists, texts, numbers, booleans and None",
                ) from None
            known = header(exchange.request_headers, "content-type")
            return body, "" if "json" in known.lower() else "application/json"
        if self.data is None:
            return exchange.request_body, ""
        if isinstance(self.data, str | bytes):
            return self.data.encode() if isinstance(self.data, str) else self.data, ""
        if not isinstance(self.data, Mapping):
            raise UsageError(
                f"data= is a {type(self.data).__name__}",
                next_step="pass text, bytes, or a dict for a form; json=.. for JSON",
            )
        return urlencode(self.data, doseq=True).encode(), _FORM

    def _url(self, url: str) -> str:
        if not self.params:
            return url
        parts = urlsplit(url)
        kept = [
            pair
            for pair in parts.query.split("&")
            if pair and unquote_plus(pair.partition("=")[0]) not in self.params
        ]
        given = {name: value for name, value in self.params.items() if value is not None}
        query = "&".join(filter(None, [*kept, urlencode(given, doseq=True)]))
        return parts._replace(query=query).geturl()


def _with_header(headers: Headers, name: str, value: str | None) -> Headers:
    rest = without(headers, name.lower())
    return rest if value is None else {**rest, name: [str(value)]}
