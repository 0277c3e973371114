"""Files put into a folder that may hold others: all of them, or none."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from devsession.errors import UsageError
from devsession.render import counted

_README = "readme"  # in whatever spelling and format there is one
_IGNORED = Path(".gitignore")


@dataclass(frozen=True)
class Placed:
    """What was there and stays, and the lines that .gitignore was given."""

    kept: list[str]
    ignored: list[str]


def place(made: Path, folder: Path) -> Placed:
    """Move the files of `made` into `folder`, which is on the same disk and need not exist.

    A README there stays, a .gitignore is given the lines that it lacks. Interrupted, or refused by
    the disk, the folder is left as it was.

    Raises: UsageError that lists every file that is in the way; OSError.
    """
    files = sorted(each.relative_to(made) for each in made.rglob("*") if each.is_file())
    readmes = _readmes(folder)
    if readmes:
        files = [file for file in files if file.stem.casefold() != _README]
    _refuse_conflicts(files, folder)
    lacking = _extend(folder / _IGNORED, made / _IGNORED)
    with ExitStack() as undo:
        for file in files:
            _make_folders((folder / file).parent, undo)
            if (folder / file).is_file():
                undo.callback((folder / file).write_bytes, (folder / file).read_bytes())
            else:
                undo.callback((folder / file).unlink, missing_ok=True)
            os.replace(made / file, folder / file)  # noqa: PTH105 - the same name on every system
        undo.pop_all()
    return Placed(readmes, lacking)


def _refuse_conflicts(files: list[Path], folder: Path) -> None:
    taken = [file.as_posix() for file in files if _is_taken(folder, file)]
    if taken:
        raise UsageError(
            f"{counted(len(taken), 'file')} of the project would take the place of another; "
            "nothing was written",
            tried="\n".join(taken),
            where=str(folder),
            next_step="move them away, or make the project in a new folder: devsession init NAME",
        )


def _is_taken(folder: Path, file: Path) -> bool:
    """Whether something else has its place, or that of one of its folders."""
    above = [folder / parent for parent in file.parents]
    if any(os.path.lexists(place) and not place.is_dir() for place in above):
        return True
    extended = file == _IGNORED and (folder / file).is_file()
    return os.path.lexists(folder / file) and not extended


def _readmes(folder: Path) -> list[str]:
    there = folder.iterdir() if folder.is_dir() else ()
    return sorted(each.name for each in there if each.stem.casefold() == _README and each.is_file())


def _extend(theirs: Path, ours: Path) -> list[str]:
    """Make our file theirs with the lines that theirs lacks at its end; which lines those are."""
    if not theirs.is_file():
        return []
    before = theirs.read_bytes()
    known = {_pattern(line) for line in before.decode(errors="replace").splitlines()}
    lines = ours.read_text(encoding="utf-8").splitlines()
    lacking = [line for line in lines if _pattern(line) and _pattern(line) not in known]
    end = b"" if before.endswith(b"\n") or not before else b"\n"
    ours.write_bytes(before + end + "".join(f"{line}\n" for line in lacking).encode())
    return lacking


def _pattern(line: str) -> str:
    """What a line names, however it is written; nothing for a comment."""
    return "" if line.lstrip().startswith("#") else line.strip().strip("/")


def _make_folders(folder: Path, undo: ExitStack) -> None:
    """Make a folder and those above it, to be undone in reverse."""
    if not folder.is_dir():
        _make_folders(folder.parent, undo)
        folder.mkdir()
        undo.callback(folder.rmdir)
