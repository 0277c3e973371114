"""The rules that inbound records and states keep. Each has an id, one small function, and a fix.

An error is what would be lost, or would lie, once it is stored: it refuses the page, before
anything of it is kept. A warning is what is kept whole and worth a look:

- I03, a key twice: apps change records while they are read, so that pages overlap; the last counts.
- I06, records behind the last state: they are stored, and the next run reads them once more.
- I07, a value against the json_schema: RECORD_DATA has it as it came, only a typed view has null.
- I13, a stream without an end: only its app knows whether there was more.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from devsession.errors import StreamError
from devsession.plugin.record_json import as_json
from devsession.plugin.record_key import at
from devsession.plugin.report import Finding, Report, Severity
from devsession.plugin.stream_page import NAMED_ROWS, Page
from devsession.plugin.streams import InboundSyncStrategy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_WIDEST = 160

# Source: Snowflake's documentation, semi-structured data types: what a VARIANT holds at most.
LARGEST_RECORD = 16 * 1024 * 1024


@dataclass(frozen=True)
class Broken:
    """How a rule is broken: by which rows of a page, any detail, and at which field of a record."""

    rows: tuple[int, ...] = ()
    detail: str = ""
    path: str = ""


@dataclass(frozen=True)
class Rule:
    """`title` says what is wrong when `broken` finds something, `fix` what to do about it."""

    id: str
    title: str
    fix: str
    severity: Severity = "error"

    def finding(
        self,
        column: str,
        *,
        rows: tuple[str, ...] = (),
        count: int = 0,
        detail: str = "",
    ) -> Finding:
        """What a report says. column: the stream, and the field where there is one."""
        message = f"{self.title} ({detail})" if detail else self.title
        return Finding(self.id, self.severity, rows, count, column, message, self.fix)


@dataclass(frozen=True)
class PageRule(Rule):
    """A rule that a page is judged by."""

    broken: Callable[[Page], Iterable[Broken]] = field(kw_only=True)


def _no_records(page: Page) -> Iterator[Broken]:
    if page.misshapen:
        yield Broken(detail=page.misshapen)


def _no_json(page: Page) -> Iterator[Broken]:
    rows = page.unwritable
    if rows:
        first = next(iter(rows.values()))
        yield Broken(tuple(rows), detail=page.secrets.shown(str(first), _WIDEST), path=first.path)


def _missing_key(page: Page) -> Iterator[Broken]:
    rows = page.keyless
    if rows:
        row, error = next(iter(rows.items()))
        yield Broken(tuple(rows), detail=f"{error.problem}; the record: {page.shown(row)}")
    if not page.stream.key and len(page.present) < len(page):
        gone = set(range(len(page))) - set(page.present)
        detail = (
            "the stream has none, so that it cannot say which is deleted: delete_by_criteria can"
        )
        yield Broken(tuple(sorted(gone)), detail=detail)


def _state_is_no_object(page: Page) -> Iterator[Broken]:
    if page.state_problem:
        yield Broken(detail=page.secrets.shown(page.state_problem, _WIDEST))


def _cursor_goes_back(page: Page) -> Iterator[Broken]:
    cursor, before = page.stream.cursor, page.before
    if cursor is None or page.stream.sync_strategy is not InboundSyncStrategy.INCREMENTAL:
        return
    old, new = at(before, cursor), at(page.state, cursor)
    if is_earlier(new, old):
        told = page.secrets.shown(f"from {old} to {new}", _WIDEST)
        yield Broken(detail=told, path=".".join(cursor))


def _too_large(page: Page) -> Iterator[Broken]:
    largest = max(map(len, page.texts), default=0)
    if largest > LARGEST_RECORD:
        rows = tuple(row for row, text in enumerate(page.texts) if len(text) > LARGEST_RECORD)
        yield Broken(rows, detail=f"{largest / 1024 / 1024:.1f} MB of {LARGEST_RECORD >> 20}")


def _secret(page: Page) -> Iterator[Broken]:
    rows = page.holding_secrets()
    if rows:
        yield Broken(tuple(rows))
    if page.state is not None and page.secrets.held_by(as_json(page.state)):
        yield Broken(detail="in the state")


def _breaks_schema(page: Page) -> Iterator[Broken]:
    if page.schema is None or not len(page):
        return
    if page.schema.problem:
        yield Broken(detail=page.secrets.shown(f"it is no schema: {page.schema.problem}", _WIDEST))
    rows = page.present
    records, texts = [page.records[row] for row in rows], [page.texts[row] for row in rows]
    for breach in page.schema.breaches(records, texts, page.types):
        problem = page.secrets.shown(breach.problem, _WIDEST)
        yield Broken(tuple(rows[row] for row in breach.rows), detail=problem, path=breach.path)


STATE_IS_NO_OBJECT = PageRule(
    "I04",
    "a state is not a JSON object",
    "make it a dict of plain values, for example {'updated_at': ..}",
    broken=_state_is_no_object,
)
SECRET = PageRule(
    "I09",
    "a live secret stands in what is to be stored",
    "take it out before it is enqueued",
    broken=_secret,
)

SHAPE_RULES = (
    PageRule(
        "I10",
        "results come as a list of dicts or as a pandas DataFrame",
        "request.enqueue_results(stream_name, [{..}, ..], new_state)",
        broken=_no_records,
    ),
    PageRule(
        "I11",
        "a value has no JSON form",
        "make it a text, a number, or what else help(devsession.plugin.record_json) lists",
        broken=_no_json,
    ),
)

PAGE_RULES = (
    PageRule(
        "I02",
        "a record has no key",
        "enqueue records with their key, or give the stream the key that they have",
        broken=_missing_key,
    ),
    STATE_IS_NO_OBJECT,
    PageRule(
        "I05",
        "the state's cursor goes backwards",
        "keep the largest cursor seen: a state covers all that was enqueued before",
        broken=_cursor_goes_back,
    ),
    PageRule(
        "I07",
        "a value breaks the json_schema",
        "correct json_schema in inbound_stream_list, or the value",
        "warning",
        broken=_breaks_schema,
    ),
    PageRule(
        "I08",
        "a record is too large for a column of the warehouse",
        "leave out what nobody reads, or make a stream of its parts",
        broken=_too_large,
    ),
    SECRET,
)

UNKNOWN_STREAM = Rule(
    "I01", "the stream is not one of this run", "take the names from request.streams"
)
REPEATED_KEY = Rule(
    "I03",
    "a key stands in several records of one checkpoint, and the last one counts",
    "when one page has it twice, look whether the key needs another field",
    "warning",
)
UNCOVERED = Rule(
    "I06",
    "records came after the last state, so the next run reads them again",
    "enqueue the last page with its new_state, or call enqueue_state at the end",
    "warning",
)
ENDED_ALREADY = Rule(
    "I12",
    "the stream was marked complete, and more came for it",
    "call mark_stream_complete behind the last page",
)
NO_END = Rule(
    "I13",
    "the stream was never marked complete",
    "call request.mark_stream_complete(stream_name) when it is read to its end",
    "warning",
)
REFUSED_BEFORE = Rule(
    "I14",
    "what came before for this stream was refused, and a later state would cover it",
    "correct what was wrong with it, and run again",
)

NO_CRITERIA = Rule(
    "I15",
    "criteria are a dict with a field and its value at least",
    "request.delete_by_criteria(stream_name, {'list_id': 7}, new_state)",
)


class Findings:
    """What was found in all pages of a run: of each rule and column one finding, counted together."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Finding] = {}
        self._lock = Lock()

    def add(self, finding: Finding) -> None:
        """Take one more, from any thread."""
        with self._lock:
            key = finding.rule, finding.column
            known = self._found.get(key)
            if known is not None:
                rows = (*known.rows, *finding.rows)[:NAMED_ROWS]
                finding = replace(known, rows=rows, count=known.count + finding.count)
            self._found[key] = finding

    def report(self, title: str, checked: int) -> Report:
        """All of them, by rule."""
        with self._lock:
            found = sorted(self._found.values(), key=lambda finding: finding.rule)
        return Report(title, tuple(found), checked, error=StreamError)


