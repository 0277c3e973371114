"""One exchange in full: method, URL, answer, headers and both bodies; `scenario.http[2]`."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from devsession.notebook.exchange import answered, asked, sides
from devsession.notebook.markup import MUTED, code
from devsession.render import BAD, GOOD, html_line, panel

if TYPE_CHECKING:
    from devsession.recording.exchange import Exchange, Headers

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

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._answer = answered(exchange) + (", from the tape" if exchange.from_tape else "")

    def __repr__(self) -> str:
        lines = [asked(self._exchange), self._answer]
        for name, headers, body in sides(self._exchange):
            told = [*_lines(headers), *body.splitlines()]
            lines += [f"{name}:", *(f"  {part}" for part in told)]
        return "\n".join([*lines, _NEXT])

    def _repr_html_(self) -> str:
        folded = (
            f'<details style="margin-top:6px"><summary style="{MUTED};cursor:pointer">'
            f"{escape(name)}</summary>"
            f"{code(chr(10).join([*_lines(headers), '', body]).strip())}</details>"
            for name, headers, body in sides(self._exchange)
        )
        foot = html_line(_NEXT, style=f"{MUTED};margin-top:6px")
        edge = GOOD if self._exchange.succeeded else BAD
        return panel(asked(self._exchange), code(self._answer), *folded, foot, edge=edge)


def _lines(headers: Headers) -> list[str]:
    return [
        f"{name}: {value}"
        for name, values in headers.items()
        if name.lower() not in _NOISE and not name.lower().startswith("cf-")
        for value in values
    ]
