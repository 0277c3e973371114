"""Why a database file does not open, and what its owner can do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from devsession.errors import WarehouseError

if TYPE_CHECKING:
    from pathlib import Path


# What every journal of DuckDB begins with. Another one it takes for empty, and drops it.
_BEGINNING = b"d\0"


def check_journal(file: Path) -> None:
    """Refuses a journal (what was written last, to be put into the file) that is none.

    Raises:
        WarehouseError: it begins with something else; DuckDB would delete it without a word.
    """
    journal = _journal(file)
    if not journal.exists():
        return
    with journal.open("rb") as opened:
        beginning = opened.read(len(_BEGINNING))
    if not _BEGINNING.startswith(beginning):
        raise _damaged_journal(journal, f"it begins with {beginning!r}, not with {_BEGINNING!r}")


def why_it_does_not_open(file: Path, message: str) -> WarehouseError:
    """The error for what DuckDB says. Nothing is deleted or moved: syncs and outcomes are in it.

    Source: what DuckDB 2.0 raises from ATTACH, provoked in tests.
    """
    cause = message.strip().splitlines()[0].removeprefix("IO Error: ")
    if "Conflicting lock" in cause:
        return WarehouseError(
            "Another program has the warehouse's database file open.",
            tried=cause.split(" See also")[0],
            where=str(file),
            next_step="end that program, then try again",
        )
    if re.search("No space left on device|File too large|Disk quota exceeded", cause):
        return WarehouseError(
            "There is no room on the disk to open the warehouse's database file.",
            tried=cause,
            where=str(file),
            next_step="make room there and try again; what the file holds is whole",
        )
    if "Permission denied" in cause:
        return WarehouseError(
            "The warehouse's database file may not be opened.",
            tried=cause,
            where=str(file),
            next_step="make it yours and writable, then try again",
        )
    if "WAL file" in cause:
        return _damaged_journal(_journal(file), cause)
    folder = file.parent
    return WarehouseError(
        "The warehouse's database file is damaged, or no database of this DuckDB; it was left as it is.",
        tried=cause,
        where=str(file),
        next_step=f"put a copy of it back; or keep it aside: mv '{folder}' '{folder}.damaged', and "
        "the next use starts an empty warehouse, without the tables, syncs and outcomes of this one",
    )


def _journal(file: Path) -> Path:
    return file.with_name(f"{file.name}.wal")


def _damaged_journal(journal: Path, cause: str) -> WarehouseError:
    return WarehouseError(
        "The warehouse's journal, which holds what was written last, is damaged; it was left as it is.",
        tried=cause,
        where=str(journal),
        next_step=f"put a copy of it back; or keep it aside: mv '{journal}' '{journal}.damaged', and "
        "the next use starts without the last changes",
    )
