"""What the notebook needs to know of an exchange with the app, and the words it uses for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class ExchangeLike(Protocol):
    """One request and its answer, redacted; `status` is None without one, `problem` says why.

    scope, execution: the cell or run that sent it, and which execution of one. began: seconds since
    some start, None when it is not known.
    """

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def request_headers(self) -> Mapping[str, list[str]]: ...
    @property
    def request_body(self) -> bytes: ...
    @property
    def status(self) -> int | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def problem(self) -> str: ...
    @property
    def response_headers(self) -> Mapping[str, list[str]]: ...
    @property
    def response_body(self) -> bytes: ...
    @property
    def seconds(self) -> float: ...
    @property
    def from_tape(self) -> bool: ...
    @property
    def scope(self) -> str: ...
    @property
    def execution(self) -> int: ...
    @property
    def began(self) -> float | None: ...


def answer(exchange: ExchangeLike) -> str:
    """`422 Unprocessable Entity`, or why there is no answer."""
    if exchange.status is None:
        return exchange.problem or "no answer"
    return f"{exchange.status} {exchange.reason}".strip()


def went_well(exchange: ExchangeLike) -> bool:
    """Whether the app answered, and not with an error."""
    return exchange.status is not None and exchange.status < 400  # noqa: PLR2004


def whole_seconds(exchange: ExchangeLike) -> int:
    """How long the app took, rounded down: outputs are compared, and must not tell two runs apart."""
    return int(exchange.seconds)
