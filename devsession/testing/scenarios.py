"""Running a scenario: the plugin's method on frozen input, against recorded answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from devsession.errors import ScenarioError
from devsession.render import BAD, GOOD, counted, html_line, html_report
from devsession.testing.playing import broken_rules, play_pass, shown_differences

if TYPE_CHECKING:
    from pandas import DataFrame

    from devsession.plugin.contract import Plugin
    from devsession.plugin.record_matching import RecordMatching
    from devsession.recording.event_scenario import EventScenarioFolder
    from devsession.recording.exchange import Exchange
    from devsession.recording.inbound_scenario import InboundScenarioFolder
    from devsession.recording.metadata_scenario import MetadataScenarioFolder
    from devsession.recording.received import Received
    from devsession.recording.replay import Replay
    from devsession.recording.scenario import AnyFolder, ScenarioFolder
    from devsession.recording.scenario_input import (
        EventScenarioInput,
        InboundScenarioInput,
        MetadataScenarioInput,
        ScenarioInput,
    )


_MEND = (
    "mend plugin.py; if it is right (the change is meant, or what was recorded last was another "
    "state of it), run the scenario live and complete() it"
)
METHODS = {
    "outbound": "sync_outbound",
    "inbound": "sync_inbound",
    "metadata": "generate",
    "events": "handle",
}
"""The author's method that a scenario is of, by its direction."""
_RESTORE = "{}; or run the scenario live and complete() it"


@dataclass(frozen=True)
class LoadedScenario:
    """All files of an outbound scenario's folder, read.

    changed_by_hand: how its cassette differs from what was recorded.
    """

    folder: Path
    frozen: ScenarioInput
    records: DataFrame
    expected: DataFrame
    exchanges: list[Exchange]
    changed_by_hand: tuple[str, ...] = ()

    def played(self, plugin_class: type[Plugin], replay: Replay) -> Played:
        """Call `sync_outbound`, and compare its outcomes."""
        from devsession.plugin.outcome_rules import check_outcomes
        from devsession.testing.comparison import outcome_differences

        parameters = self.frozen.replayed_parameters()
        done = play_pass(plugin_class, parameters, self.records, replay)
        differences = list(done.differences)
        if not differences:
            strategy = parameters.sync_strategy.name
            broken = check_outcomes(done.outcomes, self.records, strategy=strategy)
            differences = broken_rules(broken)
        differences += outcome_differences(done.outcomes, self.expected)
        return Played(len(self.records), done.played, differences)


@dataclass(frozen=True)
class LoadedInbound:
    """All files of an inbound scenario's folder, read. changed_by_hand: as above."""

    folder: Path
    frozen: InboundScenarioInput
    expected: Received
    exchanges: list[Exchange]
    changed_by_hand: tuple[str, ...] = ()

    def played(self, plugin_class: type[Plugin], replay: Replay) -> Played:
        """Call `sync_inbound`, and compare what came of it."""
        from devsession.testing.inbound_playing import play_inbound_pass

        frozen = self.frozen
        parameters, streams = frozen.replayed_parameters(), frozen.streams
        done = play_inbound_pass(plugin_class, parameters, streams, replay, limit=frozen.records)
        found = self.differences(done.received, plugin_class.record_matching)
        return Played(len(self.expected), done.played, [*done.differences, *found])

    def differences(self, received: Received, matching: RecordMatching) -> list[str]:
        """A line for each thing that came otherwise. matching: what does not count."""
        from devsession.testing.received_comparison import received_differences

        return received_differences(received, self.expected, matching)


@dataclass(frozen=True)
class LoadedMetadata:
    """All files of a workflow's scenario, read; expected: a line an item. changed_by_hand: as above."""

    folder: Path
    frozen: MetadataScenarioInput
    expected: list[dict[str, Any]]
    exchanges: list[Exchange]
    changed_by_hand: tuple[str, ...] = ()

    def played(self, source: Any, replay: Replay) -> Played:
        """Run the source, and compare what it came to."""
        from devsession.openmetadata.review.written import differences
        from devsession.testing.metadata_playing import play_metadata_pass

        done = play_metadata_pass(source, self.frozen, replay)
        found = differences(done.lines, self.expected)
        return Played(len(self.expected), done.played, [*done.differences, *found], "entity")


