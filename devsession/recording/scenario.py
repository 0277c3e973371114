"""A scenario on disk: one folder with frozen input, the exchanges of its run, and its outcomes."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import devsession
from devsession.errors import CassetteError, ScenarioError
from devsession.plugin.parameters import (
    OutboundSyncConfigurationParameters,  # noqa: TC001  (pydantic reads it)
)
from devsession.recording import as_recorded, cassette_file
from devsession.recording.frozen import thaw, to_line
from devsession.secrets.audit import guarded_write, guarded_write_together
from devsession.secrets.redact import placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pandas import DataFrame

    from devsession.recording.exchange import Exchange
    from devsession.secrets.redact import Redactor

T = TypeVar("T")
FORMAT = 1
_LONGEST_NAME = 60
_RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")


class ScenarioInput(BaseModel):
    """What stands in scenario.json: what `sync_outbound` is called with, but for the records.

    `secrets` are the names of the connection's secrets; their values are nowhere in the folder.
    `tested`: the method itself has run, so that there is something to test. `completed`: the test of
    that run was shown to hold. `asked`: how many records were wanted, where there were fewer. Either
    stands in the file only then.
    """

    model_config = ConfigDict(extra="forbid")

    format: int = FORMAT
    name: str
    sync: str
    plugin: str
    tested: bool = False
    completed: bool = False
    created_by: str = Field(default_factory=lambda: f"devsession {devsession.__version__}")
    secrets: list[str] = []
    asked: int | None = None
    parameters: OutboundSyncConfigurationParameters

    def replayed_parameters(self) -> OutboundSyncConfigurationParameters:
        """The frozen parameters with placeholders for secrets: recordings hold nothing else."""
        return self.parameters.with_secrets({name: placeholder(name) for name in self.secrets})


class ScenarioFolder:
    """The files of one scenario; each is written on its own (but see `at_once`), when it changes.

    scenario.json (see `ScenarioInput`), records.jsonl (a line a record, as get_records gave it),
    outcomes.json (what is expected), cells.json (what the author's cells came to),
    cassette.yaml (vcrpy's format), cassette.recorded.jsonl (what it held when it was written).

    Every reader raises ScenarioError or CassetteError, which name the file, when one is damaged.
    Every writer redacts, and raises SecretLeakError when a secret would still be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._input_file = path / "scenario.json"
        self._records_file = path / "records.jsonl"
        self._outcomes_file = path / "outcomes.json"
        self._cells_file = path / "cells.json"
        self._cassette_file = path / "cassette.yaml"
        self._recorded_file = self._cassette_file.with_suffix(as_recorded.SUFFIX)
        self._waiting: dict[Path, str | bytes | None] | None = None

    def __repr__(self) -> str:
        return f"<ScenarioFolder {self.path.name}>"

    @contextmanager
    def at_once(self, redactor: Redactor) -> Iterator[None]:
        """Inside, writers wait. At the end all files change, or none: those of a run belong together.

        Readers give what is on disk.
        """
        waiting: dict[Path, str | bytes | None] = {}
        self._waiting = waiting
        try:
            yield
        finally:
            self._waiting = None
        guarded_write_together(waiting, redactor)

    @property
    def exists(self) -> bool:
        """Whether its input is frozen."""
        return self._input_file.is_file()

    @property
    def has_test(self) -> bool:
        """Whether the plugin's method has run. A damaged folder keeps its test, which says so."""
        if self.exists:
            try:
                return self.read_input().tested
            except ScenarioError:
                return True
        files = (self._records_file, self._outcomes_file, self._cassette_file)
        return any(file.is_file() for file in files)

    def read_input(self) -> ScenarioInput:
        """What is in scenario.json."""

        def read(text: str) -> ScenarioInput:
            return ScenarioInput.model_validate(self._upgraded(json.loads(text)))

        return self._read(self._input_file, read)

    def _upgraded(self, content: dict[str, Any]) -> dict[str, Any]:
        """What an older devsession has written, as this one does; the next write keeps it so.

        Raises: ScenarioError for what a newer one has written, ValueError for what none has.
        """
        made = content.get("format", 0)
        if type(made) is not int or made < 0:
            raise ValueError(f"{made!r} is no format")
        if made > FORMAT:
            raise ScenarioError(
                f"The scenario {self.path.name!r} is of format {made}, and this devsession reads "
                f"formats up to {FORMAT}",
                tried=f"reading it with devsession {devsession.__version__}",
                where=str(self._input_file),
                next_step="pip install --upgrade devsession",
                scenario=self.path.name,
                format=made,
            )
        for upgrade in _UPGRADES[made:]:
            content = upgrade(content)
        return content | {"format": FORMAT}

    def write_input(self, frozen: ScenarioInput, redactor: Redactor) -> None:
        """Keep the input; who created the folder first stays named."""
        if self.exists:
            frozen = frozen.model_copy(update={"created_by": self.read_input().created_by})
        secrets = sorted(frozen.parameters.connection_secrets) or sorted(frozen.secrets)
        content = frozen.model_copy(update={"secrets": secrets}).model_dump(
            mode="json",
            exclude={name for name in ("asked", "completed") if not getattr(frozen, name)},
        )
        self._write(self._input_file, _pretty(redactor.value(content)), redactor)

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

    @property
    def has_outcomes(self) -> bool:
        """Whether valid outcomes are kept."""
        return self._outcomes_file.is_file()

    def clear(self) -> None:
        """Remove the files of former input, outcomes and exchanges; new input is to be frozen."""
        for file in (
            self._input_file,
            self._records_file,
            self._outcomes_file,
            self._cells_file,
            self._cassette_file,
            self._recorded_file,
        ):
            if self._waiting is None:
                file.unlink(missing_ok=True)
            else:
                self._waiting[file] = None

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
        self._write(file, _pretty(redactor.value(rows)), redactor)

    def read_cassette(self) -> list[Exchange]:
        """The exchanges of the scenario, in their order."""
        path = self._cassette_file
        if not path.is_file():
            raise damaged(path, FileNotFoundError("it is missing"))
        return cassette_file.load_exchanges(path)

    def cassette_changes(self, exchanges: Sequence[Exchange]) -> list[str]:
        """What was changed by hand in the cassette since it was recorded, a line each.

        Nothing is known of folders of before devsession kept it, and of those made by hand.
        """
        file = self._recorded_file
        if not file.is_file():
            return []

        def read(text: str) -> list[str]:
            return list(as_recorded.changes(exchanges, text, self._taped))

        return self._read(file, read)

    def _taped(self) -> list[Exchange]:
        """The exchanges of the tape beside the folder; none where it cannot be read."""
        try:
            return cassette_file.load_exchanges(self.path.parent / "tape.yaml")
        except CassetteError:
            return []

    def write_cassette(self, exchanges: Sequence[Exchange], redactor: Redactor) -> None:
        """Keep exchanges; those without an answer are left out."""
        kept = [each.redacted(redactor) for each in exchanges if each.status is not None]
        self._write(self._cassette_file, cassette_file.dump_exchanges(kept), redactor)
        self._write(self._recorded_file, as_recorded.to_lines(kept), redactor)

    def _read(self, path: Path, read: Callable[[str], T]) -> T:
        try:
            return read(path.read_bytes().decode("utf-8"))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ValidationError) as cause:
            raise damaged(path, cause) from None

    def _write(self, path: Path, text: str, redactor: Redactor) -> None:
        content = text.encode("utf-8")
        changed = not path.is_file() or path.read_bytes() != content
        if self._waiting is None:
            if changed:
                guarded_write(path, content, redactor)
        elif changed:
            self._waiting[path] = content
        else:
            self._waiting.pop(path, None)


def _with_tested(content: dict[str, Any]) -> dict[str, Any]:
    """Format 0 counted no formats and kept nothing but scenarios whose method had run."""
    return {"tested": True, **content}


# The first makes format 1 of format 0, and so on; the models read what stood shorter then.
_UPGRADES: list[Callable[[dict[str, Any]], dict[str, Any]]] = [_with_tested]


def scenario_folder(scenarios: Path, sync: str, name: str) -> ScenarioFolder:
    """The folder of a sync's scenario, there already or not.

    It is called by the scenario's name; where another sync's scenario has that folder, by both.
    """
    choices = [ScenarioFolder(scenarios / folder_name(text)) for text in (name, f"{name} {sync}")]
    owned = [
        folder
        for folder in choices
        if folder.exists and (folder.read_input().sync, folder.read_input().name) == (sync, name)
    ]
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


def _pretty(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def damaged(path: Path, cause: Exception) -> ScenarioError:
    """The error for a file of a scenario that is not as it was written."""
    reason = " ".join(f"{type(cause).__name__}: {cause}".split())
    return ScenarioError(
        f"{path.name} of the scenario {path.parent.name!r} cannot be read",
        tried=f"reading what complete() wrote: {reason[:300]}",
        where=str(path),
        next_step="restore it from git, or delete the folder and make the scenario again",
        path=str(path),
        scenario=path.parent.name,
    )
