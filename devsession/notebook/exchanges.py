"""`scenario.http`: what was exchanged with the app, one row an exchange, each there to look into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar, overload

from devsession.notebook.exchange import ExchangeLike, answer
from devsession.render import counted, html_table, text_table

E = TypeVar("E", bound=ExchangeLike)
_HEADINGS = ("", "method", "url", "answer", "from")


class Exchanges(Sequence[E], Generic[E]):
    """Exchanges in their order; `[0]` is the first. The table tells the app from the tape."""

    def __init__(self, exchanges: Sequence[E]) -> None:
        self._exchanges = list(exchanges)

    @overload
    def __getitem__(self, at: int) -> E: ...
    @overload
    def __getitem__(self, at: slice) -> Exchanges[E]: ...
    def __getitem__(self, at: int | slice) -> E | Exchanges[E]:
        found = self._exchanges[at]
        return Exchanges(found) if isinstance(found, list) else found

    def __len__(self) -> int:
        return len(self._exchanges)

    def __repr__(self) -> str:
        title = counted(len(self), "exchange")
        return f"{title}\n{text_table(_HEADINGS, self._rows())}" if self else title

    def _repr_html_(self) -> str:
        return html_table(_HEADINGS, self._rows())

    def _rows(self) -> list[tuple[object, ...]]:
        return [
            (at, each.method, each.url, answer(each), "tape" if each.from_tape else "app")
            for at, each in enumerate(self._exchanges)
        ]
