"""The HTTP timeline of a scenario: what was asked of the app, in order, and how it answered."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from devsession.notebook.exchange import answer
from devsession.notebook.markup import MUTED
from devsession.notebook.pace import Pace, paces
from devsession.render import (
    BAD,
    GOOD,
    NEUTRAL,
    both_ends,
    counted,
    html_line,
    html_report,
    text_table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.recording.exchange import Exchange

_SHOWN = 100
_CELL = "padding:2px 12px 2px 0;text-align:left;vertical-align:middle;overflow-wrap:break-word"
# Widths of method, which stays in one line, path, answer, note; the bar has the rest.
_WIDTHS = ("5.5em;white-space:nowrap", "34%", "24%", "6%")
_WITH_NOTES = ("7em;white-space:nowrap", "28%", "22%", "16%")
_WAITING = "rgba(128, 128, 128, 0.25)"


class Timeline:
    """Exchanges as a list and as a picture; the first hundred of them.

    Each says whether it is a retry of an earlier one, how long the code had waited before it, and
    what the app asked it to wait (`Retry-After`). A bar begins where those that had ended before it
    end; requests of several threads that were out at once lie beside each other. A bar is one unit
    wide, and one more for each whole second, and so is a wait: shorter times differ from run to run,
    and would make equal runs look different, whose outputs are compared. For the same reason it does
    not tell the tape from the app. Time between two cells is no wait.
    """

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._exchanges = list(exchanges)
        self._shown = self._exchanges[:_SHOWN]
        self._paces = paces(self._shown)
        several_hosts = len({urlsplit(exchange.url).netloc for exchange in self._exchanges}) > 1
        self._places = [_place(exchange.url, host=several_hosts) for exchange in self._shown]

    def __repr__(self) -> str:
        if not self._exchanges:
            return self._title
        rows = [
            (number, exchange.method, place, answer(exchange), pace.note)
            for number, (exchange, place, pace) in enumerate(self._rows, start=1)
        ]
        table = text_table(("", "method", "path", "answer", "note"), rows)
        return "\n".join(part for part in (self._title, table, self._rest) if part)

    def _repr_html_(self) -> str:
        total = max((pace.start + pace.width for pace in self._paces), default=1)
        has_notes = any(pace.note for pace in self._paces)
        rows = "".join(
            _row(*row, total, number if has_notes else None)
            for number, row in enumerate(self._rows, start=1)
        )
        table = f'<table style="width:100%;margin:0;table-layout:fixed">{rows}</table>'
        rest = html_line(self._rest, style=MUTED)
        return html_report(self._title, table, rest, edge=NEUTRAL)

    @property
    def _rows(self) -> list[tuple[Exchange, str, Pace]]:
        return list(zip(self._shown, self._places, self._paces, strict=True))

    @property
    def _title(self) -> str:
        retries = sum(pace.retry_of is not None for pace in self._paces)
        waited = sum(pace.wait for pace in self._paces)
        facts = [
            counted(len(self._exchanges), "request"),
            f"{retries} of them {'a retry' if retries == 1 else 'retries'}" if retries else "",
            f"{waited} s waited" if waited else "",
        ]
        return f"HTTP timeline: {', '.join(filter(None, facts))}"

    @property
    def _rest(self) -> str:
        rest = len(self._exchanges) - len(self._shown)
        return f"and {counted(rest, 'more request')}" if rest else ""


def _place(url: str, *, host: bool) -> str:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return both_ends(f"{parts.netloc if host else ''}{parts.path or '/'}{query}")


def _row(exchange: Exchange, place: str, pace: Pace, total: int, number: int | None) -> str:
    """number: for notes, which refer to it."""
    widths = _WITH_NOTES if number else _WIDTHS
    method = f"{number} {exchange.method}" if number else exchange.method
    cells = (method, place, answer(exchange), pace.note)
    texts = "".join(
        f'<td style="{_CELL};width:{width}">{escape(text)}</td>'
        for text, width in zip(cells, widths, strict=True)
    )
    colour = GOOD if exchange.succeeded else BAD
    return f'<tr>{texts}<td style="{_CELL}">{_bar(pace, colour, total)}</td></tr>'


def _bar(pace: Pace, colour: str, total: int) -> str:
    """The time that the app took, behind the wait for it."""
    if not pace.wait:
        return _block(100 * pace.start / total, f"width:{100 * pace.width / total:.2f}%;", colour)
    whole = pace.wait + pace.width
    took = _block(100 * pace.wait / whole, "", colour)
    return (
        f'<div style="margin-left:{100 * (pace.start - pace.wait) / total:.2f}%;'
        f'width:{100 * whole / total:.2f}%;border-radius:3px;background-color:{_WAITING}">{took}</div>'
    )


def _block(left: float, width: str, colour: str) -> str:
    return (
        f'<div style="margin-left:{left:.2f}%;{width}min-width:3px;height:10px;'
        f'border-radius:3px;background-color:{colour}"></div>'
    )
