"""Base64 inside text: runs of its characters, decoded at each alignment and encoded again.

Where a token begins cannot be seen: `/basic/dXNlcjpwYXNz` is one run of base64 characters. So a
run is decoded at each of the four alignments; the right one shows the secret, and what stands
before the secret's group of four characters is left as it was, letter by letter.
"""

from __future__ import annotations

import re
from base64 import b64encode
from binascii import a2b_base64
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from devsession.secrets.compressed import PACKED_IN_BASE64
from devsession.secrets.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# One unit is one character of base64, in whatever way a URL or JSON spells it.
_ESCAPES = rb"%(?:25)*2[BbFf]|\\{1,7}u002[BbFf]|\\{1,7}/"
_EQUALS = rb"=|%(?:25)*3[Dd]|\\{1,7}u003[Dd]"
_UNIT = re.compile(rb"[A-Za-z0-9+/_-]|" + _ESCAPES)
_RUN = re.compile(
    rb"((?:[A-Za-z0-9+/_-]|%(escapes)s)[A-Za-z0-9+/_-]*(?:(?:%(escapes)s)[A-Za-z0-9+/_-]*)*)"
    rb"((?:%(equals)s){0,2})" % {b"escapes": _ESCAPES, b"equals": _EQUALS}
)
_ESCAPED = re.compile(_ESCAPES)
_STANDARD = bytes.maketrans(b"-_", b"+/")
_URLSAFE = bytes.maketrans(b"+/", b"-_")


@dataclass(frozen=True)
class Base64Run:
    """A run of base64 characters, without and with its padding, and where it stands in the text."""

    written: bytes
    padding: bytes
    start: int
    end: int

    @cached_property
    def plain(self) -> bytes:
        """The run in the standard alphabet, without escapes."""
        plain = self.written
        if b"%" in plain or b"\\" in plain:
            plain = _ESCAPED.sub(lambda escape: b"+" if escape[0][-1:] in b"Bb" else b"/", plain)
        return plain.translate(_STANDARD)

    @property
    def is_packed(self) -> bool:
        """Whether a compressed stream may begin in it."""
        return PACKED_IN_BASE64.search(self.plain) is not None

    @cached_property
    def _units(self) -> Sequence[bytes] | None:
        """Each character as it is written; nothing when each is one byte."""
        return _UNIT.findall(self.written) if len(self.plain) != len(self.written) else None

    def decoded(self, shift: int) -> bytes:
        """The bytes, when the token begins at the unit `shift`."""
        body = self.plain[shift:]
        if len(body) % 4 == 1:  # no token has this length: the last character is not its own
            body = body[:-1]
        return a2b_base64(body + b"=" * (-len(body) % 4))

    def piece(self, shift: int) -> Piece:
        """The run as a piece, when its token begins at the unit `shift`."""
        content = self.decoded(shift)
        return Piece(
            self.start,
            self.end,
            content,
            "base64",
            lambda clean: self._with_content(shift, content, clean),
            lambda at: self.start + self._length(shift + at // 3 * 4),
        )

    def _with_content(self, shift: int, before: bytes, after: bytes) -> bytes:
        """The run when its content becomes another: encoded, escaped and padded as it was."""
        same = _common(before, after) // 3
        kept = self._length(shift + same * 4)
        tail = self.plain[shift + same * 4 :]
        encoded = b64encode(after[same * 3 :])
        body, padding = encoded.rstrip(b"="), b"=" * encoded.count(b"=")
        written = self.written[kept:]
        is_urlsafe = b"-" in self.written or b"_" in self.written
        if is_urlsafe and ((b"+" not in written and b"/" not in written) or not tail):
            body = body.translate(_URLSAFE)
        pads = len(re.findall(_EQUALS, self.padding))
        padded = (len(self.plain) - shift + pads) % 4 == 0
        return self.written[:kept] + self._escaped(body + (padding if padded else b""))

    def _length(self, units: int) -> int:
        """How many bytes so many characters take as they are written."""
        return units if self._units is None else len(b"".join(self._units[:units]))

    def _escaped(self, encoded: bytes) -> bytes:
        text = self.written + self.padding
        if b"%25" in text:
            return quote_from_bytes(quote_from_bytes(encoded, safe="").encode(), safe="").encode()
        if b"%" in text:
            return quote_from_bytes(encoded, safe="").encode()
        slashes = [unit for unit in self._units or () if unit.endswith(b"/") and unit != b"/"]
        return encoded.replace(b"/", slashes[0]) if slashes else encoded


def base64_runs(data: bytes, shortest: int, cores: re.Pattern[bytes] | None) -> Iterator[Base64Run]:
    """The runs that are long enough, and those in which a core is found, in order."""
    for match in _RUN.finditer(data):
        written, padding = match.groups()
        if len(written) >= shortest or cores:
            run = Base64Run(written, padding, *match.span())
            if len(run.plain) >= shortest or (cores and cores.search(run.plain)):
                yield run


def _common(one: bytes, other: bytes) -> int:
    """How many bytes two texts have in common at their start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
