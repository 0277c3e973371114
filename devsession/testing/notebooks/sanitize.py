"""nbval's sanitize files: what is replaced in outputs before they are compared.

A file holds pairs of lines, in sections whose names are for its readers:

    [time of day]
    regex: \\d\\d:\\d\\d:\\d\\d
    replace: TIME
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHAPE = "a section is a line [name], then a line 'regex: ..', then a line 'replace: ..'"


@dataclass(frozen=True)
class Sanitizer:
    """Replacements, applied one after the other to every text of an output."""

    replacements: tuple[tuple[re.Pattern[str], str], ...] = ()

    def after(self, *replacements: tuple[re.Pattern[str], str]) -> Sanitizer:
        """The same after others."""
        return Sanitizer((*replacements, *self.replacements))

    def text(self, text: str) -> str:
        """The text with all that matches replaced."""
        for pattern, replacement in self.replacements:
            text = pattern.sub(replacement, text)
        return text

    def value(self, value: Any) -> Any:
        """The same for every text in JSON-like data."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        return value


def read_sanitizer(*paths: str | Path) -> Sanitizer:
    """The replacements of one or several files, in their order.

    Raises: UsageError for a file that is missing or of another shape, and for a regex or a
    replacement that cannot be; it names file, line and section.
    Source: nbval's documentation, and how nbval 0.11 reads such a file: line by line, in pairs.
    """
    return Sanitizer(tuple(pair for path in paths for pair in _pairs(Path(path))))


def _pairs(path: Path) -> Iterator[tuple[re.Pattern[str], str]]:
    section, regex, number = "", None, 0
    for number, line in enumerate(_lines(path), 1):
        key, colon, value = line.partition(":")
        # nbval takes what comes after one blank, blanks at the end included.
        value = value.removeprefix(" ")
        where = _where(path, number, section)
        if not line.strip() or line.startswith(("#", ";")):
            continue
        if line.startswith("[") and line.rstrip().endswith("]"):
            if regex is not None:
                raise _broken(f"'regex: {regex}' has no 'replace:' after it", where)
            section = line.strip()[1:-1]
        elif colon and key == "regex":
            if regex is not None:
                raise _broken(f"'regex: {regex}' has no 'replace:' after it", where)
            regex = value
        elif colon and key == "replace" and regex is not None:
            yield _pair(regex, value, where), value
            regex = None
        elif colon and key == "replace":
            raise _broken(f"'replace: {value}' has no 'regex:' before it", where)
        else:
            raise _broken(f"cannot read {line!r}", where)
    if regex is not None:
        where = _where(path, number, section)
        raise _broken(f"'regex: {regex}' has no 'replace:' after it", where)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read the sanitize file {path}: {error}",
            next_step=f"give the path of a text file; {_SHAPE}",
        ) from None


def _pair(regex: str, replacement: str, where: str) -> re.Pattern[str]:
    try:
        pattern = re.compile(regex)
    except re.error as error:
        raise UsageError(
            f"not a regular expression: {regex}",
            tried=str(error),
            where=where,
            next_step="correct it, or escape what is meant as it stands: \\( \\[ \\. \\* \\+",
        ) from None
    try:
        pattern.sub(replacement, "")  # a template is read before anything is looked for
    except (re.error, IndexError) as error:
        raise UsageError(
            f"not a replacement for '{regex}': {replacement}",
            tried=str(error),
            where=where,
            next_step="name only groups that the regex has, and write a backslash as \\\\",
        ) from None
    return pattern


def _where(path: Path, line: int, section: str) -> str:
    return f"{path}, line {line}" + (f", section [{section}]" if section else "")


def _broken(what: str, where: str) -> UsageError:
    return UsageError(what, where=where, next_step=_SHAPE)
