"""The words that the notebook has for an exchange with the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.notebook.shown_body import shown_body

if TYPE_CHECKING:
    from devsession.recording.exchange import Exchange, Headers


def asked(exchange: Exchange) -> str:
    """`POST https://..`."""
    return f"{exchange.method} {exchange.url}"


def answer(exchange: Exchange) -> str:
    """`422 Unprocessable Entity`, or why there is no answer."""
    if exchange.status is None:
        return exchange.problem or "no answer"
    return f"{exchange.status} {exchange.reason}".strip()


def answered(exchange: Exchange) -> str:
    """The answer, and after how long it came, where that is a second or more."""
    seconds = whole_seconds(exchange)
    return f"-> {answer(exchange)}" + (f", after {seconds} s" if seconds else "")


def sides(exchange: Exchange) -> list[tuple[str, Headers, str]]:
    """What was sent and what came back, named: headers and body; no answer has neither."""
    sent = ("Sent", exchange.request_headers, shown_body(exchange.request_body))
    came = ("Came back", exchange.response_headers, shown_body(exchange.response_body))
    return [sent] if exchange.status is None else [sent, came]


def whole_seconds(exchange: Exchange) -> int:
    """How long the app took, rounded down: outputs are compared, and must not tell two runs apart."""
    return int(exchange.seconds)
