"""What an app may do wrong at a call, and the answers it gives then: made of the recorded one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from devsession.testing.json_values import parsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.recording.exchange import Exchange

RETRY_AFTER_SECONDS = 3
# What stands for no answer: the reason of an exchange without a status.
RESET, TIMEOUT = "the app closed the connection", "the app did not answer in time"

_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


@dataclass(frozen=True)
class Kind:
    """A kind of fault.

    answers: those that a call gets before its recorded one; none where the kind does not fit.
    means: the app has done nothing (refused), nobody can know (silent), or it has done what it was
    asked and said so in a way that cannot be read (garbled).
    """

    name: str
    answers: Callable[[Exchange], tuple[Exchange, ...]]
    means: Literal["refused", "silent", "garbled"]


def _too_many(exchange: Exchange) -> tuple[Exchange, ...]:
    answer = _answered(exchange, 429, "Too Many Requests", "text/plain", b"Too Many Requests")
    wait = {"Retry-After": [str(RETRY_AFTER_SECONDS)]}
    return (replace(answer, response_headers={**answer.response_headers, **wait}),)


def _broken(exchange: Exchange) -> tuple[Exchange, ...]:
    return (_page(exchange, 500, "Internal Server Error"),)


def _unavailable_twice(exchange: Exchange) -> tuple[Exchange, ...]:
    return (_page(exchange, 503, "Service Unavailable"),) * 2


def _reset(exchange: Exchange) -> tuple[Exchange, ...]:
    return (_unanswered(exchange, RESET),)


def _timeout(exchange: Exchange) -> tuple[Exchange, ...]:
    return (_unanswered(exchange, TIMEOUT),)


def _truncated(exchange: Exchange) -> tuple[Exchange, ...]:
    """Half of a body that is JSON: of another one nobody could tell that it is cut off."""
    if not is_json(exchange):
        return ()
    body = exchange.response_body.rstrip()
    return (replace(exchange, response_body=body[: len(body) // 2], from_tape=False),)


def _wrong_type(exchange: Exchange) -> tuple[Exchange, ...]:
    """A page, as a gateway or a sign-in gives it, with the status of the recorded answer."""
    if not is_json(exchange) or exchange.status is None:
        return ()
    return (_page(exchange, exchange.status, exchange.reason or "Maintenance"),)


BEFORE_THE_ANSWER = (
    Kind("429 with Retry-After", _too_many, "refused"),
    Kind("500", _broken, "refused"),
    Kind("503 twice", _unavailable_twice, "refused"),
    Kind("connection reset", _reset, "silent"),
    Kind("timeout", _timeout, "silent"),
    Kind("truncated body", _truncated, "garbled"),
    Kind("HTML instead of JSON", _wrong_type, "garbled"),
)


def is_json(exchange: Exchange) -> bool:
    """Whether the answer is a JSON object or list: less of it is none."""
    return not exchange.bodiless and isinstance(parsed(exchange.response_body), dict | list)


def _page(exchange: Exchange, status: int, reason: str) -> Exchange:
    return _answered(exchange, status, reason, "text/html", _PAGE.format(reason).encode())


def _answered(
    exchange: Exchange, status: int, reason: str, content_type: str, body: bytes
) -> Exchange:
    return replace(
        exchange,
        status=status,
        reason=reason,
        response_headers={"Content-Type": [content_type], "Content-Length": [str(len(body))]},
        response_body=b"" if exchange.method == "HEAD" else body,
        compressed="",
        from_tape=False,
    )


def _unanswered(exchange: Exchange, problem: str) -> Exchange:
    return replace(
        exchange,
        status=None,
        reason="",
        response_headers={},
        response_body=b"",
        problem=problem,
        from_tape=False,
    )
