"""`scenario.http`: what was exchanged with the app, one row an exchange, each there to look into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar, overload

from devsession.notebook.exchange import answer
from devsession.recording.exchange import Exchange
from devsession.render import (
    NEUTRAL,
    both_ends,
    counted,
    html_line,
    html_report,
    html_table,
    shortened,
    text_table,
)

E = TypeVar("E", bound=Exchange)
_HEADINGS = ("", "method", "url", "sent", "answer", "from")
_SHOWN = 100
_SENT = 40


class Exchanges(Sequence[E], Generic[E]):
    """Exchanges in their order; `[0]` is the first, `[-1]` the last, `[10:20]` some of them.

    The table shows the first hundred, and tells the app from the tape. empty: what is said beside it
    when there is none.
    """

    def __init__(
        self, exchanges: Sequence[E], *, numbers: Sequence[int] | None = None, empty: str = ""
    ) -> None:
        self._exchanges = list(exchanges)
        self._empty = empty
        self._numbers = list(range(len(self._exchanges)) if numbers is None else numbers)

    @overload
    def __getitem__(self, at: int) -> E: ...
    @overload
    def __getitem__(self, at: slice) -> Exchanges[E]: ...
    def __getitem__(self, at: int | slice) -> E | Exchanges[E]:
        if isinstance(at, slice):
            return Exchanges(self._exchanges[at], numbers=self._numbers[at])
        if not -len(self) <= at < len(self):
            raise IndexError(f"there is no exchange {at}: {counted(len(self), 'exchange')} so far")
        return self._exchanges[at]

    def __len__(self) -> int:
        return len(self._exchanges)

    @property
    def failed(self) -> Exchanges[E]:
        """Those that the app answered with an error, or not at all, under their own numbers."""
        failed = [at for at, each in enumerate(self._exchanges) if not each.succeeded]
        return Exchanges(
            [self._exchanges[at] for at in failed], numbers=[self._numbers[at] for at in failed]
        )

    def __repr__(self) -> str:
        title = counted(len(self), "exchange")
        table = text_table(_HEADINGS, self._rows()) if self else ""
        return "\n".join(part for part in (title, table, self._rest) if part)

    def _repr_html_(self) -> str:
        title = counted(len(self), "exchange")
        table = html_table(_HEADINGS, self._rows()) if self else ""
        return html_report(title, table, html_line(self._rest), edge=NEUTRAL)

    @property
    def _rest(self) -> str:
        if not self:
            return self._empty
        rest = len(self) - _SHOWN
        return f"and {counted(rest, 'more exchange')}: [{_SHOWN}:], .failed" if rest > 0 else ""

    def _rows(self) -> list[tuple[object, ...]]:
        return [
            (
                at,
                each.method,
                both_ends(each.url),
                _beginning(each.request_body),
                answer(each),
                "tape" if each.from_tape else "app",
            )
            for at, each in zip(self._numbers[:_SHOWN], self._exchanges, strict=False)
        ]


def _beginning(body: bytes) -> str:
    """What tells it from its equals; nothing of what is no text."""
    text = shortened(body[: 8 * _SENT].decode("utf-8", "replace"), _SENT)
    return text if text.isprintable() else ""
