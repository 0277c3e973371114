"""One pass of a metadata source on frozen configuration, against recorded answers, network shut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devsession.errors import MissError
from devsession.testing.playing import request_differences, what_was_raised

if TYPE_CHECKING:
    from devsession.openmetadata import Source
    from devsession.recording.replay import Replay
    from devsession.recording.scenario_input import MetadataScenarioInput


@dataclass(frozen=True)
class MetadataPass:
    """What a pass came to, as lines; a difference for each request and each thing that was raised."""

    lines: list[dict[str, Any]]
    played: int
    differences: tuple[str, ...]


def play_metadata_pass(
    source: type[Source], frozen: MetadataScenarioInput, replay: Replay
) -> MetadataPass:
    """Run the source, and look at what it asked for and what it came to."""
    from devsession.openmetadata.workflow.collecting import collect
    from devsession.openmetadata.workflow.frozen_config import thawed

    config = thawed(source, frozen.config, {})
    with replay:
        came = collect(source, config, service=frozen.service, since=frozen.since)
    raised = [
        what_was_raised(error, source, name)
        for name, error in came.raised.items()
        if not isinstance(error, MissError)
    ]
    return MetadataPass(came.lines, replay.played, (*raised, *request_differences(replay)))
