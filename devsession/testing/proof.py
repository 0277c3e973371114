"""Showing that a test can fail: the plugin's outcomes have to depend on what the app answered."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from devsession.plugin.request_matching import written_path
from devsession.recording.scenario import opened
from devsession.render import counted
from devsession.testing.event_playing import changed_events
from devsession.testing.json_values import Path as JsonPath
from devsession.testing.json_values import leaves, with_value
from devsession.testing.process import PytestRun, run_pytest
from devsession.testing.scenarios import AnyLoaded, LoadedEvents, ScenarioReport, load, play

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.plugin.contract import Plugin
    from devsession.recording.exchange import Exchange

_FIELDS_TRIED = 25
_EXCHANGES_TRIED = 10


class Failing(NamedTuple):
    """What was changed, the scenario with that, and how it went then."""

    change: str
    scenario: AnyLoaded
    report: ScenarioReport


@dataclass(frozen=True)
class Proof:
    """What happened to a generated test; true when it passes as it is, and fails when it should.

    `change` is the changed answer with which it failed, `failure` what it said then.
    """

    scenario: str
    as_generated: ScenarioReport
    pytest: PytestRun | None
    change: str
    failure: str

    def __bool__(self) -> bool:
        passes = bool(self.as_generated) and (self.pytest is None or self.pytest.passed)
        return passes and bool(self.change)

    def __str__(self) -> str:
        if not self.as_generated:
            return f"the test does not pass as it was generated:\n{self.as_generated}"
        if self.pytest is not None and not self.pytest.passed:
            return f"the test does not pass in pytest:\n{self.pytest.output}"
        if not self.change:
            return (
                f"the test of {self.scenario!r} passes whatever the app answers: no change tried of "
                f"its {counted(self.as_generated.played, 'answer')} made it fail: it guards nothing"
            )
        by = "in pytest" if self.pytest else "(pytest is not installed here)"
        return f"passes as generated {by}; fails with {self.change}:\n{self.failure}"

    __repr__ = __str__


def prove_test(plugin_class: type[Plugin], folder: Path, test_file: Path) -> Proof:
    """Run a scenario's test as generated, by pytest in a process of its own, and with an answer changed.

    The changed answer is searched for in this process, with the function that the test calls and
    nothing else: starting pytest for every attempt would take seconds each.
    """
    scenario = load(opened(folder))
    as_generated = play(plugin_class, scenario)
    found = failing_change(plugin_class, scenario) if as_generated else None
    if found is None:
        return Proof(scenario.frozen.name, as_generated, None, "", "")
    ran = run_pytest(test_file, folder.name)
    return Proof(scenario.frozen.name, as_generated, ran, found.change, found.report.differences[0])


def failing_change(plugin_class: type[Plugin], scenario: AnyLoaded) -> Failing | None:
    """The first change with which the scenario differs, and how; None if none does."""
    for change, changed in changes(scenario):
        report = play(plugin_class, changed)
        if not report:
            return Failing(change, changed, report)
    return None


def changes(scenario: AnyLoaded) -> Iterator[tuple[str, AnyLoaded]]:
    """The scenario with one recorded answer made different, or an event, and how."""
    for change, exchanges in _changed_answers(scenario.exchanges):
        yield change, replace(scenario, exchanges=exchanges)
    if isinstance(scenario, LoadedEvents):
        for change, events in changed_events(scenario.events):
            yield change, replace(scenario, events=events)


def _changed_answers(exchanges: list[Exchange]) -> Iterator[tuple[str, list[Exchange]]]:
    """Changed cassettes, the most telling first: fields of answers to writes, of reads, then statuses.

    Fields come before statuses, because a plugin may wait and try again when the app fails. Of many
    exchanges the first ones stand for the others.
    """
    writes = [at for at, exchange in enumerate(exchanges) if not exchange.reads]
    reads = [at for at, exchange in enumerate(exchanges) if exchange.reads]
    writes_first = [*writes[:_EXCHANGES_TRIED], *reads[:_EXCHANGES_TRIED]]
    for at in writes_first:
        for field, body in _changed_bodies(exchanges[at]):
            yield _changed(exchanges, at, f"{field} changed in the answer to", response_body=body)
    for at in writes_first:
        yield _changed(
            exchanges, at, "status 500 answered to", status=500, reason="Internal Server Error"
        )


def _changed(
    exchanges: list[Exchange], at: int, how: str, **fields: Any
) -> tuple[str, list[Exchange]]:
    changed = replace(exchanges[at], **fields)
    text = f"{how} {changed.method} {changed.url}"
    return text, [*exchanges[:at], changed, *exchanges[at + 1 :]]


def _changed_bodies(exchange: Exchange) -> Iterator[tuple[str, bytes]]:
    try:
        content = json.loads(exchange.response_body)
    except ValueError:
        return
    for path, value in islice(filter(_stands_for_others, leaves(content)), _FIELDS_TRIED):
        changed = with_value(content, path, _other(value))
        yield written_path(path) or "body", json.dumps(changed).encode()


def _stands_for_others(leaf: tuple[JsonPath, Any]) -> bool:
    """Of a list, the values of its first item stand for the rest."""
    return not any(isinstance(step, int) and step for step in leaf[0])


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value or ''} changed".strip()
