"""Under the error of a failing cell: the last exchange with the app, which is often its cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.notebook.exchange import answer, whole_seconds
from devsession.notebook.markup import BAD, MUTED, code, line, panel
from devsession.notebook.shown_body import shown_body
from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.notebook.exchange import ExchangeLike


def show_last_exchange(exchanges: Sequence[ExchangeLike], *, failed: bool) -> None:
    """Display the last of a cell's exchanges, when the cell failed and had any.

    Call it while the cell is still the one that runs (`CellEvents.on_cell_end`): then it stands in
    that cell's outputs, under the error.
    """
    if failed and exchanges:
        from IPython.display import display

        display(FailedExchange(exchanges[-1], of=len(exchanges)))


class FailedExchange:
    """One exchange in full: method, URL, answer, both bodies; long bodies are cut, and say so.

    `of` is how many exchanges the cell had. Nothing here tells a tape from the app: a cell's
    output is the same either way.
    """

    def __init__(self, exchange: ExchangeLike, *, of: int = 1) -> None:
        self._exchange = exchange
        which = f"The last of {counted(of, 'request')}" if of > 1 else "The request"
        self._title = f"{which} before the error"

    def __repr__(self) -> str:
        bodies = (f"{name}:\n{_indented(body)}" for name, body in self._bodies())
        return "\n".join([self._title, f"  {self._request}", f"  {self._answer}", *bodies])

    def _repr_html_(self) -> str:
        bodies = (
            line(name, style=f"{MUTED};margin-top:8px") + code(body)
            for name, body in self._bodies()
        )
        return panel(self._title, code(f"{self._request}\n{self._answer}"), *bodies, edge=BAD)

    @property
    def _request(self) -> str:
        return f"{self._exchange.method} {self._exchange.url}"

    @property
    def _answer(self) -> str:
        seconds = whole_seconds(self._exchange)
        return f"-> {answer(self._exchange)}" + (f", after {seconds} s" if seconds else "")

    def _bodies(self) -> list[tuple[str, str]]:
        """What was sent and what came back, named; an answer that never came has no body."""
        sent = [("Sent", shown_body(self._exchange.request_body))]
        came = [("Came back", shown_body(self._exchange.response_body))]
        return sent + (came if self._exchange.status is not None else [])


def _indented(text: str) -> str:
    return "\n".join(f"  {part}" for part in text.splitlines())
