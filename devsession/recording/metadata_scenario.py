"""A workflow's scenario on disk: its source's configuration, and what that came to, a line an item."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from devsession.recording.frozen import json_line
from devsession.recording.scenario_files import ScenarioFiles
from devsession.recording.scenario_input import MetadataScenarioInput

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from devsession.secrets.redact import Redactor

Lines = list[dict[str, Any]]


class MetadataScenarioFolder(ScenarioFiles[MetadataScenarioInput]):
    """The files of a workflow's scenario.

    Besides those of every one: entities.jsonl (what is expected) and cells.jsonl (what the author's
    cells came to); in both a line is an entity, lineage, or an error of one.
    """

    input_model = MetadataScenarioInput
    own_files = ("entities.jsonl", "cells.jsonl")

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._entities_file, self._cells_file = (path / name for name in self.own_files)

    @property
    def has_outcomes(self) -> bool:
        """Whether what a source came to is kept."""
        return self._entities_file.is_file()

    def read_entities(self) -> Lines:
        """What is expected."""
        return self._read(self._entities_file, _lines)

    def read_cells(self) -> Lines | None:
        """What the author's cells came to; None when they came to nothing."""
        return self._read(self._cells_file, _lines) if self._cells_file.is_file() else None

    def write_entities(self, lines: Iterable[dict[str, Any]], redactor: Redactor) -> None:
        """Keep what is expected."""
        self._write_lines(self._entities_file, lines, redactor)

    def write_cells(self, lines: Iterable[dict[str, Any]], redactor: Redactor) -> None:
        """Keep what the author's cells came to, to compare the source's with."""
        self._write_lines(self._cells_file, lines, redactor)

    def _write_lines(self, file: Path, lines: Iterable[dict[str, Any]], redactor: Redactor) -> None:
        text = "".join(f"{json_line(redactor.value(line))}\n" for line in lines)
        self._write(file, text, redactor)


def _lines(text: str) -> Lines:
    return [json.loads(line) for line in text.splitlines()]
