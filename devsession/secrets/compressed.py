"""Compressed parts of a text: gzip, zlib, deflate, zstd, br and zip archives."""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from devsession.secrets.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What begins a stream of gzip and zstd, and an archive; of zlib, at each level.
PACKED = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"PK\x03\x04")
ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_BEGINNING = re.compile(rb"\x1f\x8b\x08|\x28\xb5\x2f\xfd|\x78[\x01\x5e\x9c\xda]")
_ZIP = b"PK\x03\x04"
# The same, as base64 that begins with it: H4sI, KLUv, eJ..; UEsDB.
PACKED_IN_BASE64 = re.compile(rb"H4sI|KLUv|eJ[w-z]|eN[o-r]|eA[E-H]|eF[4-7]|UEsDB")

# A page of zeros grows a thousandfold: more than this is not unpacked.
_MOST = 64 * 1024 * 1024
_RAW_DEFLATE = -15
_FIRST = 4_096
# Between the parts of an archive while it is searched.
_SEPARATOR = b"\n\0next entry of the archive\0\n"


def compressed_pieces(data: bytes) -> Iterator[Piece]:
    """Streams that announce themselves, wherever they begin."""
    if not any(sign in data for sign in (*PACKED, *ZLIB)):
        return
    end = 0
    for match in _BEGINNING.finditer(data):
        if match.start() >= end and (piece := _stream(data, match.start())):
            end = piece.end
            yield piece


def unmarked_pieces(data: bytes) -> Iterator[Piece]:
    """The whole as br, or as deflate without a header."""
    with suppress(zlib.error):
        stream = zlib.decompressobj(_RAW_DEFLATE)
        content = stream.decompress(data, _MOST)
        if stream.eof:
            end = len(data) - len(stream.unused_data)
            yield replace(_piece(0, end, content, "deflate", _deflated), checked=False)
    with suppress(ImportError):
        brotli = import_module("brotli")  # it has no types
        with suppress(brotli.error):
            content = brotli.decompress(data)
            piece = _piece(0, len(data), content, "br", brotli.compress)
            yield replace(piece, checked=False)


def zip_pieces(data: bytes) -> Iterator[Piece]:
    """A zip archive, and what has its format: a wheel, a workbook; its entries with their names."""
    start = data.find(_ZIP)
    if start < 0:
        return
    # A damaged archive, or one with a password, is searched as it stands; zipfile has many ways to
    # say that it cannot read.
    with suppress(Exception):
        with ZipFile(BytesIO(data[start:])) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > _MOST:
                return
            parts = [part for entry in entries for part in (_name(entry), archive.read(entry))]
        content = _SEPARATOR.join(parts)
        yield _piece(start, len(data), content, "zip", lambda clean: _zipped(entries, clean))


def _stream(data: bytes, start: int) -> Piece | None:
    if data[start] == 0x28:  # noqa: PLR2004 - zstd's first byte
        return _zstd(data, start)
    is_gzip = data[start] == 0x1F  # noqa: PLR2004 - gzip's first byte
    stream = zlib.decompressobj(31 if is_gzip else 15)
    with suppress(zlib.error):
        rest = memoryview(data)[start:]
        content = stream.decompress(rest[:_FIRST], _MOST)
        if not content and len(rest) > _FIRST:  # a header of that size is chance
            return None
        content += stream.decompress(rest[_FIRST:], _MOST)
        if stream.eof:
            end = len(data) - len(stream.unused_data)
            name, encoded = ("gzip", _gzipped) if is_gzip else ("zlib", zlib.compress)
            return _piece(start, end, content, name, encoded)
        if content:  # cut off, or too much: searched as far as it goes, and not encoded again
            return _piece(start, len(data), content, "gzip" if is_gzip else "zlib", _never)
    return None


def _zstd(data: bytes, start: int) -> Piece | None:
    with suppress(ImportError):
        import zstandard

        with suppress(zstandard.ZstdError):
            stream = zstandard.ZstdDecompressor(max_window_size=_MOST).decompressobj()
            content = stream.decompress(memoryview(data)[start:])
            end = len(data) - len(stream.unused_data)
            return _piece(start, end, content, "zstd", zstandard.ZstdCompressor().compress)
    return None


def _piece(
    start: int, end: int, content: bytes, name: str, encoded: Callable[[bytes], bytes | None]
) -> Piece:
    return Piece(start, end, content, name, encoded, lambda _: start, checked=True)


def _never(_: bytes) -> None:
    return None


def _gzipped(content: bytes) -> bytes:
    """The same bytes at any time of day: a recording is compared."""
    stream = zlib.compressobj(wbits=31)
    return stream.compress(content) + stream.flush()


def _deflated(content: bytes) -> bytes:
    stream = zlib.compressobj(wbits=_RAW_DEFLATE)
    return stream.compress(content) + stream.flush()


def _name(entry: Any) -> bytes:
    return str(entry.filename).encode("utf-8", "surrogatepass")


def _zipped(entries: list[Any], content: bytes) -> bytes | None:
    parts = content.split(_SEPARATOR)
    if len(parts) != 2 * len(entries):
        return None
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for entry, name, part in zip(entries, parts[::2], parts[1::2], strict=True):
            entry.filename = name.decode("utf-8", "surrogatepass")
            archive.writestr(entry, part)
    return target.getvalue()
