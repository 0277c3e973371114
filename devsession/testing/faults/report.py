"""How a plugin bears its app's faults: what was played, what held, and what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from devsession.render import BAD, GOOD, counted, first_of, html_line, html_report

_CALLS_NAMED = 8


@dataclass(frozen=True)
class KindResult:
    """One kind of fault: at how many of the calls that it fits it was played, and did not hold."""

    kind: str
    played: int
    fitting: int
    failed: int

    @property
    def line(self) -> str:
        """`500 at each of 5 calls: held`."""
        if not self.fitting:
            return f"{self.kind}: no call that it fits"
        each = "1 call" if self.fitting == 1 else f"each of {self.fitting:,} calls"
        calls = each if self.played == self.fitting else f"{self.played} of {self.fitting:,} calls"
        return f"{self.kind} at {calls}: {f'{self.failed} FAILED' if self.failed else 'held'}"


@dataclass(frozen=True)
class Finding:
    """What went wrong at one call, and at which other faults and calls it did as well.

    call: its number in the cassette, from 1 on; request: its method and address. what: what was
    wrong; detail: how, at this call. line: the author's.
    """

    kind: str
    call: int
    request: str
    what: str
    detail: str
    line: str
    next_step: str
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        line = f" ({self.line})" if self.line else ""
        detail = f": {self.detail}" if self.detail else ""
        lines = [f"{self.kind} at call {self.call}, {self.request}: {self.what}{detail}{line}"]
        lines += [f"  also: {'; '.join(self.also)}"] if self.also else []
        return "\n".join([*lines, f"  next: {self.next_step}"])


@dataclass(frozen=True)
class FaultReport:
    """How a scenario went under faults; true when all held.

    differs: why nothing was played: without any fault it is not as recorded already.
    """

    scenario: str
    calls: int
    kinds: tuple[KindResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    differs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return not (self.findings or self.differs)

    @property
    def played(self) -> int:
        """How many variants were."""
        return sum(each.played for each in self.kinds)

    @property
    def verdict(self) -> str:
        """How it went, in half a line."""
        if self.differs:
            return "no fault was played, for it differs from what was recorded"
        if not self.calls:
            return "no fault to play, as it calls nothing"
        kinds = sum(each.played > 0 for each in self.kinds)
        failed = sum(each.failed for each in self.kinds)
        ran = f"{counted(kinds, 'kind')} of faults at {counted(self.calls, 'call')}"
        return (
            f"{ran}, {counted(self.played, 'variant')}: {f'{failed} FAILED' if failed else 'held'}"
        )

    def __str__(self) -> str:
        head = f"{self.scenario}: {self.verdict}"
        if self.differs:
            step = "run_scenario(..), and mend that first"
            return "\n".join([head, f"  {self.differs[0]}", f"  next: {step}"])
        found = (f"  {each}".replace("\n", "\n  ") for each in self.findings)
        return "\n".join([head, *(f"  {each.line}" for each in self.kinds), *found])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *rest = str(self).split("\n")
        lines = (html_line(text, style="white-space:pre-wrap") for text in rest)
        return html_report(head, *lines, edge=GOOD if self else BAD)

    def to_dict(self) -> dict[str, Any]:
        """The same for scripts."""
        return {**asdict(self), "ok": bool(self), "played": self.played}


def joined(findings: list[Finding]) -> tuple[Finding, ...]:
    """Those that say the same of the same line as one, with the other faults and calls beside it."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for each in findings:
        alike.setdefault((each.what, each.line), []).append(each)
    return tuple(_joined(*each) for each in alike.values())


def _joined(first: Finding, *others: Finding) -> Finding:
    calls: dict[str, list[int]] = {}
    for each in others:
        calls.setdefault(each.kind, []).append(each.call)
    also = tuple(f"{kind} at {_named(found)}" for kind, found in calls.items())
    return replace(first, also=also)


def _named(calls: list[int]) -> str:
    return f"call{'s' if len(calls) > 1 else ''} {first_of(list(map(str, calls)), _CALLS_NAMED)}"
