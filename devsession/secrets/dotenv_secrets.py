"""Secrets in a workspace's `.env`: what many tools read, and nobody commits."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class DotenvSecrets:
    """Names -> values of the file; nothing of it goes to the environment, nor is anything put in.

    A file that is missing holds nothing. One that cannot be read does not work, and says why; of
    one with a wrong line the other lines count.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def place(self) -> str:
        """Where this looks, for people."""
        return f"the file {self._path}"

    def get(self, name: str) -> str | None:
        """The value; None when the file does not hold it."""
        return self.all().get(name)

    def all(self) -> dict[str, str]:
        """Every name with a value."""
        return self._read()[0]

    def problem(self) -> str:
        """Why the file, or a line of it, cannot be used; nothing when it can."""
        return self._read()[1]

    def to_add(self, name: str) -> str:
        """How a person puts a value here."""
        return f"{name}=.. in {self._path.name}"

    def to_remove(self, name: str) -> str:
        """How a person takes a value out of here."""
        return f"take {name} out of {self._path}"

    def _read(self) -> tuple[dict[str, str], str]:
        from dotenv.parser import parse_stream  # without interpolation: a key may hold "${"

        try:
            text = self._path.read_text(encoding="utf-8-sig") if self._path.exists() else ""
        except UnicodeDecodeError:
            return {}, "is not text in UTF-8"
        except OSError as error:
            return {}, f"cannot be read: {error.strerror or type(error).__name__}"
        lines = list(parse_stream(StringIO(text)))
        wrong = [line.original.line for line in lines if line.error]
        values = {line.key: line.value for line in lines if line.key and line.value}
        return values, f"line {wrong[0]} cannot be read: it is no NAME=value" if wrong else ""
