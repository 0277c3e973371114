"""A scenario's folder, of either direction: its input, the exchanges of its run, and how it writes."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ValidationError

import devsession
from devsession.errors import CassetteError, DefinitionError, ScenarioError
from devsession.recording import as_recorded, cassette_file
from devsession.recording.scenario_input import (
    FORMAT,
    UPGRADES,
    ScenarioHead,
)
from devsession.secrets.audit import guarded_write, guarded_write_together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from devsession.recording.exchange import Exchange
    from devsession.secrets.redact import Redactor

_DAMAGED = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    ValidationError,
    DefinitionError,
)

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
I = TypeVar("I", bound=ScenarioHead)  # noqa: E741 - of the input


class ScenarioFiles(Generic[I]):
    """The files of one scenario; each is written on its own (but see `at_once`), when it changes.

    scenario.json (see `scenario_input`), cassette.yaml (vcrpy's format), cassette.recorded.jsonl
    (what it held when it was written); what else there is, each direction says.

    Every reader raises ScenarioError or CassetteError, which name the file, when one is damaged.
    Every writer redacts, and raises SecretLeakError when a secret would still be written.
    """

    input_model: ClassVar[type[ScenarioHead]]
    # Names of the files with what went in and what came out.
    own_files: ClassVar[tuple[str, ...]]

    def __init__(self, path: Path) -> None:
        self.path = path
        self._input_file = path / "scenario.json"
        self._cassette_file = path / "cassette.yaml"
        self._recorded_file = self._cassette_file.with_suffix(as_recorded.SUFFIX)
        self._waiting: dict[Path, str | bytes | None] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path.name}>"

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
    def has_outcomes(self) -> bool:
        """Whether what is expected is kept: valid outcomes, or records that came."""
        raise NotImplementedError

    @property
    def has_test(self) -> bool:
        """Whether the plugin's method has run. A damaged folder keeps its test, which says so."""
        if self.exists:
            try:
                return self.read_input().tested
            except ScenarioError:
                return True
        files = [self.path / name for name in self.own_files]
        return any(file.is_file() for file in [*files, self._cassette_file])

    def read_input(self) -> I:
        """What is in scenario.json."""
        found: I = self._read_input_as(self.input_model)  # type: ignore[assignment]  # the class says so
        return found

    def read_head(self) -> ScenarioHead:
        """Whose it is and which way it goes, whatever else stands in it."""
        return self._read_input_as(ScenarioHead)

    def _read_input_as(self, model: type[M]) -> M:
        def read(text: str) -> M:
            return model.model_validate(self._upgraded(json.loads(text)))

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
        for upgrade in UPGRADES[made:]:
            content = upgrade(content)
        return content | {"format": FORMAT}

    def write_input(self, frozen: I, redactor: Redactor) -> None:
        """Keep the input; who created the folder first stays named."""
        if self.exists:
            frozen = frozen.model_copy(update={"created_by": self.read_head().created_by})
        content = frozen.written()
        self._write(self._input_file, pretty(redactor.value(content)), redactor)

    def clear(self) -> None:
        """Remove the files of former input, outcomes and exchanges; new input is to be frozen."""
        own = [self.path / name for name in self.own_files]
        for file in (self._input_file, *own, self._cassette_file, self._recorded_file):
            if self._waiting is None:
                file.unlink(missing_ok=True)
            else:
                self._waiting[file] = None

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
        except _DAMAGED as cause:
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


def pretty(content: Any) -> str:
    """JSON as a person reads it."""
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
