"""Variants of an outbound scenario: what the plugin says of its records when the app fails."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError, OutcomesError, PluginRaisedError, RecordingError
from devsession.plugin.outbound import FrameRecords
from devsession.plugin.report import Report
from devsession.render import first_of, shortened
from devsession.testing.author_lines import line_raising
from devsession.testing.comparison import outcome_differences
from devsession.testing.faults import problems
from devsession.testing.faults.creating import SentRecords, known_again
from devsession.testing.faults.kinds import RETRY_AFTER_SECONDS
from devsession.testing.faults.problems import Problem
from devsession.testing.faults.variants import (
    OTHER_ORDER,
    before_the_answer,
    most_calls,
    of_bulk_answers,
)
from devsession.testing.playing import call_outbound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pandas import DataFrame

    from devsession.plugin.contract import Plugin
    from devsession.testing.faults.app import FaultyApp, Recording
    from devsession.testing.faults.variants import Chosen, Variant
    from devsession.testing.playing import Called
    from devsession.testing.scenarios import LoadedScenario

_NAMED = 3
_WIDEST = 160
# Waiting a little less than asked for is a rounded number.
_ROUNDED_SECONDS = 0.1


class OutboundFaults:
    """Plays `sync_outbound` on the records of a scenario, and looks at the outcomes."""

    def __init__(
        self, plugin_class: type[Plugin], scenario: LoadedScenario, recording: Recording
    ) -> None:
        self._plugin_class = plugin_class
        self._scenario = scenario
        self._recording = recording
        self._parameters = scenario.frozen.replayed_parameters()
        self._strategy = self._parameters.sync_strategy
        self._sent = SentRecords(recording.exchanges, scenario.records, self._strategy)

    def chosen(self) -> Iterator[Chosen]:
        """The variants, a kind at a time."""
        exchanges, expected = self._recording.exchanges, self._scenario.expected
        most = most_calls(len(exchanges), len(expected))
        yield from before_the_answer(exchanges, most)
        messages = [_error(result) for result in expected["RESULT"]]
        taken = expected[expected["SUCCESS"].astype(bool)]["APP_IDENTIFIER"].dropna().astype(str)
        told = [each for each in messages if each]
        yield from of_bulk_answers(exchanges, most, messages=told, taken=list(taken))

    def as_recorded(self, app: FaultyApp) -> list[str]:
        """How it differs from the recording without any fault: then nothing can be said of faults."""
        called = self._call()
        if called.error is not None:
            return [f"sync_outbound raised {type(called.error).__name__}"]
        found = outcome_differences(called.outcomes, self._scenario.expected)
        missed = ["a request is not as recorded"] if app.unreachable else []
        return [*missed, *found, *(each.what for each in self._broken(called.outcomes))]

    def problems(self, variant: Variant, app: FaultyApp) -> Iterator[Problem]:
        """Call it, while this app answers."""
        called = self._call()
        if called.error is not None:
            line = line_raising(called.error, self._plugin_class) or app.line
            yield from _raised(called.error, line)
        else:
            broken = self._broken(called.outcomes, app.line)
            # What breaks a rule may not even have the columns.
            yield from broken or self._told_wrong(variant, app, called.outcomes)
        yield from self._sent_again(variant, app)
        yield from asked_too_early(self._recording, variant, app)

    def _call(self) -> Called:
        records = FrameRecords(self._scenario.records)
        return call_outbound(self._plugin_class, self._parameters, records)

    def _broken(self, outcomes: DataFrame, line: str = "") -> list[Problem]:
        from devsession.plugin.outcome_rules import check_outcomes

        report = check_outcomes(outcomes, self._scenario.records, strategy=self._strategy.name)
        return list(of_rules(report, line))

    def _told_wrong(
        self, variant: Variant, app: FaultyApp, outcomes: DataFrame
    ) -> Iterator[Problem]:
        """Successes that are none, and answers that went to another record."""
        failed = variant.kind is not None and variant.kind.means != "garbled"
        if failed and not self._answered(variant, app):
            ok = _succeeded(outcomes)
            lost = [each for each in self._sent.alone_in(variant.at) if each in ok]
            if lost:
                yield problems.not_taken(_named(lost), app.line)
        expected = self._scenario.expected
        if variant.refused:
            was = expected[expected["APP_IDENTIFIER"].astype(str) == variant.refused]["IDENTIFIER"]
            if wrong := sorted(set(map(str, was)) & _succeeded(outcomes)):
                yield problems.refused_and_ok(_named(wrong), app.line)
        if variant.name == OTHER_ORDER:
            columns = ["IDENTIFIER", "SUCCESS", "APP_IDENTIFIER"]
            found = outcome_differences(outcomes, expected[columns])
            if found:
                yield problems.mixed_up(found[0], variant.by, app.line)

    def _answered(self, variant: Variant, app: FaultyApp) -> bool:
        """Whether the call was made again until it got the recorded answer."""
        recorded = self._recording.exchanges[variant.at]
        return any(each.answer is recorded for each in app.sent)

    def _sent_again(self, variant: Variant, app: FaultyApp) -> Iterator[Problem]:
        if variant.kind is None or variant.kind.means == "refused":
            return
        created = self._sent.created_in(variant.at)
        again = len(app.sent) > times_recorded(self._recording, variant)
        if created and again and not known_again(app.sent, created):
            yield problems.created_twice(_named(created), app.line)


def asked_too_early(recording: Recording, variant: Variant, app: FaultyApp) -> Iterator[Problem]:
    """A call that is made once more, before the time that the app asked for is over."""
    if variant.kind is None or times_recorded(recording, variant) > 1:
        return  # of equal calls nobody knows which one is made again
    for before, after in zip(app.sent, app.sent[1:], strict=False):
        waits = before.answer is not None and "Retry-After" in before.answer.response_headers
        waited = after.when - before.when
        if (
            waits
            and before.answer in variant.answers[:-1]
            and waited < RETRY_AFTER_SECONDS - _ROUNDED_SECONDS
        ):
            yield problems.too_early(RETRY_AFTER_SECONDS, app.line)


def times_recorded(recording: Recording, variant: Variant) -> int:
    """How often the call of a variant is in the recording."""
    return recording.key_of.count(recording.key_of[variant.at])


def of_rules(report: Report, line: str) -> Iterator[Problem]:
    """A problem for each rule that is broken."""
    for found in report.errors:
        rows = found.text.removeprefix(found.message).removeprefix(": ")
        yield Problem(f"{found.rule} {found.column}: {found.message}", line, found.fix, rows)


def _raised(error: BaseException, line: str) -> Iterator[Problem]:
    if isinstance(error, RecordingError):
        return  # a library that is not recorded: this says nothing of the plugin
    if isinstance(error, PluginRaisedError) and "batch" in error.fields:
        return  # the author asked for it: fail_fast
    report = error.fields.get("report") if isinstance(error, OutcomesError) else None
    if isinstance(report, Report):
        yield from of_rules(report, line)
        return
    said = shortened(str(error).partition("\n")[0], _WIDEST)
    found = problems.raised(type(error).__name__, line, said=said)
    step = error.next_step if isinstance(error, DevsessionError) else ""
    yield replace(found, next_step=step or found.next_step)


def _succeeded(outcomes: DataFrame) -> set[str]:
    """The identifiers of those that are told as successes."""
    rows = zip(outcomes["IDENTIFIER"], outcomes["SUCCESS"], strict=True)
    return {str(identifier) for identifier, success in rows if success}


def _error(result: Any) -> str:
    """The message of a recorded RESULT."""
    from pydantic_core import from_json

    content = from_json(result) if isinstance(result, str) else result
    told = content.get("error") if isinstance(content, dict) else None
    return told if isinstance(told, str) else ""


def _named(identifiers: list[str]) -> str:
    """`record 7`, `records 1, 2, 3 and 97 more`."""
    return f"record{'s' if len(identifiers) > 1 else ''} {first_of(identifiers, _NAMED)}"
