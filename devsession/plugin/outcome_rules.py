"""The rules that outcomes keep. Each has an id, one small function, and a fix.

Of the rules about the shape of the frame only the first broken one is reported: a frame of the wrong
shape is not read further. Then come its rows, and its rows against the records that were sent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc
from pandas import DataFrame

from devsession.plugin.outcome_case import Broken, Case
from devsession.plugin.outcomes import (
    APP_IDENTIFIER,
    IDENTIFIER,
    OUTCOME_COLUMNS,
    RESULT,
    SUCCESS,
    Outcomes,
)
from devsession.plugin.report import Finding, Report, Severity
from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pandas import Series

    from devsession.plugin.outcome_case import FindSecret


def _no_frame(case: Case) -> Broken | None:
    if isinstance(case.given, DataFrame):
        return None
    return Broken(0, detail=f"but {type(case.given).__name__}")


def _empty(case: Case) -> Broken | None:
    expected = len(case.records)
    if len(case.table) or not expected:
        return None
    return Broken(0, detail=f"for {counted(expected, 'record')}")


def _missing_columns(case: Case) -> Broken | None:
    required = (IDENTIFIER, SUCCESS, RESULT)
    missing = [name for name in required if len(case.table) and not case.table.places(name)]
    return Broken(0, detail="; ".join(map(case.hint, missing))) if missing else None


def _repeated_columns(case: Case) -> Broken | None:
    repeated = [name for name in OUTCOME_COLUMNS if len(case.table.places(name)) > 1]
    return Broken(0, detail=", ".join(repeated)) if repeated else None


def _null_identifier(case: Case) -> Broken | None:
    return case.rows(case.table.identifiers.is_null().to_numpy(zero_copy_only=False))


def _repeated_identifier(case: Case) -> Broken | None:
    return case.rows(case.repeats)


def _undecided(case: Case) -> Broken | None:
    decided = case.table.decided
    return case.rows(~decided, case.types(SUCCESS, ~decided))


def _result_is_no_object(case: Case) -> Broken | None:
    fits = case.table.results.fits
    return case.rows(~fits, case.types(RESULT, ~fits))


def _unexplained_failure(case: Case) -> Broken | None:
    return case.rows(~case.table.results.explained)


def _app_identifier_is_no_text(case: Case) -> Broken | None:
    fits = case.table.app_identifier_fits
    return case.rows(~fits, case.types(APP_IDENTIFIER, ~fits))


def _unexpected_columns(case: Case) -> Broken | None:
    known = set(OUTCOME_COLUMNS)
    labels = [str(label) for label in case.table.frame.columns]
    unexpected = [case.shown(label) for label in labels if label not in known]
    return Broken(0, detail=", ".join(unexpected)) if unexpected else None


def _unknown_identifier(case: Case) -> Broken | None:
    named = case.table.identifiers.is_valid().to_numpy(zero_copy_only=False)
    return case.rows(named & (case.record_of < 0))


def _unanswered(case: Case) -> Broken | None:
    answered = np.zeros(len(case.records) + 1, dtype=bool)
    answered[case.record_of] = True
    return case.rows_of(case.record_identifiers, ~answered[:-1])


def _created_without_app_identifier(case: Case) -> Broken | None:
    if case.strategy == "Send":
        return None
    known = pc.greater(pc.utf8_length(case.table.app_identifiers), 0)
    known = pc.fill_null(known, False).to_numpy(zero_copy_only=False)
    return case.rows(case.creates & case.table.succeeded & ~known)


def _shared_by_creates(case: Case) -> Broken | None:
    return case.rows(case.shares) if case.strategy == "Create" else None


def _shared(case: Case) -> Broken | None:
    return None if case.strategy == "Create" else case.rows(case.shares)


def _secret(case: Case) -> Broken | None:
    if case.find_secret is None:
        return None
    results = case.table.column(RESULT).to_numpy(dtype=object)
    holding = {
        IDENTIFIER: case.names_holding_secrets(case.table.identifiers),
        APP_IDENTIFIER: case.names_holding_secrets(case.table.app_identifiers),
        RESULT: case.holding_secrets(results, case.table.results.texts),
    }
    where = ", ".join(name for name, rows in holding.items() if rows.any())
    return case.rows(np.logical_or.reduce(list(holding.values())), where)


@dataclass(frozen=True)
class Rule:
    """`title` says what is wrong when `broken` finds something, `fix` what to do about it."""

    id: str
    column: str
    title: str
    fix: str
    broken: Callable[[Case], Broken | None]
    severity: Severity = "error"


SHAPE_RULES = (
    Rule(
        "O01",
        "-",
        "outcomes come as Outcomes or as a pandas DataFrame",
        "collect them in Outcomes(batch), or build a DataFrame",
        _no_frame,
    ),
    Rule(
        "O02",
        "-",
        "there is no outcome",
        "outcomes.ok(..) or outcomes.fail(..) once for each record, and return them",
        _empty,
    ),
    Rule(
        "O03",
        "-",
        "a column is missing",
        "name the columns IDENTIFIER, SUCCESS, APP_IDENTIFIER (optional), RESULT",
        _missing_columns,
    ),
    Rule(
        "O04",
        "-",
        "several columns have one name",
        "keep one column of each name",
        _repeated_columns,
    ),
)

ROW_RULES = (
    Rule(
        "O05",
        IDENTIFIER,
        "IDENTIFIER is null",
        "hand back the IDENTIFIER that the record came with",
        _null_identifier,
    ),
    Rule(
        "O06",
        IDENTIFIER,
        "the record has an outcome already",
        "hand back one outcome for each record",
        _repeated_identifier,
    ),
    Rule(
        "O07",
        SUCCESS,
        "SUCCESS is not a boolean",
        "make it True or False, for example response.ok",
        _undecided,
    ),
    Rule(
        "O08",
        RESULT,
        "RESULT is not a JSON object",
        "make it a dict of plain values, or the text of a JSON object; {} when there is nothing",
        _result_is_no_object,
    ),
    Rule(
        "O09",
        RESULT,
        'the record failed, and RESULT has no text under "error"',
        'outcomes.fail(identifier, message), or put the app\'s message under "error"',
        _unexplained_failure,
    ),
    Rule(
        "O10",
        APP_IDENTIFIER,
        "APP_IDENTIFIER is not text",
        "make it str(..), or None when the app gave none",
        _app_identifier_is_no_text,
    ),
    Rule(
        "O11",
        "-",
        "a column is not one of outcomes, and is not stored",
        "put what is worth keeping into RESULT",
        _unexpected_columns,
        severity="warning",
    ),
)

RECORD_RULES = (
    Rule(
        "O12",
        IDENTIFIER,
        "no record with this IDENTIFIER was sent",
        "hand back the IDENTIFIER of the record, not the app's",
        _unknown_identifier,
    ),
    Rule(
        "O13",
        IDENTIFIER,
        "the record has no outcome",
        "add one also when the app did not answer: outcomes.fail(identifier, 'no answer')",
        _unanswered,
    ),
    Rule(
        "O14",
        APP_IDENTIFIER,
        "the record was created, and has no APP_IDENTIFIER",
        "hand back the app's id of the new record: later updates need it",
        _created_without_app_identifier,
    ),
    Rule(
        "O15",
        APP_IDENTIFIER,
        "created records share an APP_IDENTIFIER",
        "match each answer of the app to its own record",
        _shared_by_creates,
    ),
    Rule(
        "O16",
        APP_IDENTIFIER,
        "records share an APP_IDENTIFIER",
        "look whether the app merged them, or an answer went to the wrong record",
        _shared,
        severity="warning",
    ),
    Rule(
        "O17",
        "-",
        "a live secret stands in the outcomes",
        "take it out before the row is handed back",
        _secret,
    ),
)

# Which rows there are, whatever stands in them.
_ONE_EACH = [
    rule for rule in (*ROW_RULES, *RECORD_RULES) if rule.id in ("O05", "O06", "O12", "O13")
]


def check_outcomes(
    outcomes: DataFrame | Outcomes,
    records: DataFrame,
    *,
    strategy: str,
    find_secret: FindSecret | None = None,
    thing: str = "record",
) -> Report:
    """Check the outcomes of a whole run against every rule.

    `records`: one row a record that was sent, columns IDENTIFIER and SYNC_ACTION. `find_secret`:
    the live secrets that a text holds; no report shows one, whatever row it stands in. `thing`: what
    a record is called, where it is none.
    """
    case = Case(outcomes, records, strategy, find_secret)
    report = _report("outcomes", case, (*ROW_RULES, *RECORD_RULES))
    if thing != "record":
        report = replace(report, findings=tuple(_called(thing, each) for each in report.findings))
    # What is not valid may be anything, a secret too.
    return replace(report, causes=dict(case.table.results.causes)) if report else report


def check_enqueued(outcomes: DataFrame | Outcomes) -> tuple[DataFrame, Report]:
    """Check a part of a run's outcomes by itself: what of it can be stored, and a report.

    A row that names its record and says whether it succeeded can be stored, whatever else is wrong
    with it: what happened at the app has happened.
    """
    case = Case(outcomes, DataFrame({IDENTIFIER: []}), "", None)
    report = _report("enqueued outcomes", case, ROW_RULES)
    return case.table.storable(), report


def check_batch(outcomes: DataFrame, identifiers: Series[Any]) -> Report:
    """Check whether the outcomes of a batch are one for each of its records, and no other."""
    case = Case(outcomes, DataFrame({IDENTIFIER: identifiers}), "", None)
    return _report("batch", case, _ONE_EACH)


def _called(thing: str, finding: Finding) -> Finding:
    """The finding, which speaks of that thing where it speaks of a record."""
    message, fix = (text.replace("record", thing) for text in (finding.message, finding.fix))
    return replace(finding, message=message, fix=fix)


def _report(title: str, case: Case, rules: Iterable[Rule]) -> Report:
    for rule in SHAPE_RULES:
        if broken := rule.broken(case):
            return Report(title, (_finding(rule, broken),), len(case.table))
    case.read()
    findings = [_finding(rule, broken) for rule in rules if (broken := rule.broken(case))]
    return Report(title, tuple(findings), len(case.table))


def _finding(rule: Rule, broken: Broken) -> Finding:
    message = f"{rule.title} ({broken.detail})" if broken.detail else rule.title
    return Finding(
        rule.id, rule.severity, broken.rows, broken.count, rule.column, message, rule.fix
    )
