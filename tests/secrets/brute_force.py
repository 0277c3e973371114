"""A search for a secret that knows nothing of ours: everything is decoded in every way that the
standard library has, six times over."""

from __future__ import annotations

import base64
import bz2
import html
import quopri
import re
import zipfile
import zlib
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

import brotli
import zstandard

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPTH = 6
_RUN = re.compile(rb"[A-Za-z0-9+/_=-]{8,}")
_HEX = re.compile(rb"[0-9A-Fa-f]{12,}")
_SPACE = re.compile(rb"(?:\\[nrt]|\s|[\"',])+")


def holds(data: bytes, secret: str) -> bool:
    """Whether the secret can be had from the data."""
    wanted = {secret.encode(), secret.encode("latin-1"), secret.encode("utf-16-le")}
    wanted |= {secret.lower().encode()}
    todo, seen = [(data, 0)], {data}
    while todo:
        text, depth = todo.pop()
        if any(each in text for each in wanted):
            return True
        if depth < DEPTH:
            new = {each for each in _decoded(text) if len(each) >= len(secret)} - seen
            seen |= new
            todo += [(each, depth + 1) for each in new]
    return False


def _decoded(data: bytes) -> Iterator[bytes]:
    yield unquote_to_bytes(data)
    yield unquote_to_bytes(data.replace(b"+", b" "))
    yield html.unescape(data.decode("latin-1")).encode("latin-1", "ignore")
    yield html.unescape(data.decode("utf-8", "ignore")).encode("utf-8", "ignore")
    yield _without_backslashes(data)
    yield quopri.decodestring(data)
    yield data.replace(b'""', b'"')
    joined = _SPACE.sub(b"", data)
    for text in {data, joined}:
        for run in _RUN.findall(text):
            yield from _base64(run)
        for digits in _HEX.findall(text.replace(b":", b"")):
            yield bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
            yield bytes.fromhex(digits[1 : 1 + (len(digits) - 1) // 2 * 2].decode())
    yield from _unpacked(data)
    if b"\0" in data:
        yield data.replace(b"\0", b"")


def _without_backslashes(data: bytes) -> bytes:
    def meaning(match: re.Match[bytes]) -> bytes:
        if match[1]:
            return chr(int(match[1], 16)).encode("utf-8", "ignore")
        return bytes([int(match[2], 16)]) if match[2] else match[3]

    return re.sub(rb"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", meaning, data)


def _base64(run: bytes) -> Iterator[bytes]:
    body = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/")).replace(b"=", b"")
    for shift in range(4):
        rest = body[shift:]
        rest = rest[: len(rest) // 4 * 4] if len(rest) % 4 == 1 else rest
        yield base64.b64decode(rest + b"=" * (-len(rest) % 4))
    for shift in range(8):
        with suppress(ValueError):
            rest = body[shift:]
            yield base64.b32decode(rest + b"=" * (-len(rest) % 8), casefold=True)


def _unpacked(data: bytes) -> Iterator[bytes]:
    for magic, wbits in ((b"\x1f\x8b", 31), (b"x\x9c", 15), (b"x\xda", 15)):
        if magic in data:
            with suppress(zlib.error):
                yield zlib.decompressobj(wbits).decompress(data[data.index(magic) :])
    with suppress(zlib.error):
        yield zlib.decompressobj(-15).decompress(data)
    with suppress(brotli.error):
        yield brotli.decompress(data)
    if b"\x28\xb5\x2f\xfd" in data:
        with suppress(zstandard.ZstdError):
            at = data.index(b"\x28\xb5\x2f\xfd")
            yield zstandard.ZstdDecompressor().decompressobj().decompress(data[at:])
    with suppress(OSError):
        yield bz2.decompress(data)
    if b"PK\x03\x04" in data:
        with suppress(Exception), zipfile.ZipFile(BytesIO(data)) as archive:
            yield b"\n".join(archive.read(name) for name in archive.namelist())