@dataclass(frozen=True)
class LoadedEvents:
    """All files of a handler's scenario, read; events: as the catalog sends them."""

    folder: Path
    frozen: EventScenarioInput
    events: list[dict[str, Any]]
    expected: DataFrame
    exchanges: list[Exchange]
    changed_by_hand: tuple[str, ...] = ()

    def played(self, handler: Any, replay: Replay) -> Played:
        """Hand the events over, and compare the outcomes."""
        from devsession.testing.comparison import outcome_differences
        from devsession.testing.event_playing import play_events

        done = play_events(handler, self.frozen, self.events, replay)
        found = outcome_differences(done.outcomes, self.expected, thing="event")
        return Played(len(self.events), done.played, [*done.differences, *found], "event")


LoadedSync = LoadedScenario | LoadedInbound
AnyLoaded = LoadedSync | LoadedMetadata | LoadedEvents


class Played(NamedTuple):
    """How many records there are, how many exchanges were played, and what differs.

    thing: what a record is called.
    """

    records: int
    exchanges: int
    differences: list[str]
    thing: str = "record"


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
    thing: str = "record"

    def __bool__(self) -> bool:
        return not self.differences

    def __str__(self) -> str:
        ran = f"{counted(self.records, self.thing)}, {counted(self.played, 'exchange')} played"
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
    from devsession.recording.scenario import opened

    folders = sorted(path for path in Path(scenarios).glob("*/") if path.is_dir())
    return [folder for folder in folders if opened(folder).has_test]


def run_scenario(plugin_class: type[Plugin], folder: Path | str) -> ScenarioReport:
    """Call the plugin's method with the frozen input of a folder, network shut, and compare.

    Secrets are their placeholders. Raises: ScenarioError or CassetteError for a damaged folder.
    """
    from devsession.recording.scenario import opened

    return play(plugin_class, load(opened(Path(folder))))


@overload
def load(folder: ScenarioFolder) -> LoadedScenario: ...
@overload
def load(folder: InboundScenarioFolder) -> LoadedInbound: ...
@overload
def load(folder: MetadataScenarioFolder) -> LoadedMetadata: ...
@overload
def load(folder: EventScenarioFolder) -> LoadedEvents: ...
def load(folder: AnyFolder) -> AnyLoaded:
    """Read all files of a folder. Raises: ScenarioError or CassetteError for a damaged one."""
    from devsession.recording.event_scenario import EventScenarioFolder
    from devsession.recording.inbound_scenario import InboundScenarioFolder
    from devsession.recording.metadata_scenario import MetadataScenarioFolder

    exchanges = folder.read_cassette()
    changed = tuple(folder.cassette_changes(exchanges))
    if isinstance(folder, MetadataScenarioFolder):
        lines = folder.read_entities()
        return LoadedMetadata(folder.path, folder.read_input(), lines, exchanges, changed)
    if isinstance(folder, EventScenarioFolder):
        head, events, expected = folder.read_input(), folder.read_events(), folder.read_outcomes()
        return LoadedEvents(folder.path, head, events, expected, exchanges, changed)
    if isinstance(folder, InboundScenarioFolder):
        frozen, results = folder.read_input(), folder.read_results()
        return LoadedInbound(folder.path, frozen, results, exchanges, changed)
    return LoadedScenario(
        folder.path,
        folder.read_input(),
        folder.read_records(),
        folder.read_outcomes(),
        exchanges,
        changed,
    )


def play(plugin_class: type[Plugin], scenario: AnyLoaded) -> ScenarioReport:
    """Run a scenario that is read already. Raises: ScenarioError for one of another kind of plugin."""
    from devsession.recording.cassette_file import restoring
    from devsession.recording.replay import Replay

    method = METHODS[scenario.frozen.direction]
    if not hasattr(plugin_class, method):
        raise ScenarioError(
            f"The scenario {scenario.frozen.name!r} is of {scenario.frozen.plugin}, whose {method}() it tests",
            tried=f"{plugin_class.__name__} has none",
            where=str(scenario.folder),
            next_step="a project has one plugin: move the folder to that of its own",
            scenario=scenario.frozen.name,
        )
    cassette = scenario.folder / "cassette.yaml"
    replay = Replay(
        scenario.exchanges,
        where=str(cassette),
        matching=plugin_class.request_matching,
    )
    done = scenario.played(plugin_class, replay)
    by_hand = [f"cassette.yaml was changed by hand: {line}" for line in scenario.changed_by_hand]
    return ScenarioReport(
        scenario.frozen.name,
        done.records,
        done.exchanges,
        (*by_hand, *done.differences),
        next_step=_RESTORE.format(restoring(cassette)) if by_hand else _MEND,
        thing=done.thing,
    )
