"""Running a scenario: the plugin's method on frozen input, against recorded answers."""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.errors import MissError
from devsession.render import counted

if TYPE_CHECKING:
    from pandas import DataFrame

    from devsession.plugin.contract import Plugin
    from devsession.recording.exchange import Exchange
    from devsession.recording.replay import Replay
    from devsession.recording.scenario import ScenarioFolder, ScenarioInput

_SHOWN = 20


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

    def __bool__(self) -> bool:
        return not self.differences

    def __str__(self) -> str:
        ran = f"{counted(self.records, 'record')}, {counted(self.played, 'exchange')} played"
        if self:
            return f"{self.scenario}: as recorded, {ran}"
        hidden = len(self.differences) - _SHOWN
        lines = [*self.differences[:_SHOWN], *([f"and {hidden} more"] if hidden > 0 else [])]
        found = "\n".join("  " + line.replace("\n", "\n    ") for line in lines)
        return (
            f"{self.scenario}: differs from what was recorded, {ran}\n{found}\n"
            "  next: mend plugin.py; if the change is meant, run the scenario live and complete() it"
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def scenario_folders(scenarios: Path | str) -> list[Path]:
    """The folders of `scenarios/` that hold a test, by name."""
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
    from devsession.plugin.contract import sync_actions
    from devsession.plugin.outbound import FrameRecords, OutboundSyncRequest, all_outcomes
    from devsession.plugin.outcome_rules import check_outcomes
    from devsession.plugin.template import template_of
    from devsession.recording.replay import Replay
    from devsession.testing.comparison import outcome_differences

    parameters = scenario.frozen.replayed_parameters()
    strategy = parameters.sync_strategy
    store = FrameRecords(scenario.records)
    plugin = plugin_class()
    request = OutboundSyncRequest(
        store,
        actions=sync_actions(plugin, parameters),
        template=lambda: template_of(parameters.field_mappings, plugin),
    )
    differences: list[str] = []
    # Outcomes may be returned as well, whatever the base class says.
    sync_outbound: Any = plugin.sync_outbound
    with Replay(scenario.exchanges, where=str(scenario.folder / "cassette.yaml")) as replay:
        try:
            outcomes = all_outcomes(sync_outbound(parameters, request), store.outcomes)
        except MissError:
            outcomes = store.outcomes  # among the replay's misses
        except Exception as error:  # noqa: BLE001  whatever the author's code raises is the finding
            outcomes = store.outcomes
            differences.append(_raised(error, plugin_class))
    differences += _request_differences(replay)
    broken = check_outcomes(outcomes, scenario.records, strategy=strategy.name)
    if not differences:
        differences += [f"{found.rule} {found.column}: {found.text}" for found in broken.errors]
    differences += outcome_differences(outcomes, scenario.expected)
    by_hand = [f"cassette.yaml was changed by hand: {line}" for line in scenario.changed_by_hand]
    return ScenarioReport(
        scenario.frozen.name, len(scenario.records), replay.played, (*by_hand, *differences)
    )


def _request_differences(replay: Replay) -> list[str]:
    missed = [f"{error.what}\n{error.tried}" for error in replay.misses]
    refused = [f"a live call to {place} was stopped" for place in replay.refused_calls]
    unplayed = [f"recorded, but not sent: {left.method} {left.url}" for left in replay.unplayed]
    return [*missed, *refused, *unplayed]


def _raised(error: Exception, plugin_class: type[Plugin]) -> str:
    """What the author's code raised, and the deepest line of it that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = getattr(sys.modules[plugin_class.__module__], "__file__", None)
    frame = [*frames, *(frame for frame in frames if frame.filename == own)][-1]
    place = f"{Path(frame.filename).name}, line {frame.lineno}"
    what = str(error).partition("\n")[0]
    return f"sync_outbound raised {type(error).__name__}: {what} ({place})"
