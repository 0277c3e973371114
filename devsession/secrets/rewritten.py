"""A whole text with one kind of writing undone: escapes, or the line breaks of wrapped lines.

What is found in it is traced back to what was written, so that all else stays as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from html import unescape
from typing import TYPE_CHECKING

from devsession.secrets.spellings import utf8

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ESCAPE = re.compile(
    rb"%(?P<percent>[0-9A-Fa-f]{2})"
    rb"|\\(?:u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}"
    rb"|u[0-9A-Fa-f]{4}|U000[0-9A-Fa-f]{5}|U0010[0-9A-Fa-f]{4})"
    rb"|\\x(?P<byte>[0-9A-Fa-f]{2})"
    rb"|\\(?P<char>[\\/\"'bfnrt])"
    rb"|&(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos|nbsp);"
)
_CHARS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}

# Base64 and the like are wrapped at 60 to 76 characters; what goes on is one word.
_BREAK = re.compile(
    rb"(?<=[A-Za-z0-9+/_-]{40})"
    rb"(?:(?:\r?\n[ \t]*)+|[ ]+|(?:\\{1,7}r)?\\{1,7}n(?:\"\s*,\s*\")?|(?:%0[dD])?%0[aA])"
    rb"(?=[A-Za-z0-9+/_=-])"
)
_SOFT_BREAK = re.compile(rb'=\r?\n(?:",\s*")?|=([0-9A-F]{2})')
# A blank in a form is a plus.
_INDENTED_SOFT_BREAK = re.compile(rb"=\r?\n[\s+]+|=([0-9A-F]{2})")


class Rewritten:
    """A text after a pattern's matches were replaced by what they mean."""

    def __init__(
        self,
        data: bytes,
        pattern: re.Pattern[bytes],
        meaning: Callable[[re.Match[bytes]], bytes],
        encoding: str,
    ) -> None:
        self.data = data
        self._pattern = pattern
        self._meaning = meaning
        self.encoding = encoding
        self.content = pattern.sub(meaning, data)

    @property
    def changed(self) -> bool:
        """Whether there was anything to undo."""
        return self.content != self.data

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the content from `start` to `end` was written."""
        written_at, first = self._chunk(start)
        begins = written_at if self._chunks[first][3] else written_at + start - self._starts[first]
        written_at, last = self._chunk(max(start, end - 1))
        if self._chunks[last][3]:
            return begins, written_at + self._chunks[last][2]
        return begins, written_at + end - self._starts[last]

    def _chunk(self, at: int) -> tuple[int, int]:
        which = max(0, bisect_right(self._starts, at) - 1)
        return self._chunks[which][1], which

    @cached_property
    def _chunks(self) -> list[tuple[int, int, int, bool]]:
        """Start in the content, start and length as written, whether it was replaced."""
        return list(self._walked())

    @cached_property
    def _starts(self) -> list[int]:
        return [chunk[0] for chunk in self._chunks]

    def _walked(self) -> Iterator[tuple[int, int, int, bool]]:
        at = written = 0
        for match in self._pattern.finditer(self.data):
            if match.start() > written:
                yield at, written, match.start() - written, False
                at += match.start() - written
            meaning = self._meaning(match)
            if meaning:
                yield at, match.start(), len(match[0]), True
                at += len(meaning)
            written = match.end()
        yield at, written, len(self.data) - written, False


def unescaped(data: bytes) -> list[Rewritten]:
    """The escapes of URLs, of JSON and the like, and of HTML undone, once."""
    return [Rewritten(data, _ESCAPE, _unescaped, "escaped")]


def unwrapped(data: bytes) -> list[Rewritten]:
    """Long words put together that go on in the next line: PEM, MIME, what a notebook lists."""
    return [Rewritten(data, _BREAK, lambda _: b"", "wrapped")]


def unquoted(data: bytes) -> list[Rewritten]:
    """Quoted-printable undone, as it is, and where its lines were indented."""
    patterns = (_SOFT_BREAK, _INDENTED_SOFT_BREAK)
    return [Rewritten(data, pattern, _unquoted, "quoted-printable") for pattern in patterns]


def _unquoted(match: re.Match[bytes]) -> bytes:
    return bytes.fromhex(match[1].decode()) if match[1] else b""


def _unescaped(match: re.Match[bytes]) -> bytes:
    if number := match["percent"] or match["byte"]:
        return bytes.fromhex(number.decode())
    if char := match["char"]:
        return _CHARS.get(char, char)
    written = match[0].decode()
    if written.startswith("&"):
        return utf8(unescape(written))
    if written.startswith("\\U"):
        return utf8(chr(int(written[2:], 16)))
    units = "".join(written.split("\\u"))
    return utf8(bytes.fromhex(units).decode("utf-16-be", "surrogatepass"))
