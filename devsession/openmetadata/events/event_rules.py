"""The rules of a handler's outcomes: those of any outcomes, and what is odd about the events."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from devsession.errors import did_you_mean
from devsession.openmetadata.model.change_event import EVENT_TYPES
from devsession.plugin.outcome_rules import check_outcomes
from devsession.plugin.report import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pandas import DataFrame

    from devsession.openmetadata.model.change_event import ChangeEvent
    from devsession.plugin.outcome_case import FindSecret
    from devsession.plugin.outcomes import Outcomes
    from devsession.plugin.report import Report

_NAMED = 5


def check_event_outcomes(
    outcomes: DataFrame | Outcomes,
    events: Sequence[ChangeEvent],
    *,
    takes: Callable[[ChangeEvent], bool],
    find_secret: FindSecret | None = None,
) -> Report:
    """Check a handler's outcomes: one for each event that it takes, and every other rule.

    takes: whether the handler takes an event.
    """
    from pandas import DataFrame

    taken = list(dict.fromkeys(event.id for event in events if takes(event)))
    records = DataFrame({"IDENTIFIER": taken, "SYNC_ACTION": "Send"}, dtype=object)
    report = check_outcomes(
        outcomes, records, strategy="Send", find_secret=find_secret, thing="event"
    )
    odd = (_unknown_types(events), _none_taken(events, taken), _repeated(events))
    found = (*report.findings, *filter(None, odd))
    return replace(report, findings=found, thing="event")


def _unknown_types(events: Sequence[ChangeEvent]) -> Finding | None:
    odd = [each for each in events if each.event_type not in EVENT_TYPES]
    types = dict.fromkeys(each.event_type for each in odd)
    told = "; ".join(f"{each!r}, {did_you_mean(each, EVENT_TYPES)}" for each in types)
    message = f"an event of a type that is not known ({told})"
    fix = "nothing, where a newer catalog sends it; else mend its eventType"
    return _warning("E01", [each.id for each in odd], message, fix)


def _none_taken(events: Sequence[ChangeEvent], taken: list[str]) -> Finding | None:
    if taken or not events:
        return None
    fix = "look at event_types and entity_types of the handler; scenario.events tells what came"
    return _warning(
        "E02", [each.id for each in events], "the handler takes none of the events", fix
    )


def _repeated(events: Sequence[ChangeEvent]) -> Finding | None:
    counts = Counter(each.id for each in events)
    again = [each for each, times in counts.items() if times > 1]
    return _warning(
        "E03",
        again,
        "an event came again, and is handed over once",
        "nothing: a catalog repeats what was not answered in time",
    )


def _warning(rule: str, ids: list[str], message: str, fix: str) -> Finding | None:
    if not ids:
        return None
    return Finding(rule, "warning", tuple(ids[:_NAMED]), len(ids), "-", message, fix)
