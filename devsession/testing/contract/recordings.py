"""What a project has recorded: its scenarios with their frozen input, and all exchanges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devsession.errors import RecordingError
from devsession.testing.scenarios import (
    LoadedEvents,
    LoadedInbound,
    LoadedMetadata,
    LoadedScenario,
    load,
    scenario_folders,
)

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.recording.exchange import Exchange
    from devsession.testing.scenarios import AnyLoaded


@dataclass(frozen=True)
class Recordings:
    """The scenarios of each kind, the one with most records first; all exchanges known.

    damaged: the errors of files that cannot be read.
    """

    outbound: list[LoadedScenario]
    inbound: list[LoadedInbound]
    metadata: list[LoadedMetadata]
    events: list[LoadedEvents]
    exchanges: list[Exchange]
    damaged: list[RecordingError]

    @property
    def scenarios(self) -> list[LoadedScenario | LoadedInbound]:
        """Those of syncs, of both directions."""
        return [*self.outbound, *self.inbound]


def read_recordings(scenarios: Path) -> Recordings:
    """What stands in a folder of scenarios; nothing when there is none."""
    from devsession.recording.cassette_file import load_exchanges
    from devsession.recording.scenario import opened

    loaded: list[AnyLoaded] = []
    damaged: list[RecordingError] = []
    for folder in scenario_folders(scenarios):
        try:
            loaded.append(load(opened(folder)))
        except RecordingError as error:
            damaged.append(error)
    outbound = [each for each in loaded if isinstance(each, LoadedScenario)]
    inbound = [each for each in loaded if isinstance(each, LoadedInbound)]
    metadata = [each for each in loaded if isinstance(each, LoadedMetadata)]
    events = [each for each in loaded if isinstance(each, LoadedEvents)]
    tape = scenarios / "tape.yaml"
    taped: list[Exchange] = []
    try:
        taped = load_exchanges(tape) if tape.is_file() else []
    except RecordingError as error:
        damaged.append(error)
    return Recordings(
        sorted(outbound, key=lambda each: -len(each.records)),
        sorted(inbound, key=lambda each: -len(each.expected)),
        sorted(metadata, key=lambda each: -len(each.expected)),
        sorted(events, key=lambda each: -len(each.events)),
        [*(exchange for each in loaded for exchange in each.exchanges), *taped],
        damaged,
    )
