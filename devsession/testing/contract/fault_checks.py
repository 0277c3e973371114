"""Whether a plugin bears what apps do: too many requests, errors, silence, half an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.testing.author_lines import line_of
from devsession.testing.contract.outbound_checks import refused_records
from devsession.testing.contract.telling import NotTriedError, flaw, trying
from devsession.testing.faults.run import play_faults

if TYPE_CHECKING:
    from devsession.errors import PluginError
    from devsession.testing.contract.bench import Bench
    from devsession.testing.faults import FaultReport


def faults_are_borne(bench: Bench) -> list[PluginError]:
    """Each scenario, with its app failing at each call in turn."""
    scenarios = bench.recordings.scenarios
    if not scenarios:
        raise NotTriedError("no scenario is recorded in which an app could fail")
    found, not_played = [], []
    refused, untried = trying(lambda: refused_records(bench))
    if refused and not untried:
        raise NotTriedError("a plain refusal is not borne", "see test_outcomes_of_refused_records")
    for scenario in scenarios:
        report = play_faults(bench.plugin_class, scenario)
        if report.played:
            method = "sync_outbound" if scenario in bench.recordings.outbound else "sync_inbound"
            found += _flaws(bench, report, method)
        else:
            not_played.append(f"{report.scenario}: {report.verdict}")
    if len(not_played) == len(scenarios):
        raise NotTriedError("; ".join(not_played), "see tests/test_scenarios.py")
    return found


def _flaws(bench: Bench, report: FaultReport, method: str) -> list[PluginError]:
    return [
        flaw(
            f"{each.kind} at call {each.call}, {each.request}: {each.what}"
            + (f": {each.detail}" if each.detail else ""),
            tried="\n".join([f"scenario {report.scenario!r}, {report.verdict}", *each.also]),
            where=each.line or line_of(bench.plugin_class, method),
            next_step=each.next_step,
        )
        for each in report.findings
    ]