def check_page(page: Page) -> Report:
    """Check a page and the state that came with it against every rule that looks at a page."""
    name = page.stream.stream_name
    title, checked = f"stream {name!r}", len(page)
    for rule in SHAPE_RULES:
        if found := _findings(rule, page):
            return Report(title, tuple(found), checked, error=StreamError)
    every = [finding for rule in PAGE_RULES for finding in _findings(rule, page)]
    return Report(title, tuple(every), checked, error=StreamError)


def is_earlier(new: object, old: object) -> bool:
    """Whether a cursor is before another one: numbers, texts of digits, dates and times.

    What cannot be compared is not earlier: a cursor may be the app's own riddle.
    """
    one, other = _ordered(new), _ordered(old)
    if one is None or other is None or one[0] != other[0]:
        return False
    return bool(one[1] < other[1])


def _ordered(cursor: object) -> tuple[str, Any] | None:
    """What a cursor is ordered by, and among which others."""
    if isinstance(cursor, int | float) and not isinstance(cursor, bool):
        return "number", cursor
    if not isinstance(cursor, str):
        return None
    if cursor.isdecimal():
        return "digits", int(cursor)
    try:
        moment = datetime.fromisoformat(cursor)
    except ValueError:
        return None
    return ("moment" if moment.tzinfo else "local time"), moment


def _findings(rule: PageRule, page: Page) -> list[Finding]:
    name = page.stream.stream_name
    return [
        rule.finding(
            page.secrets.shown(f"{name}.{broken.path}" if broken.path else name, _WIDEST),
            rows=page.named(broken.rows),
            count=len(broken.rows),
            detail=broken.detail,
        )
        for broken in rule.broken(page)
    ]
