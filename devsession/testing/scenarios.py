"""Running a scenario: the plugin's method on frozen input, against recorded answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.render import BAD, GOOD, counted, html_line, html_report
from devsession.testing.playing import play_pass, shown_differences

if TYPE_CHECKING:
    from pandas import DataFrame

    from devsession.plugin.contract import Plugin
    from devsession.recording.exchange import Exchange
    from devsession.recording.scenario import ScenarioFolder, ScenarioInput


_MEND = (
    "mend plugin.py; if it is right (the change is meant, or what was recorded last was another "
    "state of it), run the scenario live and complete() it"
)
_RESTORE = "{}; or run the scenario live and complete() it"


@dataclass(frozen=True)
class LoadedScenario:
    """All files of a scenario's folder, read.

    changed_by_hand: how its cassette differs from what was recorded.
    """

    folder: Path
    frozen: ScenarioInput
    records: DataFrame
    expected: DataFrame
    exchanges: list[Exchange]
    changed_by_hand: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScenarioReport:
    """How a scenario went; true when all is as it was recorded.

    `differences` has a line for each difference of outcomes, requests and calls.
    """

    scenario: str
    records: int
    played: int
    differences: tuple[str, ...]
    next_step: str = _MEND

    def __bool__(self) -> bool:
        return not self.differences

    def __str__(self) -> str:
        ran = f"{counted(self.records, 'record')}, {counted(self.played, 'exchange')} played"
        if self:
            return f"{self.scenario}: as recorded, {ran}"
        return (
            f"{self.scenario}: differs from what was recorded, {ran}\n"
            f"{shown_differences(self.differences)}\n"
            f"  next: {self.next_step}"
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *rest = str(self).split("\n")
        lines = (html_line(text, style="white-space:pre-wrap") for text in rest)
        return html_report(head, *lines, edge=GOOD if self else BAD)


def scenario_folders(scenarios: Path | str) -> list[Path]:
    """The folders of `scenarios/` that hold a test, by name; one that is damaged fails it."""
    from devsession.recording.scenario import ScenarioFolder

    folders = sorted(path for path in Path(scenarios).glob("*/") if path.is_dir())
    return [folder for folder in folders if ScenarioFolder(folder).has_test]


def run_scenario(plugin_class: type[Plugin], folder: Path | str) -> ScenarioReport:
    """Call `sync_outbound` with the frozen input of a folder, network shut, and compare.

    Secrets are their placeholders. Raises: ScenarioError or CassetteError for a damaged folder.
    """
    from devsession.recording.scenario import ScenarioFolder

    return play(plugin_class, load(ScenarioFolder(Path(folder))))


def load(folder: ScenarioFolder) -> LoadedScenario:
    """Read all files of a folder. Raises: ScenarioError or CassetteError for a damaged one."""
    exchanges = folder.read_cassette()
    return LoadedScenario(
        folder.path,
        folder.read_input(),
        folder.read_records(),
        folder.read_outcomes(),
        exchanges,
        tuple(folder.cassette_changes(exchanges)),
    )


def play(plugin_class: type[Plugin], scenario: LoadedScenario) -> ScenarioReport:
    """Run a scenario that is read already."""
    from devsession.plugin.outcome_rules import check_outcomes
    from devsession.recording.cassette_file import restoring
    from devsession.recording.replay import Replay
    from devsession.testing.comparison import outcome_differences

    parameters = scenario.frozen.replayed_parameters()
    cassette = scenario.folder / "cassette.yaml"
    replay = Replay(
        scenario.exchanges,
        where=str(cassette),
        matching=plugin_class.request_matching,
    )
    done = play_pass(plugin_class, parameters, scenario.records, replay)
    differences = list(done.differences)
    if not differences:
        strategy = parameters.sync_strategy.name
        broken = check_outcomes(done.outcomes, scenario.records, strategy=strategy)
        differences = [f"{found.rule} {found.column}: {found.text}" for found in broken.errors]
    differences += outcome_differences(done.outcomes, scenario.expected)
    by_hand = [f"cassette.yaml was changed by hand: {line}" for line in scenario.changed_by_hand]
    return ScenarioReport(
        scenario.frozen.name,
        len(scenario.records),
        done.played,
        (*by_hand, *differences),
        next_step=_RESTORE.format(restoring(cassette)) if by_hand else _MEND,
    )
