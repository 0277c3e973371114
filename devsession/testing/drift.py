"""What the app answers differently from its recording, field by field."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from devsession.plugin.request_matching import RequestMatching
from devsession.recording.differences import differing_values, written_place
from devsession.recording.exchange import header
from devsession.recording.shown_values import NOTHING, short
from devsession.render import BAD, GOOD, counted, html_line, html_report, html_table
from devsession.testing.bound import bare_ids, bound_to_differ, is_hidden
from devsession.testing.pairing import pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pandas import DataFrame

    from devsession.recording.exchange import Exchange

Kind = Literal[
    "missing",
    "new",
    "other type",
    "other value",
    "no answer",
    "not sent",
    "not recorded",
    "raised",
]
_HEADERS = ("content-type", "location", "retry-after")
_HEADINGS = ("exchange", "request", "place", "kind", "recorded", "live", "count", "bound")
_SHOWN = 20
_RELIES = (
    "if the app holds other records than it did, nothing; else mend plugin.py where it relies on "
    "this"
)
_THEN = "then scenario.run() and scenario.complete()"
_SUCCESS = range(200, 300)


@dataclass(frozen=True)
class Difference:
    """One place where the app answered differently; `count` places of one list, the first is named.

    exchange: the number of the recorded exchange, 0 when there is none. bound: it is of a kind that
    differs each time (an id, a moment, a token), so it is no drift.
    """

    exchange: int
    request: str
    place: str
    kind: Kind
    recorded: str = ""
    live: str = ""
    count: int = 1
    bound: bool = False

    def __str__(self) -> str:
        more = f" (and {self.count - 1:,} more like it)" if self.count > 1 else ""
        return f"{self.place}: {self._text()}{more}" if self.place else self._text()

    def _text(self) -> str:
        told: dict[Kind, str] = {
            "missing": f"missing, recorded {self.recorded}",
            "new": f"{self.live}, recorded without it",
            "not sent": f"not sent now, recorded {self.recorded}",
            "not recorded": f"sent now and not recorded, answered {self.live}",
            "no answer": f"{self.live}, recorded {self.recorded}",
            "raised": self.live,
        }
        return told.get(self.kind, f"{self.live}, recorded {self.recorded}")


@dataclass(frozen=True)
class DriftReport:
    """How the app answered now; true when nothing has drifted.

    compared: how many pairs of a recorded and a live answer. differences: all of them, those that
    are bound to be there as well.
    """

    scenario: str
    compared: int
    differences: tuple[Difference, ...]

    @property
    def drifted(self) -> tuple[Difference, ...]:
        """What an app does not do by itself: somebody has changed it."""
        return tuple(each for each in self.differences if not each.bound)

    @property
    def bound(self) -> tuple[Difference, ...]:
        """Ids, moments and tokens, which are others each time."""
        return tuple(each for each in self.differences if each.bound)

    def __bool__(self) -> bool:
        return not self.drifted

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        found = "as recorded" if self else counted(_count(self.drifted), "difference")
        parts = [f"{self.scenario}: {found}", f"{counted(self.compared, 'exchange')} compared"]
        if self.bound:
            parts.append(f"{counted(_count(self.bound), 'value')} bound to differ")
        return ", ".join(parts)

    def text(self, *, values: bool = False) -> str:
        """The report; values: with what is bound to differ."""
        lines = [self.headline, *_lines(self.drifted)]
        if values and self.bound:
            lines += ["  bound to differ:", *_lines(self.bound)]
        if not self:
            lines.append(f"  next: {_RELIES},\n  {_THEN}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [(each.exchange or "-", each.request, str(each)) for each in self.drifted[:_SHOWN]]
        table = [html_table(("exchange", "request", "what differs"), rows)] if rows else []
        hidden = len(self.drifted) - len(rows)
        more = [html_line(f"and {hidden:,} more: .to_frame()")] if hidden else []
        notes = [] if self else [html_line(f"next: {_RELIES}, {_THEN}", style="margin-top:6px")]
        return html_report(self.headline, *table, *more, *notes, edge=GOOD if self else BAD)

    def to_frame(self) -> DataFrame:
        """One row a difference: exchange, request, place, kind, recorded, live, count, bound."""
        from pandas import DataFrame

        rows = [[getattr(each, name) for name in _HEADINGS] for each in self.differences]
        return DataFrame(rows, columns=list(_HEADINGS))

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "scenario": self.scenario,
            "drifted": not self,
            "compared": self.compared,
            "differences": [vars(each) for each in self.drifted],
            "bound": [vars(each) for each in self.bound],
        }


def compare(
    recorded: Sequence[Exchange],
    live: Sequence[Exchange],
    *,
    scenario: str = "",
    matching: RequestMatching | None = None,
) -> DriftReport:
    """The answers of a recording and those of a live pass over the same input.

    Both redacted; only answers are compared. matching: what the plugin declares to ignore in
    requests. Status, content type, redirects, waits and bodies count.
    """
    found: list[Difference] = []
    compared = 0
    numbers = {id(exchange): number for number, exchange in enumerate(recorded, 1)}
    for ours, theirs in pairs(recorded, live, matching or RequestMatching()):
        number = numbers.get(id(ours), 0)
        if ours is not None and theirs is not None:
            compared += 1
            found += _grouped(_answers(number, ours, theirs))
        elif ours is not None:
            found.append(_alone(number, ours, "not sent"))
        elif theirs is not None:
            found.append(_alone(0, theirs, "not recorded"))
    return DriftReport(scenario, compared, tuple(found))


def raised(what: str) -> Difference:
    """The plugin did not come to its end with these answers."""
    return Difference(0, "", "", "raised", live=what)


def _alone(number: int, exchange: Exchange, kind: Kind) -> Difference:
    answer = exchange.answer
    polled = exchange.reads and exchange.status in _SUCCESS and kind == "not recorded"
    ours, theirs = (answer, "") if kind == "not sent" else ("", answer)
    # How often a loop asks until something is done is a matter of time.
    asked = _asked(exchange)
    return Difference(number, asked, "", kind, recorded=ours, live=theirs, bound=polled)


def _answers(number: int, recorded: Exchange, live: Exchange) -> Iterator[Difference]:
    base = Difference(number, _asked(recorded), "status", "other value")
    if live.status is None:
        yield replace(
            base, place="", kind="no answer", live=live.problem, recorded=str(recorded.status)
        )
        return
    if live.status != recorded.status:
        yield replace(base, live=str(live.status), recorded=str(recorded.status))
    for name in _HEADERS:
        yield from _header(base, name, recorded, live)
    if (live.status in _SUCCESS) != (recorded.status in _SUCCESS):
        # An error has none of the fields of a success: to list them all tells nothing.
        said = short(live.response_body)
        yield replace(base, place="body", live=said, recorded=short(recorded.response_body))
        return
    yield from _bodies(base, recorded, live)


def _header(
    base: Difference, name: str, recorded: Exchange, live: Exchange
) -> Iterator[Difference]:
    ours, theirs = header(recorded.response_headers, name), header(live.response_headers, name)
    if name == "content-type":
        ours, theirs = ("".join(each.lower().split()) for each in (ours, theirs))
    if ours != theirs:
        yield _different(
            replace(base, place=f"header {name}"), name, ours or NOTHING, theirs or NOTHING
        )


def _bodies(base: Difference, recorded: Exchange, live: Exchange) -> Iterator[Difference]:
    if recorded.response_body == live.response_body:
        return
    sent = [_sent(recorded), _sent(live)]
    bodies = _read(recorded.response_body), _read(live.response_body)
    for path, ours, theirs in differing_values(*bodies, _is_same):
        here = replace(base, place=written_place("body", path))
        if isinstance(ours, list) and isinstance(theirs, list):
            items = [counted(len(each), "item") for each in (ours, theirs)]
            yield replace(here, recorded=items[0], live=items[1])
            continue
        name = next((step for step in reversed(path) if isinstance(step, str)), "")
        found = _different(here, name, ours, theirs)
        bound = found.bound or bare_ids(path, ours, theirs, reads=recorded.reads)
        # What both requests sent is no value of the app's own making.
        yield replace(found, bound=bound and not _echoed(ours, sent))


def _sent(exchange: Exchange) -> str:
    """What a request says; its address has digits of its own."""
    url = urlsplit(exchange.url)
    return "\n".join([exchange.request_body.decode("utf-8", "replace"), url.path, url.query])


def _echoed(value: Any, sent: list[str]) -> bool:
    """Whether all of them say a text, and not in the midst of a longer word or number."""
    return isinstance(value, str) and all(
        re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) for text in sent
    )


def _is_same(ours: Any, theirs: Any) -> bool:
    """Python takes True for 1, in a list too."""
    is_leaf = not isinstance(ours, dict | list)
    return is_leaf and (type(ours) is bool) == (type(theirs) is bool) and bool(ours == theirs)


def _different(base: Difference, name: str, recorded: Any, live: Any) -> Difference:
    if live is NOTHING:
        return replace(base, kind="missing", recorded=short(recorded))
    if recorded is NOTHING:
        return replace(base, kind="new", live=short(live))
    # What stands where a secret stood is one too, that perhaps nobody has told us of.
    shown = "another secret" if is_hidden(recorded) else short(live)
    told = replace(base, recorded=short(recorded), live=shown)
    if _type(recorded) != _type(live):
        return replace(told, kind="other type")
    return replace(told, kind="other value", bound=bound_to_differ(name, recorded, live))


def _grouped(found: Iterator[Difference]) -> list[Difference]:
    """One for all items of a list that differ in the same field in the same way."""
    first: dict[tuple[str, Kind, bool], Difference] = {}
    for each in found:
        key = _any_item(each.place), each.kind, each.bound
        known = first.get(key)
        first[key] = replace(known, count=known.count + 1) if known else each
    return list(first.values())


def _any_item(place: str) -> str:
    return re.sub(r"\[\d+\]", "[*]", place)


def _lines(differences: Sequence[Difference]) -> list[str]:
    lines: list[str] = []
    before = ""
    for each in differences[:_SHOWN]:
        told = f"exchange {each.exchange}, {each.request}" if each.exchange else each.request
        if told and told != before:
            lines.append(f"  {told}")
        before = told
        lines.append(("    " if told else "  ") + str(each).replace("\n", "\n    "))
    hidden = len(differences) - _SHOWN
    return [*lines, *([f"  and {hidden:,} more"] if hidden > 0 else [])]


def _count(differences: Sequence[Difference]) -> int:
    return sum(each.count for each in differences)


def _asked(exchange: Exchange) -> str:
    return f"{exchange.method} {exchange.url}"


def _read(body: bytes) -> Any:
    """What a body says: JSON, else its text, or nothing."""
    if not body:
        return NOTHING
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "backslashreplace")


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "a truth value"
    if value is None:
        return "null"
    kinds: dict[type, str] = {str: "text", dict: "an object", list: "a list"}
    return kinds.get(type(value), "a number")
