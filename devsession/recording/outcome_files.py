"""The outcomes of a scenario on disk: those that are expected, and those of the author's cells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from devsession.recording.scenario_files import I, ScenarioFiles, pretty

if TYPE_CHECKING:
    from pathlib import Path

    from pandas import DataFrame

    from devsession.secrets.redact import Redactor


class OutcomeFiles(ScenarioFiles[I]):
    """outcomes.json (what is expected), cells.json (what the author's cells came to)."""

    own_files: ClassVar[tuple[str, ...]] = ("outcomes.json", "cells.json")

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._outcomes_file, self._cells_file = path / "outcomes.json", path / "cells.json"

    @property
    def has_outcomes(self) -> bool:
        """Whether valid outcomes are kept."""
        return self._outcomes_file.is_file()

    def read_outcomes(self) -> DataFrame:
        """The expected outcomes, IDENTIFIER as text and RESULT as JSON text."""
        return self._read_outcomes(self._outcomes_file)

    def read_cells(self) -> DataFrame | None:
        """The outcomes that the author's cells came to; None when there are none."""
        return self._read_outcomes(self._cells_file) if self._cells_file.is_file() else None

    def _read_outcomes(self, file: Path) -> DataFrame:
        from pandas import DataFrame

        def read(text: str) -> DataFrame:
            rows = json.loads(text)
            frame = DataFrame(rows, columns=["IDENTIFIER", "SUCCESS", "APP_IDENTIFIER", "RESULT"])
            frame["RESULT"] = [json.dumps(result) for result in frame["RESULT"]]
            return frame

        return self._read(file, read)

    def write_outcomes(self, outcomes: DataFrame, redactor: Redactor) -> None:
        """Keep outcomes that are valid: `OUTCOME_COLUMNS`, each IDENTIFIER once."""
        self._write_outcomes(self._outcomes_file, outcomes, redactor)

    def write_cells(self, outcomes: DataFrame, redactor: Redactor) -> None:
        """Keep the valid outcomes of the author's cells, to compare the plugin's with."""
        self._write_outcomes(self._cells_file, outcomes, redactor)

    def _write_outcomes(self, file: Path, outcomes: DataFrame, redactor: Redactor) -> None:
        from devsession.plugin.outcome_table import OutcomeTable

        rows = [
            {**row, "RESULT": json.loads(row["RESULT"])}
            for row in OutcomeTable(outcomes).storable().to_dict("records")
        ]
        # Threads hand them back in any order; numbers in text sort as numbers.
        rows.sort(key=lambda row: (len(row["IDENTIFIER"]), row["IDENTIFIER"]))
        self._write(file, pretty(redactor.value(rows)), redactor)
