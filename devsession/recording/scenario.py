"""Scenarios on disk: one folder each, with frozen input, the exchanges of its run, what came of it."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, TypeVar, overload

from devsession.errors import ScenarioError
from devsession.recording.event_scenario import EventScenarioFolder
from devsession.recording.frozen import thaw, to_line
from devsession.recording.inbound_scenario import InboundScenarioFolder
from devsession.recording.metadata_scenario import MetadataScenarioFolder
from devsession.recording.outcome_files import OutcomeFiles
from devsession.recording.scenario_files import ScenarioFiles, damaged
from devsession.recording.scenario_input import FORMAT, ScenarioInput

if TYPE_CHECKING:
    from pathlib import Path

    from pandas import DataFrame

    from devsession.secrets.redact import Redactor

__all__ = [
    "FORMAT",
    "AnyFolder",
    "ScenarioFolder",
    "ScenarioInput",
    "damaged",
    "folder_name",
    "opened",
    "scenario_folder",
]

_LONGEST_NAME = 60
_RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")


class ScenarioFolder(OutcomeFiles[ScenarioInput]):
    """The files of an outbound sync's scenario.

    Besides those of every one: records.jsonl (a line a record, as get_records gave it),
    outcomes.json (what is expected), cells.json (what the author's cells came to).
    """

    input_model = ScenarioInput
    own_files = ("records.jsonl", *OutcomeFiles.own_files)

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._records_file = path / "records.jsonl"

    def read_records(self) -> DataFrame:
        """The frozen batch, with the types that get_records gave."""
        from pandas import DataFrame

        def read(text: str) -> DataFrame:
            head, *lines = text.splitlines()
            rows = [thaw(json.loads(line)) for line in lines]
            return DataFrame(rows, columns=json.loads(head), dtype=object)

        return self._read(self._records_file, read)

    def write_records(self, records: DataFrame, redactor: Redactor) -> None:
        """Freeze a batch: first a line with the names of the columns, then a line a record."""
        rows = records.astype(object).to_numpy().tolist()
        lines = [to_line(list(records.columns)), *(to_line(row, redactor.value) for row in rows)]
        self._write(self._records_file, "\n".join(lines) + "\n", redactor)


F = TypeVar("F", bound=ScenarioFiles[Any])
AnyFolder = ScenarioFolder | InboundScenarioFolder | MetadataScenarioFolder | EventScenarioFolder
_FOLDERS: dict[str, type[AnyFolder]] = {
    "outbound": ScenarioFolder,
    "inbound": InboundScenarioFolder,
    "metadata": MetadataScenarioFolder,
    "events": EventScenarioFolder,
}


def opened(path: Path) -> AnyFolder:
    """The folder that is there, as what its scenario.json says that it is.

    A damaged one is taken for an outbound one, whose readers say what is wrong.
    """
    folder = ScenarioFolder(path)
    try:
        direction = folder.read_head().direction if folder.exists else "outbound"
    except ScenarioError:
        return folder
    return _FOLDERS[direction](path)


@overload
def scenario_folder(scenarios: Path, sync: str, name: str) -> ScenarioFolder: ...
@overload
def scenario_folder(scenarios: Path, sync: str, name: str, kind: type[F]) -> F: ...
def scenario_folder(
    scenarios: Path, sync: str, name: str, kind: type[ScenarioFiles[Any]] = ScenarioFolder
) -> Any:
    """The folder of a sync's scenario, there already or not; kind: by the sync's direction.

    It is called by the scenario's name; where another sync's scenario has that folder, by both.
    """
    choices = [kind(scenarios / folder_name(text)) for text in (name, f"{name} {sync}")]
    heads = {folder: folder.read_head() for folder in choices if folder.exists}
    owned = [folder for folder, head in heads.items() if (head.sync, head.name) == (sync, name)]
    free = [folder for folder in choices if not folder.exists]
    if not owned and not free:
        raise ScenarioError(
            f"There is no folder left for the scenario {name!r} of {sync!r}",
            where=str(scenarios),
            next_step="give it another name",
            scenario=name,
            sync=sync,
        )
    return [*owned, *free][0]


def folder_name(name: str) -> str:
    """A file name for any name, on any system; other names get other file names.

    A name of plain lower-case words is itself, with hyphens. Another has the digest of its exact
    text behind what can be read of it.
    """
    ascii_text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")
    plain = slug and slug.replace("-", " ") == name and not _RESERVED.fullmatch(slug)
    if plain and len(slug) <= _LONGEST_NAME:
        return slug
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{slug[:_LONGEST_NAME].strip('-') or 'scenario'}-{digest}"
