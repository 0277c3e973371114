"""An inbound sync's scenario on disk: its input has the states, and what came is a line a record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from devsession.recording.frozen import json_line
from devsession.recording.received import (
    Received,
    ReceivedDelete,
    ReceivedRecord,
    ReceivedStream,
)
from devsession.recording.scenario_files import ScenarioFiles
from devsession.recording.scenario_input import InboundScenarioInput

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.secrets.redact import Redactor

_STREAM, _KEY, _RECORD, _DELETED = "stream", "key", "record", "deleted"
_CRITERIA, _STATE, _COMPLETE = "delete_where", "state", "complete"


class InboundScenarioFolder(ScenarioFiles[InboundScenarioInput]):
    """The files of an inbound sync's scenario.

    Besides those of every one: results.jsonl (what is expected) and cells.jsonl (what the author's
    cells came to). In both a line is a record of a stream, criteria that delete, or, behind
    those of its stream, the state that covers them all.
    """

    input_model = InboundScenarioInput
    own_files = ("results.jsonl", "cells.jsonl")

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._results_file, self._cells_file = (path / name for name in self.own_files)

    @property
    def has_outcomes(self) -> bool:
        """Whether valid records are kept."""
        return self._results_file.is_file()

    def read_results(self) -> Received:
        """What is expected."""
        return self._read(self._results_file, _received)

    def read_cells(self) -> Received | None:
        """What the author's cells came to; None when they came to nothing."""
        return self._read(self._cells_file, _received) if self._cells_file.is_file() else None

    def write_results(self, received: Received, redactor: Redactor) -> None:
        """Keep what is expected."""
        self._write_received(self._results_file, received, redactor)

    def write_cells(self, received: Received, redactor: Redactor) -> None:
        """Keep what the author's cells came to, to compare the plugin's with."""
        self._write_received(self._cells_file, received, redactor)

    def _write_received(self, file: Path, received: Received, redactor: Redactor) -> None:
        lines = [json_line(redactor.value(line)) for line in _lines(received)]
        self._write(file, "".join(f"{line}\n" for line in lines), redactor)


def _lines(received: Received) -> Iterator[dict[str, Any]]:
    for name, stream in received.streams.items():
        for each in stream.items:
            if isinstance(each, ReceivedDelete):
                yield {_STREAM: name, _CRITERIA: dict(each.criteria)}
            else:
                deleted = {_DELETED: True} if each.deleted else {}
                yield {_STREAM: name, _KEY: each.key, _RECORD: each.record, **deleted}
        yield {_STREAM: name, _STATE: stream.state, _COMPLETE: stream.complete}


def _received(text: str) -> Received:
    streams: dict[str, ReceivedStream] = {}
    for line in text.splitlines():
        content = json.loads(line)
        stream = streams.setdefault(content[_STREAM], ReceivedStream())
        if _CRITERIA in content:
            stream.items.append(ReceivedDelete(content[_CRITERIA]))
        elif _RECORD in content:
            deleted = content.get(_DELETED, False)
            stream.items.append(ReceivedRecord(content[_KEY], content[_RECORD], deleted))
        else:
            stream.state, stream.complete = content[_STATE], content[_COMPLETE]
    return Received(streams)
