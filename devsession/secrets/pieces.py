"""Pieces: parts of a text that are another text, encoded; decoded here, and encoded again.

Where an encoded text begins cannot be seen (`id/deadbeef43616e..`), so it is decoded at each alignment:
the right one shows the secret.
"""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from binascii import unhexlify
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HEX = re.compile(rb"[0-9A-Fa-f]{12,}")
_SPACED_HEX = re.compile(
    rb"(?:[0-9A-Fa-f]{2}){1,4}(?:([ :])(?:[0-9A-Fa-f]{2}){1,4})(?:\1(?:[0-9A-Fa-f]{2}){1,4})+"
)
_BASE32 = re.compile(rb"[A-Z2-7]{20,}(?:={1,6})?")
_BASE32_GROUP = 8
_UTF16 = ("utf-16-le", "utf-16-be")


@dataclass(frozen=True)
class Piece:
    """A part of a text, and what it says.

    encoded: the part for another content; None when that cannot be.
    place: where in the text a byte of the content stands.
    checked: whether its content is certain, by a checksum or the like. Other pieces may be
    something else altogether, and say nothing.
    """

    start: int
    end: int
    content: bytes
    encoding: str
    encoded: Callable[[bytes], bytes | None]
    place: Callable[[int], int]
    checked: bool = False


def hex_contents(data: bytes) -> Iterator[bytes]:
    """What hexadecimal digits say, at both alignments."""
    for digits in _HEX.findall(data):
        yield unhexlify(digits[: len(digits) // 2 * 2])
        yield unhexlify(digits[1 : 1 + (len(digits) - 1) // 2 * 2])


def hex_pieces(data: bytes) -> Iterator[Piece]:
    """Hexadecimal, in both cases and at both alignments."""
    for match in _HEX.finditer(data):
        for shift in (0, 1):
            yield _hex_piece(match, shift)


def spaced_hex_pieces(data: bytes) -> Iterator[Piece]:
    """Hexadecimal in groups, as dumps and fingerprints write it: `43:61:6e`, `4361 6e61`."""
    for match in _SPACED_HEX.finditer(data):
        yield _spaced_hex_piece(match)


def base32_pieces(data: bytes) -> Iterator[Piece]:
    """Base32, at each of its eight alignments."""
    for match in _BASE32.finditer(data):
        for shift in range(_BASE32_GROUP):
            yield _base32_piece(match, shift)


def utf16_pieces(data: bytes) -> Iterator[Piece]:
    """The whole as UTF-16 of both byte orders, begun at an even and at an odd byte."""
    for shift in (0, 1):
        end = len(data) - (len(data) - shift) % 2
        for codec in _UTF16:
            yield _utf16_piece(data, shift, end, codec)


def _hex_piece(match: re.Match[bytes], shift: int) -> Piece:
    digits = match[0]
    end = len(digits) - (len(digits) - shift) % 2
    upper = digits.upper() == digits

    def encoded(content: bytes) -> bytes:
        recoded = content.hex().encode()
        return digits[:shift] + (recoded.upper() if upper else recoded) + digits[end:]

    return Piece(
        *match.span(),
        unhexlify(digits[shift:end]),
        "hex",
        encoded,
        lambda at: match.start() + shift + 2 * at,
    )


def _spaced_hex_piece(match: re.Match[bytes]) -> Piece:
    digits, separator = match[0], match[1].decode()
    upper = digits.upper() == digits
    size = len(digits.split(match[1], 1)[0]) // 2

    def encoded(content: bytes) -> bytes:
        recoded = content.hex(separator, -size).encode()
        return recoded.upper() if upper else recoded

    content = unhexlify(digits.replace(match[1], b""))
    return Piece(*match.span(), content, "hex", encoded, lambda _: match.start())


def _base32_piece(match: re.Match[bytes], shift: int) -> Piece:
    text = match[0].rstrip(b"=")
    body = text[shift:]
    # No token has these lengths: the last character is not its own.
    body = body[: len(body) - (len(body) % _BASE32_GROUP in (1, 3, 6))]
    padded = match[0].endswith(b"=")

    def encoded(content: bytes) -> bytes:
        recoded = b32encode(content)
        return text[:shift] + (recoded if padded else recoded.rstrip(b"="))

    return Piece(
        *match.span(),
        b32decode(body + b"=" * (-len(body) % _BASE32_GROUP)),
        "base32",
        encoded,
        lambda at: match.start() + shift + at // 5 * 8,
    )


def _utf16_piece(data: bytes, start: int, end: int, codec: str) -> Piece:
    text = data[start:end].decode(codec, "surrogatepass")

    def place(at: int) -> int:
        before = text.encode("utf-8", "surrogatepass")[:at].decode("utf-8", "surrogatepass")
        return start + len(before.encode(codec, "surrogatepass"))

    return Piece(
        start,
        end,
        text.encode("utf-8", "surrogatepass"),
        "UTF-16",
        lambda content: content.decode("utf-8", "surrogatepass").encode(codec, "surrogatepass"),
        place,
    )
