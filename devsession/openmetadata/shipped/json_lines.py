"""Entities in a file of JSON lines, `model.lines`: a sink, the source that reads it again, and a stage."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json

from devsession.errors import CatalogError, DataError, EntityError
from devsession.openmetadata.model.lines import item_of, line_of
from devsession.openmetadata.steps.either import Either, OMError
from devsession.openmetadata.steps.selection import DatabaseSourceConfig
from devsession.openmetadata.steps.steps import Sink, Source, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.openmetadata.steps.steps import Item, Yielded

_MODE = 0o644


class JsonLinesConfig(BaseModel):
    """path: of the file; it is replaced as a whole, when everything was written."""

    model_config = ConfigDict(extra="forbid")

    path: Path


class JsonLinesSink(Sink):
    """Writes a file of JSON lines, whole or not at all: `JsonLinesSink.using(path="crm.jsonl")`."""

    Config: ClassVar[type[BaseModel] | None] = JsonLinesConfig
    keeps: ClassVar[bool] = False

    def prepare(self) -> None:
        """Raises: CatalogError where no file can be written."""
        # A link stays one, its target is written.
        self._path = Path(os.path.realpath(self.config.path))
        try:
            handle, draft = tempfile.mkstemp(dir=self._path.parent, prefix=".writing-")
        except OSError as error:
            raise CatalogError(
                "The file of JSON lines cannot be written",
                said=str(error.strerror),
                where=str(self.config.path),
                next_step="name a folder that is there, and may be written to",
            ) from None
        self._draft: Path | None = Path(draft)
        self._file = os.fdopen(handle, "wb")

    def write(self, item: Item) -> None:
        """Raises: OSError when the disk is full."""
        self._file.write(line_of(item) + b"\n")

    def flush(self) -> None:
        """Put the file in its place. Raises: OSError when the disk is full."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if self._draft is not None:
            there = self._path.exists()
            self._draft.chmod(self._path.stat().st_mode & 0o7777 if there else _MODE)
            self._draft.replace(self._path)
            self._draft = None

    def close(self) -> None:
        """What was not flushed is thrown away."""
        draft = getattr(self, "_draft", None)
        if draft is not None:
            self._file.close()
            draft.unlink(missing_ok=True)


class JsonLinesSourceConfig(DatabaseSourceConfig):
    """path: of the file that is read."""

    path: Path = Field(description="A file of JSON lines")


class JsonLinesSource(Source):
    """Reads what a `JsonLinesSink` has written; a line that is no entity is an error, by its number."""

    Config: ClassVar[type[BaseModel] | None] = JsonLinesSourceConfig

    def test_connection(self) -> None:
        """Raises: DataError where there is no such file."""
        path: Path = self.config.path
        if not path.is_file():
            raise DataError("There is no such file of JSON lines", where=str(path.resolve()))

    def generate(self) -> Iterator[Yielded]:
        """The items of the file, in its order."""
        path: Path = self.config.path
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.isspace():
                    continue
                try:
                    yield _read(line)
                except EntityError as error:
                    yield Either(left=OMError(f"{path.name}, line {number}", str(error)))


class JsonLinesStage(Stage):
    """Holds everything in a file that has no name, so that memory stays flat."""

    _file: IO[bytes]

    def prepare(self) -> None:
        """Begin the file, in the folder for temporary ones."""
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - close() does

    def write(self, item: Item) -> None:
        """Raises: OSError when the disk is full."""
        self._file.write(line_of(item) + b"\n")

    def items(self) -> Iterator[Item]:
        """What was written, in its order."""
        self._file.seek(0)
        yield from map(_read, self._file)

    def close(self) -> None:
        """The file is gone with this."""
        file: Any = getattr(self, "_file", None)
        if file is not None:
            file.close()


def _read(line: bytes) -> Item:
    """The item of a line. Raises: EntityError for one that is none."""
    try:
        fields = from_json(line)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise EntityError("it is no JSON object")
    item: Item = item_of(fields)
    return item
