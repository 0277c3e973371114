"""How far a run is, under a notebook's cell: for those that take long, and gone when it ends."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from devsession.notebook.kernel import running_kernel
from devsession.render import GOOD, html_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.http import Wait

_SHOWN_AFTER_SECONDS = 1.0
_SECONDS_BETWEEN = 0.5
_MANY = 1_000  # records, which take long enough to say so before the first outcome
_BAR = "max-width:480px;height:4px;border-radius:2px;margin-top:4px;background-color:{ground}"
_NOTHING = {"text/plain": "", "text/html": ""}


class NotebookProgress:
    """Looks on at a run; outside of a notebook it shows nothing.

    Its place under the cell is there from the beginning, empty for what takes no second, and empty
    again in the end: what a notebook keeps must not depend on how long a run took.
    """

    def __init__(self) -> None:
        self._total = self._answered = self._failed = 0
        self._begun = self._shown = monotonic()
        self._display: Any = None

    def staged(self, actions: Mapping[str, int], *, scanned: int, unchanged: int) -> None:
        """What the run offers."""
        del scanned, unchanged
        self._total = sum(actions.values())
        self._begun = self._shown = monotonic()
        if self._total and running_kernel():
            from IPython.display import display

            begun = progress_text(self._total, 0, 0, 0)
            shown = _picture(begun, 0) if self._total >= _MANY else _NOTHING
            self._display = display(shown, raw=True, display_id=True)

    def stored(self, answers: object, *, answered: int, failed: int) -> None:
        """Outcomes were stored."""
        del answers
        self._answered, self._failed = answered, failed
        now = monotonic()
        long_enough = now - self._begun > _SHOWN_AFTER_SECONDS
        if long_enough and now - self._shown > _SECONDS_BETWEEN and answered < self._total:
            self._shown = now
            text = progress_text(self._total, answered, failed, now - self._begun)
            self._show(_picture(text, answered / self._total))

    def waiting(self, wait: Wait) -> None:
        """A request waits for a rate limit."""
        now = monotonic()
        if wait.seconds > _SHOWN_AFTER_SECONDS and now - self._shown > _SECONDS_BETWEEN:
            self._shown = now
            text = progress_text(self._total, self._answered, self._failed, now - self._begun)
            self._show(_picture(f"{text}; {wait}", self._answered / max(self._total, 1)))

    def finished(self, summary: object, error: object) -> None:
        """The run has ended: what stands under the cell then is its summary."""
        del summary, error
        self._show(_NOTHING)

    def _show(self, picture: dict[str, str]) -> None:
        if self._display is not None:
            self._display.update(picture, raw=True)


def progress_text(total: int, answered: int, failed: int, seconds: float) -> str:
    """`1,200 of 20,000 records, 400 a second, 3 refused, 47 s left`."""
    rate = answered / seconds if seconds else 0
    parts = [f"{answered:,} of {total:,} records"]
    parts += [f"{rate:,.0f} a second"] if rate else []
    parts += [f"{failed:,} refused"] if failed else []
    parts += [f"{(total - answered) / rate:,.0f} s left"] if rate else []
    return ", ".join(parts)


def _picture(text: str, done: float) -> dict[str, str]:
    """The text says all; the bar is for a glance."""
    bar = f'<div style="{_BAR.format(ground=GOOD)};margin:0;width:{done:.1%}"></div>'
    track = f'<div style="{_BAR.format(ground="rgba(128, 128, 128, 0.25)")}">{bar}</div>'
    return {"text/plain": text, "text/html": html_line(text) + track}
