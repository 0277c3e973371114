"""Base64 inside text: runs of its characters, decoded at each alignment and encoded again.

Where a token begins cannot be seen: `/basic/dXNlcjpwYXNz` is one run of base64 characters. So a
run is decoded at each of the four alignments; the right one shows the secret, and what stands
before the secret's group of four characters is left as it was, letter by letter.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

# One unit is one character of base64, in whatever way a URL or JSON spells it.
_UNIT = re.compile(rb"[A-Za-z0-9+/_-]|%2[BbFf]|\\{1,7}/")
_RUN = re.compile(rb"((?:[A-Za-z0-9+/_-]|%2[BbFf]|\\{1,7}/)+)((?:=|%3[Dd]){0,2})")
_ESCAPED = re.compile(rb"%2([BbFf])|\\{1,7}/")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_URLSAFE = bytes.maketrans(b"+/", b"-_")


@dataclass(frozen=True)
class Base64Run:
    """A run of base64 characters, without and with its padding, and where it stands in the text."""

    units: tuple[bytes, ...]
    padding: bytes
    start: int
    end: int

    @property
    def text(self) -> bytes:
        return b"".join(self.units) + self.padding

    def decoded(self, shift: int) -> bytes:
        """The bytes, when the token begins at the unit `shift`."""
        body = _plain(b"".join(self.units[shift:]))
        if len(body) % 4 == 1:  # no token has this length: the last character is not its own
            body = body[:-1]
        return b64decode(body + b"=" * (-len(body) % 4))

    def place(self, shift: int, at: int) -> int:
        """Where in the text the decoded byte `at` is."""
        return self.start + len(b"".join(self.units[: shift + at // 3 * 4]))

    def with_content(self, shift: int, before: bytes, after: bytes) -> Base64Run:
        """The run when its content becomes another: encoded, escaped and padded as it was."""
        same = _common(before, after) // 3
        kept, tail = self.units[: shift + same * 4], self.units[shift + same * 4 :]
        encoded = b64encode(after[same * 3 :])
        body, padding = encoded.rstrip(b"="), b"=" * encoded.count(b"=")
        if {b"-", b"_"} & set(self.units) and not {b"+", b"/"} & set(tail):
            body = body.translate(_URLSAFE)
        padded = (len(self.units) - shift + len(self.padding.replace(b"%3", b""))) % 4 == 0
        text = self._escaped(body)
        return replace(
            self,
            units=kept + tuple(_UNIT.findall(text)),
            padding=self._escaped(padding) if padded else b"",
        )

    def _escaped(self, encoded: bytes) -> bytes:
        if b"%" in self.text:
            return quote_from_bytes(encoded, safe="").encode()
        slashes = [unit for unit in self.units if unit.startswith(b"\\")]
        return encoded.replace(b"/", slashes[0]) if slashes else encoded


def base64_runs(data: bytes, cores: re.Pattern[bytes]) -> Iterator[Base64Run]:
    """The runs in which one of the cores is found, in order."""
    for match in _RUN.finditer(data):
        if cores.search(_plain(match[1])):
            yield Base64Run(tuple(_UNIT.findall(match[1])), match[2], *match.span())


def _plain(run: bytes) -> bytes:
    """The run in the standard alphabet, without escapes."""
    if b"%" in run or b"\\" in run:
        run = _ESCAPED.sub(lambda escape: b"+" if escape[1] in (b"B", b"b") else b"/", run)
    return run.translate(_STANDARD)


def _common(one: bytes, other: bytes) -> int:
    """How many bytes two texts have in common at their start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
