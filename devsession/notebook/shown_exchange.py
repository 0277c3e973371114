"""One exchange in full: method, URL, answer, headers and both bodies; `scenario.http[2]`."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from devsession.notebook.exchange import answer, went_well, whole_seconds
from devsession.notebook.markup import BAD, GOOD, MUTED, code, panel
from devsession.notebook.shown_body import shown_body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.notebook.exchange import ExchangeLike

# Headers that say nothing about what was asked or answered.
_NOISE = {
    *("accept-encoding", "accept-language", "connection", "content-length", "host", "user-agent"),
    *(
        "age",
        "alt-svc",
        "cache-control",
        "content-encoding",
        "date",
        "expires",
        "keep-alive",
        "nel",
    ),
    *("pragma", "report-to", "server", "transfer-encoding", "vary", "via", "x-powered-by"),
    *("content-security-policy", "referrer-policy", "strict-transport-security"),
    *("x-content-type-options", "x-frame-options", "x-xss-protection"),
}
_NEXT = "next: .curl(), .resend(json=..)"


class ShownExchange:
    """An exchange for a reader, redacted; what is long is cut, and says so.

    In a notebook request and answer are folded.
    """

    def __init__(self, exchange: ExchangeLike) -> None:
        self._exchange = exchange
        seconds = whole_seconds(exchange)
        after = f", after {seconds} s" if seconds else ""
        tape = ", from the tape" if exchange.from_tape else ""
        self._answer = f"-> {answer(exchange)}{after}{tape}"

    def __repr__(self) -> str:
        lines = [self._request, self._answer]
        for name, headers, body in self._sides():
            lines += [f"{name}:", *(f"  {part}" for part in [*headers, *body.splitlines()])]
        return "\n".join([*lines, _NEXT])

    def _repr_html_(self) -> str:
        folded = (
            f'<details style="margin-top:6px"><summary style="{MUTED};cursor:pointer">'
            f"{escape(name)}</summary>{code(chr(10).join([*headers, '', body]).strip())}</details>"
            for name, headers, body in self._sides()
        )
        well = went_well(self._exchange)
        foot = f'<div style="{MUTED};margin-top:6px">{escape(_NEXT)}</div>'
        return panel(self._request, code(self._answer), *folded, foot, edge=GOOD if well else BAD)

    @property
    def _request(self) -> str:
        return f"{self._exchange.method} {self._exchange.url}"

    def _sides(self) -> list[tuple[str, list[str], str]]:
        """What was sent and what came back; an answer that never came is left out."""
        one = self._exchange
        sent = ("Sent", _lines(one.request_headers), shown_body(one.request_body))
        if one.status is None:
            return [sent]
        came = ("Came back", _lines(one.response_headers), shown_body(one.response_body))
        return [sent, came]


def _lines(headers: Mapping[str, list[str]]) -> list[str]:
    return [
        f"{name}: {value}"
        for name, values in headers.items()
        if name.lower() not in _NOISE and not name.lower().startswith("cf-")
        for value in values
    ]
