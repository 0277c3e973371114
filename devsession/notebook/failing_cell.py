"""Under the error of a failing cell: the last exchange with the app, which is often its cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.notebook.exchange import answered, asked, sides
from devsession.notebook.markup import MUTED, code
from devsession.render import BAD, counted, html_line, panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.recording.exchange import Exchange


def show_last_exchange(exchanges: Sequence[Exchange], *, failed: bool) -> None:
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

    def __init__(self, exchange: Exchange, *, of: int = 1) -> None:
        self._exchange = exchange
        which = f"The last of {counted(of, 'request')}" if of > 1 else "The request"
        self._title = f"{which} before the error"

    def __repr__(self) -> str:
        bodies = (f"{name}:\n{_indented(body)}" for name, _, body in sides(self._exchange))
        request, answer = asked(self._exchange), answered(self._exchange)
        return "\n".join([self._title, f"  {request}", f"  {answer}", *bodies])

    def _repr_html_(self) -> str:
        bodies = (
            html_line(name, style=f"{MUTED};margin-top:8px") + code(body)
            for name, _, body in sides(self._exchange)
        )
        head = code(f"{asked(self._exchange)}\n{answered(self._exchange)}")
        return panel(self._title, head, *bodies, edge=BAD)


def _indented(text: str) -> str:
    return "\n".join(f"  {part}" for part in text.splitlines())
