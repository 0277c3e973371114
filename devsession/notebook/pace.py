"""When exchanges happened, in whole seconds: retries, waits, and which were out at once."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from devsession.notebook.exchange import whole_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.recording.exchange import Exchange

_TRY_AGAIN = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


@dataclass(frozen=True)
class Pace:
    """One exchange in time. start, width: of its bar, in units; wait: whole seconds before it.

    retry_of: the number of the exchange that it repeats. asked: the seconds of a Retry-After.
    """

    start: int
    width: int
    wait: int
    retry_of: int | None
    asked: str

    @property
    def note(self) -> str:
        """All that there is to say, in words."""
        facts = (
            f"retry of {self.retry_of}" if self.retry_of else "",
            f"waited {self.wait} s" if self.wait else "",
            f"took {self.width - 1} s" if self.width > 1 else "",
            f"Retry-After: {self.asked}" if self.asked else "",
        )
        return ", ".join(filter(None, facts))


def paces(exchanges: Sequence[Exchange]) -> list[Pace]:
    """The pace of each, in their order."""
    done: list[Pace] = []
    last: dict[object, int] = {}
    for at, exchange in enumerate(exchanges):
        before = [number for number in range(at) if _ended_before(exchanges[number], exchange)]
        wait = _wait([exchanges[number] for number in before], exchange)
        start = max((done[number].start + done[number].width for number in before), default=0)
        key = _in_one_run(exchange, exchange.method, exchange.url, exchange.request_body)
        same = last.get(key)
        retries = same is not None and _to_be_retried(exchanges[same])
        done.append(
            Pace(
                start + wait,
                1 + whole_seconds(exchange),
                wait,
                same + 1 if same is not None and retries else None,
                _asked(exchange),
            )
        )
        last[key] = at
    return done


def _in_one_run(exchange: Exchange, *parts: object) -> tuple[object, ...]:
    return exchange.scope, exchange.execution, *parts


def _ended_before(one: Exchange, other: Exchange) -> bool:
    """Whether an exchange was over when another began; without times they came one by one."""
    if one.began is None or other.began is None:
        return True
    return _end(one) <= other.began


def _end(exchange: Exchange) -> float:
    took = 0.0 if exchange.from_tape else exchange.seconds
    return (exchange.began or 0.0) + took


def _wait(before: Sequence[Exchange], exchange: Exchange) -> int:
    """Whole seconds from the last answer to the request, in one execution of a cell or run."""
    known = [
        _end(one)
        for one in before
        if one.began is not None and _in_one_run(one) == _in_one_run(exchange)
    ]
    if exchange.began is None or not known:
        return 0
    return int(exchange.began - max(known))


def _to_be_retried(exchange: Exchange) -> bool:
    status = exchange.status
    return status is None or status in _TRY_AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _asked(exchange: Exchange) -> str:
    """Seconds to wait; a date would differ in every run."""
    for name, values in exchange.response_headers.items():
        if name.lower() == "retry-after" and values and values[0].isdecimal():
            return f"{values[0]} s"
    return ""
