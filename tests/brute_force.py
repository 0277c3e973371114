"""Finds a text in data however it is encoded, with nothing of ours: the standard library's decoders, again and again."""

from __future__ import annotations

import base64
import html
import re
import zlib
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

DEPTH = 3
_ESCAPE = re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_SHORT = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\n": b""}
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){8,}")


def holds(data: bytes, text: str) -> bool:
    """Whether the text stands in the data; letters may have lost their case, as in a host."""
    return any(text.lower() in layer for layer in layers(data))


def layers(data: bytes) -> Iterator[str]:
    """The data as text, and every text that a chain of decoders makes of it; in small letters."""
    seen: set[bytes] = set()
    found = {data}
    for _ in range(DEPTH + 1):
        new = found - seen
        seen |= new
        yield from (layer.decode("utf-8", "replace").lower() for layer in new)
        yield from (layer.decode("latin-1").lower() for layer in new)
        found = {decoder(layer) for layer in new for decoder in DECODERS}


def files_in(folder: Path, *, without: Iterable[str] = ()) -> bytes:
    """All files of a folder, one after the other, but those of these names."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    kept = [path for path in files if not set(path.relative_to(folder).parts) & set(without)]
    return b"\n".join(path.read_bytes() for path in kept)


def _escapes(data: bytes) -> bytes:
    """JSON's, Python's and YAML's; a folded line of YAML is one line again."""
    unfolded = re.sub(rb"\\\n\s*\\?", b"", data)
    return _ESCAPE.sub(_unescaped, unfolded)


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1] or match[2]
    if code:
        return chr(int(code, 16)).encode("utf-8", "surrogatepass")
    return _SHORT.get(match[3], match[3])


def _base64(data: bytes) -> bytes:
    runs = [run.translate(bytes.maketrans(b"-_", b"+/")) for run in _BASE64.findall(data)]
    shifted = [run[shift:] for run in runs for shift in range(4)]
    return b"\n".join(
        base64.b64decode(part[: len(part) // 4 * 4]) + _tail(part) for part in shifted
    )


def _tail(part: bytes) -> bytes:
    rest = part[len(part) // 4 * 4 :]
    return base64.b64decode(rest + b"=" * (4 - len(rest))) if len(rest) > 1 else b""


def _hex(data: bytes) -> bytes:
    return b"\n".join(bytes.fromhex(run.decode()) for run in _HEX.findall(data))


def _compressed(data: bytes) -> bytes:
    found = []
    for match in re.finditer(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]", data):
        unpack = zlib.decompressobj(47)
        try:
            found.append(unpack.decompress(data[match.start() :]))
        except zlib.error:
            continue
    return b"\n".join(found)


DECODERS: list[Callable[[bytes], bytes]] = [
    unquote_to_bytes,
    lambda data: unquote_to_bytes(data.replace(b"+", b" ")),
    lambda data: html.unescape(data.decode("latin-1")).encode("utf-8"),
    lambda data: html.unescape(data.decode("utf-8", "replace")).encode("utf-8"),
    _escapes,
    _base64,
    _hex,
    _compressed,
]
