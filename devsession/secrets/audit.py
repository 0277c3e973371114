"""The last look: is a secret in what is about to be written, or in what has been?"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from devsession.errors import SecretLeakError, SetupError
from devsession.private import PRIVATE_NAME
from devsession.render import (
    BAD,
    DOUBTFUL,
    GOOD,
    counted,
    html_line,
    html_report,
    html_table,
    text_table,
)
from devsession.secrets.edits import within
from devsession.secrets.files import write_together
from devsession.secrets.spellings import utf8
from devsession.secrets.unpacking import UNREADABLE, packing_of, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from devsession.secrets.redact import Hit, Redactor

# The homes of secrets, and git's compressed objects. Named themselves, they are searched.
_LEFT_OUT = {PRIVATE_NAME, ".env", ".git"}
_CHUNK = 16 * 1024 * 1024
_CONTEXT = 64
_HEADINGS = ("File", "Place", "Secret", "Encoding")
_SHOWN = 50  # findings in a notebook; print() has all


@dataclass(frozen=True)
class Finding:
    """A secret in a file: by its name, never its value; or a file that could not be searched,
    with the cause as its place and no name."""

    file: str
    place: str
    name: str
    encoding: str


@dataclass(frozen=True, repr=False)
class AuditReport:
    """What an audit found. Truthy when every file was searched and none holds a secret."""

    findings: tuple[Finding, ...]
    files: int
    secrets: int

    def __bool__(self) -> bool:
        return not self.findings

    @property
    def summary(self) -> str:
        """One line: how much was searched, and what came of it."""
        files = counted(self.files, "file")
        if not (self.secrets or self.findings):
            return f"{files}, searched for nothing: no secret is known here"
        searched = f"{files} searched for {counted(self.secrets, 'secret')}"
        found = counted(len(self.findings), "finding") if self.findings else "none found"
        return f"{searched}: {found}"

    def __str__(self) -> str:
        table = [text_table(_HEADINGS, self._rows())] if self.findings else []
        return "\n".join(filter(None, [self.summary, *table, self._next]))

    def __repr__(self) -> str:
        table = [text_table(_HEADINGS, self._rows(_SHOWN))] if self.findings else []
        return "\n".join(filter(None, [self.summary, *table, self._more, self._next]))

    def _repr_html_(self) -> str:
        table = [html_table(_HEADINGS, self._rows(_SHOWN))] if self.findings else []
        lines = map(html_line, filter(None, [self._more, self._next]))
        edge = (GOOD if self.secrets else DOUBTFUL) if self else BAD
        return html_report(self.summary, *table, *lines, edge=edge)

    @property
    def _next(self) -> str:
        if self.secrets:
            return ""
        return "next: name a secret, NAME=.. in .env, or devsession audit --secret-env NAME"

    @property
    def _more(self) -> str:
        rest = len(self.findings) - _SHOWN
        return f"and {counted(rest, 'more finding')}: print(report)" if rest > 0 else ""

    def _rows(self, most: int | None = None) -> list[tuple[str, ...]]:
        return [(f.file, f.place, f.name, f.encoding) for f in self.findings[:most]]


def audit(paths: Iterable[Path], redactor: Redactor) -> AuditReport:
    """Search files, and folders with all that is in them, for every secret in every encoding.

    Hidden files and folders are searched as well, Jupyter's checkpoints among them; `.devsession`,
    `.env`, `.git` and virtual environments only when they are named. Of an archive, what is in it.
    A path that does not exist or cannot be read is a finding: it was not searched.
    """
    files = [file for path in paths for file in _files(Path(path))]
    findings = [finding for file in files for finding in _searched(file, redactor)]
    return AuditReport(tuple(findings), len(files), len(redactor.names))


def guarded_write(path: Path, content: str | bytes, redactor: Redactor) -> None:
    """Write a file, unless a secret stands in it; whole or not at all.

    Raises:
        SecretLeakError: a secret stands in the content; the file is as it was.
        SetupError: the file system refuses; the file is as it was.
    """
    guarded_write_together({path: content}, redactor)


def guarded_write_together(contents: Mapping[Path, str | bytes | None], redactor: Redactor) -> None:
    """Write files as `guarded_write` does, all or none; None: the file is removed.

    Raises: SecretLeakError or SetupError; all files are as they were.
    """
    data = {path: utf8(text) if isinstance(text, str) else text for path, text in contents.items()}
    for path, content in data.items():
        if content is not None and (hits := redactor.find(content)):
            raise _leak(path, content, hits)
    try:
        write_together(data, mode=0o644)
    except OSError as error:
        path = next(iter(data))
        one = len(data) == 1
        raise SetupError(
            f"{path.name} could not be written; it is as it was"
            if one
            else f"The files of {path.parent.name} could not be written; all are as they were",
            tried=error.strerror or str(error),
            where=str(path if one else path.parent),
            next_step="make its folder writable, with room on the disk, and try again",
        ) from error


def _leak(path: Path, data: bytes, hits: list[Hit]) -> SecretLeakError:
    places = Counter((hit.name, hit.encoding, data.count(b"\n", 0, hit.at) + 1) for hit in hits)
    return SecretLeakError(
        f"{path.name} was not written: a secret stands in it",
        tried="\n".join(
            f"line {line}: {name} ({encoding}{f', {times} times' if times > 1 else ''})"
            for (name, encoding, line), times in places.items()
        ),
        where=str(path),
        next_step="take the secret out of the text, data or file name that it comes from; "
        "values belong into the environment, the keyring or the form",
        secrets=sorted({hit.name for hit in hits}),
    )


def _files(path: Path) -> Iterator[Path]:
    """The files below a path, in order; a folder that cannot be listed stands for itself. Links to
    folders are not followed, so that there is an end; virtual environments are left out."""
    if not path.is_dir():
        yield path
        return
    refused: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=refused.append):
        folders[:] = sorted(
            name
            for name in set(folders) - _LEFT_OUT
            if not Path(folder, name, "pyvenv.cfg").is_file()
        )
        yield from (Path(folder) / name for name in sorted(set(names) - _LEFT_OUT))
    yield from (Path(error.filename) for error in refused)


def _searched(path: Path, redactor: Redactor) -> Iterator[Finding]:
    # A name may be no text, which no terminal would print.
    shown = os.fsencode(path).decode("utf-8", "backslashreplace")
    file = redactor.text(shown)
    for hit in redactor.find(shown):
        yield Finding(file, "file name", hit.name, hit.encoding)
    # A pipe would be read forever.
    if path.is_file() or path.is_dir() or not path.exists():
        try:
            yield from _found(path, file, redactor)
        except OSError as error:
            yield Finding(file, f"not searched: {error.strerror or error}", "", "")


def _found(path: Path, file: str, redactor: Redactor) -> Iterator[Finding]:
    """What stands in a file: in the entries of an archive that can be read, else in its bytes."""
    packing = packing_of(path)
    if packing:
        try:
            yield from _found_packed(path, packing, file, redactor)
        except UNREADABLE:
            yield Finding(file, f"not searched to its end: damaged or locked {packing}", "", "")
        else:
            return
    with path.open("rb") as plain:
        for place, hit in _hits(plain, redactor):
            yield Finding(file, place, hit.name, hit.encoding)


def _found_packed(path: Path, packing: str, file: str, redactor: Redactor) -> Iterator[Finding]:
    for entry, content in unpacked(path, packing):
        for hit in redactor.find(entry):
            yield Finding(file, "name of an entry", hit.name, hit.encoding)
        name = redactor.text(entry) + ", " if entry else ""
        for place, hit in _hits(content, redactor):
            yield Finding(file, name + place, hit.name, within(hit.encoding, packing))


def _hits(file: IO[bytes], redactor: Redactor) -> Iterator[tuple[str, Hit]]:
    """Reads in chunks. A secret near the end of one may go on in the next, so it is looked for
    there again, with a little of what stands before it."""
    window, begins, line, searched = b"", 0, 1, 0
    last = False
    while not last:
        chunk = file.read(_CHUNK)
        last = len(chunk) < _CHUNK
        window += chunk
        settled = len(window) if last else max(searched, len(window) - redactor.reach)
        for hit in redactor.find(window):
            if searched <= hit.at < settled:
                yield _place(window, hit.at, line, begins), hit
        cut = max(0, settled - _CONTEXT)
        begins, line = begins + cut, line + window.count(b"\n", 0, cut)
        window, searched = window[cut:], settled - cut


def _place(window: bytes, at: int, line: int, begins: int) -> str:
    if b"\0" in window:  # not text
        return f"byte {begins + at:,}"
    lines_before = window.count(b"\n", 0, at)
    return f"line {line + lines_before:,}"
