"""The files inside a file: what gzip, bzip2 and xz have packed, and a zip archive's entries.

They are read as streams: an archive may be larger than the memory once it is unpacked.
"""

from __future__ import annotations

import zlib
from bz2 import BZ2File
from gzip import GzipFile
from lzma import LZMAError, LZMAFile
from typing import IO, TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile, is_zipfile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# By the first bytes: a name may say anything.
_SIGNS = {
    b"\x1f\x8b\x08": "gzip",
    b"BZh91AY&SY": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
}
_LONGEST_SIGN = max(map(len, _SIGNS))
_OPENERS: dict[str, Any] = {"gzip": GzipFile, "bzip2": BZ2File, "xz": LZMAFile}

# What reading a damaged archive raises, or one with a password.
UNREADABLE = (OSError, EOFError, zlib.error, LZMAError, BadZipFile, RuntimeError, ValueError)


def packing_of(path: Path) -> str:
    """How a file is packed; nothing when it is not.

    Raises: OSError, when the file cannot be read.
    """
    with path.open("rb") as file:
        begins = file.read(_LONGEST_SIGN)
    packing = next((name for sign, name in _SIGNS.items() if begins.startswith(sign)), "")
    return "" if packing == "zip" and not is_zipfile(path) else packing


def unpacked(path: Path, packing: str) -> Iterator[tuple[str, IO[bytes]]]:
    """The name of each entry, which a stream has not, and its content.

    Raises: one of UNREADABLE, at once or while the content is read.
    """
    if packing != "zip":
        with _OPENERS[packing](path) as stream:
            yield "", stream
        return
    with ZipFile(path) as archive:
        for entry in archive.infolist():
            with archive.open(entry) as content:
                yield entry.filename, content
