"""The search for texts as they are usually spelled, one pattern for all; and the signs of a text
that may hold one of them in another encoding. Most texts show no sign, and are done with."""

from __future__ import annotations

import re
import string
import sys
from functools import cached_property
from typing import TYPE_CHECKING

from devsession.secrets.base64_runs import Base64Run, base64_runs
from devsession.secrets.compressed import PACKED, ZLIB
from devsession.secrets.spellings import (
    ESCAPED_WORD,
    alone,
    base64_cores,
    base64_twice_cores,
    hex_cores,
    sign_of,
    spelled,
    utf8,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Shorter values are words and numbers of everyday text.
SHORT = 6
# A text of this size is looked at closely, whatever it shows.
SMALL = 65_536
# A core of less than this says nothing, and would send every text through the slow path.
_SHORTEST_IN_BASE64 = 3
# Words of base64 and the like that are shorter hold no secret twice encoded, or compressed.
_SHORTEST_WORD = 20
# Long ones are wrapped, and no line is shorter than this.
_SHORTEST_LINE = 40
_WORD_BYTES = b"+/_-%\\=" + string.ascii_letters.encode() + string.digits.encode()
# Base64's characters, and those that an escape is made of.
_WORDS = bytes(b"x"[0] if byte in _WORD_BYTES else b"."[0] for byte in range(256))
_HEX_GROUPS = bytes(
    b"h"[0] if byte in b"0123456789abcdefABCDEF" else b" "[0] if byte in b" :" else b"."[0]
    for byte in range(256)
)
# An escape or a line's end of quoted-printable, escaped.
_ESCAPED_AGAIN = (b"&amp;#", rb"=\n", rb"=\r", b"=\\\\")
_LIKELY_BY_CHANCE = (*ZLIB, b"=\n", b"=\r\n")
_ENTITIES = re.compile(rb"(?:&(?:amp;)*#[0-9A-Fa-fxX]{2,7};){3}")


class PlainSearch:
    """Finds texts in the spellings of URLs, JSON, YAML, HTML and CSV.

    secrets: texts of which the short ones count only where they stand alone.
    addresses: `host:port`, which count where they stand alone.
    kept: what may stand in a text, and is nothing that was looked for: the replacements.
    """

    def __init__(
        self, secrets: Sequence[str], addresses: Sequence[str], kept: Iterable[bytes]
    ) -> None:
        self._texts = [*secrets, *addresses]
        self._alone = {text for text in secrets if len(text) < SHORT} | set(addresses)
        self._kept = sorted(set(kept), key=len, reverse=True)
        self._signs = _signs(map(sign_of, self._texts))
        long = [text for text in secrets if len(text) >= SHORT]
        # Without a word, a text has no sign in which it shows however it is spelled.
        self._content_signs = _signs(sign_of(text) or utf8(text) for text in secrets)
        self._utf16_signs = _signs(b"\0".join(_letters(sign)) for sign in self._content_signs)
        shortest = min((len(utf8(text)) for text in long), default=0)
        word = min(max(_SHORTEST_WORD, shortest * 2 // 3 + 10), _SHORTEST_LINE)
        self._word = b"x" * word if long else b""
        in_base64 = [text for text in secrets if len(utf8(text)) >= _SHORTEST_IN_BASE64]
        cores = {core for text in in_base64 for core in base64_cores(text)}
        cores |= {core for text in long for core in base64_twice_cores(text) | hex_cores(text)}
        # Longer ones are words, which are all decoded.
        self._cores = {core for core in cores if len(core) < (len(self._word) or sys.maxsize)}
        self._core_signs = _signs(sign_of(core.decode()) for core in self._cores)

    @property
    def longest(self) -> int:
        """How many bytes the longest text takes."""
        return max((len(utf8(text)) for text in self._texts), default=0)

    def matches(self, data: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
        """Where the texts stand: which one, and its match."""
        if any(map(data.__contains__, self._signs)):
            for match in self._pattern.finditer(data):
                if match.lastindex is not None:  # else it is kept
                    yield match.lastindex - 1, match

    def may_hold_words(self, data: bytes) -> bool:
        """Whether a word is there that may be base64, hexadecimal or the like of a text."""
        if any(map(data.__contains__, self._core_signs)):
            return True
        long_enough = self._word and len(data) >= len(self._word)
        return bool(long_enough) and self._word in data.translate(_WORDS)

    def may_hold_hex_groups(self, data: bytes) -> bool:
        """Whether hexadecimal in groups is there."""
        if not self._word:
            return False
        groups = data.translate(_HEX_GROUPS)
        return b"hh hh hh hh hh hh" in groups or b"hhhh hhhh hhhh" in groups

    def may_hold_utf16(self, data: bytes) -> bool:
        """Whether a text may be there in UTF-16."""
        if b"\0" not in data:
            return False
        if len(data) <= SMALL:
            return self.wants_content(data.translate(None, b"\0"))
        if any(map(data.__contains__, self._utf16_signs)):
            return True
        return bool(self._word) and self._word in data.translate(_WORDS, b"\0")

    def may_be_escaped(self, data: bytes) -> bool:
        """Whether a text may be there in more than one escape, or with its letters escaped."""
        if b"%" not in data and b"\\" not in data and b"&" not in data:
            return False
        signs = (*self._signs, *_ESCAPED_AGAIN)
        return bool(
            self._texts and (any(map(data.__contains__, signs)) or ESCAPED_WORD.search(data))
        )

    def base64_runs(self, data: bytes) -> list[Base64Run]:
        """The runs of base64 characters that are to be decoded."""
        has_core = any(map(data.__contains__, self._core_signs))
        shortest = len(self._word) or sys.maxsize
        return list(base64_runs(data, shortest, self._core_pattern if has_core else None))

    def wants_content(self, data: bytes) -> bool:
        """Whether what may be a text, and may be chance, is worth a closer look."""
        likely_by_chance = _LIKELY_BY_CHANCE if len(data) <= SMALL else ()
        return (
            any(map(data.__contains__, (*PACKED, *_ESCAPED_AGAIN, *likely_by_chance)))
            or self.may_hold_hex_groups(data)
            or any(map(data.__contains__, self._content_signs))
            or self.may_hold_words(data)
            or self.may_hold_utf16(data)
            or (b"&" in data and _ENTITIES.search(data) is not None)
        )

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        """What is kept, without a group; each text, with one."""
        spellings = ((text, spelled(text)) for text in self._texts)
        groups = [
            b"(%s)" % (alone(text, pattern) if text in self._alone else pattern)
            for text, pattern in spellings
        ]
        ahead = _first_bytes(self._texts, self._kept)
        return _any_of([*map(re.escape, self._kept), *groups], ahead=ahead)

    @cached_property
    def _core_pattern(self) -> re.Pattern[bytes]:
        return _any_of(map(re.escape, self._cores))


def _signs(signs: Iterable[bytes]) -> list[bytes]:
    """One of these stands in whatever holds one of the texts; the fewest that suffice."""
    found = set(signs)
    return sorted(sign for sign in found if not any(other in sign for other in found - {sign}))


def _letters(sign: bytes) -> list[bytes]:
    return [bytes([letter]) for letter in sign]


def _any_of(patterns: Iterable[bytes], ahead: bytes = b"") -> re.Pattern[bytes]:
    return re.compile(ahead + b"(?:%s)" % (b"|".join(patterns) or b"(?!)"))


def _first_bytes(texts: Sequence[str], kept: Sequence[bytes]) -> bytes:
    """What any match begins with: it sends the search past most of a text quickly."""
    firsts = {utf8(text)[:1] for text in texts} | {each[:1] for each in kept}
    firsts |= {text[0].encode("latin-1") for text in texts if text[0] <= "\xff"}
    firsts |= {utf8(utf8(text[0]).decode("latin-1"))[:1] for text in texts}
    more = b"%\\&+\r\n'\""
    return b"(?=[%s])" % b"".join(map(re.escape, sorted(firsts | {bytes([c]) for c in more})))
