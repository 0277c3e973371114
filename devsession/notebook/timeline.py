"""The HTTP timeline of a scenario: what was asked of the app, in order, and how it answered."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from devsession.notebook.exchange import answer, went_well, whole_seconds
from devsession.notebook.markup import BAD, GOOD, MUTED, line
from devsession.render import counted, text_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.notebook.exchange import ExchangeLike

_SHOWN = 100
_CELL = "padding:2px 12px 2px 0;text-align:left;vertical-align:middle;overflow-wrap:break-word"
_SHARES = (
    8,
    34,
    24,
    6,
)  # percent of the width, for method, path, answer, note; the bar has the rest


class Timeline:
    """Exchanges as a list and as a picture; the first hundred of them.

    A bar begins where the one before it ended. It is one unit wide, and one more for each whole
    second: shorter times differ from run to run, and would make equal runs look different. For the
    same reason it does not tell the tape from the app.
    """

    def __init__(self, exchanges: Sequence[ExchangeLike]) -> None:
        self._exchanges = list(exchanges)
        self._shown = self._exchanges[:_SHOWN]
        several_hosts = len({urlsplit(exchange.url).netloc for exchange in self._exchanges}) > 1
        self._places = [_place(exchange.url, host=several_hosts) for exchange in self._shown]

    def __repr__(self) -> str:
        if not self._exchanges:
            return self._title
        rows = [
            (number, exchange.method, place, answer(exchange), _note(exchange))
            for number, (exchange, place) in enumerate(
                zip(self._shown, self._places, strict=True), start=1
            )
        ]
        table = text_table(("", "method", "path", "answer", "note"), rows)
        return "\n".join(part for part in (self._title, table, self._rest) if part)

    def _repr_html_(self) -> str:
        units = [1 + whole_seconds(exchange) for exchange in self._shown]
        total = sum(units)
        rows = "".join(
            _row(exchange, place, start=100 * sum(units[:at]) / total, width=100 * unit / total)
            for at, (exchange, place, unit) in enumerate(
                zip(self._shown, self._places, units, strict=True)
            )
        )
        table = (
            f'<table style="width:100%;max-width:960px;margin:0;table-layout:fixed">{rows}</table>'
        )
        return line(self._title, style="font-weight:bold") + table + line(self._rest, style=MUTED)

    @property
    def _title(self) -> str:
        return f"HTTP timeline: {counted(len(self._exchanges), 'request')}"

    @property
    def _rest(self) -> str:
        rest = len(self._exchanges) - len(self._shown)
        return f"and {counted(rest, 'more request')}" if rest else ""


def _place(url: str, *, host: bool) -> str:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc if host else ''}{parts.path or '/'}{query}"


def _note(exchange: ExchangeLike) -> str:
    seconds = whole_seconds(exchange)
    return f"{seconds} s" if seconds else ""


def _row(exchange: ExchangeLike, place: str, *, start: float, width: float) -> str:
    colour = GOOD if went_well(exchange) else BAD
    bar = (
        f'<div style="margin-left:{start:.2f}%;width:{width:.2f}%;min-width:3px;height:10px;'
        f'border-radius:3px;background-color:{colour}"></div>'
    )
    cells = (exchange.method, place, answer(exchange), _note(exchange))
    texts = "".join(
        f'<td style="{_CELL};width:{share}%">{escape(text)}</td>'
        for text, share in zip(cells, _SHARES, strict=True)
    )
    return f'<tr>{texts}<td style="{_CELL}">{bar}</td></tr>'
