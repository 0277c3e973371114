"""An event handler's scenario on disk: its configuration, the events, and what came of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from devsession.recording.frozen import json_line
from devsession.recording.outcome_files import OutcomeFiles
from devsession.recording.scenario_input import EventScenarioInput

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from devsession.secrets.redact import Redactor


class EventScenarioFolder(OutcomeFiles[EventScenarioInput]):
    """The files of an event handler's scenario.

    Besides those of every one: events.jsonl (a line an event, without secrets),
    outcomes.json (what is expected), cells.json (what the author's cells came to).
    """

    input_model = EventScenarioInput
    own_files = ("events.jsonl", *OutcomeFiles.own_files)

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._events_file = path / "events.jsonl"

    def read_events(self) -> list[dict[str, Any]]:
        """The frozen events."""
        return self._read(
            self._events_file, lambda text: [json.loads(line) for line in text.splitlines()]
        )

    def write_events(self, events: Iterable[dict[str, Any]], redactor: Redactor) -> None:
        """Freeze events."""
        text = "".join(f"{json_line(redactor.value(event))}\n" for event in events)
        self._write(self._events_file, text, redactor)
