"""Redaction by value: secrets become placeholders, in whatever encoding they stand.

The redactor holds the live values and no state; it knows no header, field or format, so there is
no place that it does not look at. What it gives back can be redacted again and stays the same:
recordings are redacted when written, and again when loaded.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from devsession.secrets.base64_runs import Base64Run, base64_runs
from devsession.secrets.spellings import ESCAPED_WORD, alone, base64_cores, sign_of, spelled, utf8

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Shorter values are words and numbers of everyday text.
SHORT = 6
# A core of less than this says nothing, and would send every text through the slow path.
_SHORTEST_IN_BASE64 = 3


def placeholder(name: str) -> str:
    """What stands for a secret: `REDACTED-api-key`, legal in a URL's host, path and user, in a
    header, a cookie and in every encoding, all of which leave it as it is."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"REDACTED-{slug or 'secret'}"


@dataclass(frozen=True)
class Hit:
    """A secret that was found: its name, the encoding it stands in, and the byte it starts at."""

    name: str
    encoding: str
    at: int


class Redactor:
    """Replaces secrets by placeholders, and addresses by their stand-ins, in text, bytes and data.

    secrets: name -> value, or all the values that it had, which get one placeholder: a token that
    is another one in each run. A value of fewer than 6 characters counts only where it stands
    alone, and in base64 from 3 characters on; an empty one is ignored. Of two names with one value
    the first is used; of two values that start at one place, the longer.
    addresses: stand-in -> `host:port`, so that a recording is the same whatever port was free.
    not_secret: values that are no secret under any name: `true`, a tenant's public id.
    """

    def __init__(
        self,
        secrets: Mapping[str, str | Collection[str]],
        addresses: Mapping[str, str] | None = None,
        *,
        not_secret: Collection[str] = (),
    ) -> None:
        by_value: dict[str, str] = {}
        for name, held in secrets.items():
            for value in (held,) if isinstance(held, str) else held:
                if value and value not in not_secret:
                    by_value.setdefault(value, name)
        values = sorted(by_value, key=len, reverse=True)
        hosts = {address: name for name, address in (addresses or {}).items() if address}
        self._texts = [*values, *hosts]
        self._alone = {value for value in values if len(value) < SHORT} | set(hosts)
        self._names = [by_value[value] for value in values]
        self._replacements = [utf8(placeholder(name)) for name in self._names]
        self._replacements += [utf8(stand_in) for stand_in in hosts.values()]
        self._signs = _signs(self._texts)
        in_base64 = [value for value in values if len(utf8(value)) >= _SHORTEST_IN_BASE64]
        self._cores = {core for value in in_base64 for core in base64_cores(value)}
        self._core_signs = _signs(core.decode() for core in self._cores)

    def __repr__(self) -> str:
        return f"Redactor({', '.join(sorted(self.names))})"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the secrets that are looked for."""
        return tuple(dict.fromkeys(self._names))

    @property
    def reach(self) -> int:
        """No secret takes more bytes than this, however it is encoded."""
        return 65_536 + 64 * max((len(utf8(text)) for text in self._texts), default=0)

    def text(self, text: str) -> str:
        """The text without secrets."""
        raw = utf8(text)
        clean = self.data(raw)
        return text if clean is raw else clean.decode("utf-8", "surrogatepass")

    def data(self, data: bytes) -> bytes:
        """The bytes without secrets, whether they are UTF-8 or not; the same object when clean."""
        pattern = self._pattern_for(data)
        clean = pattern.sub(self._replacement, data) if pattern else data
        return self._without_base64(clean) if self._may_hold_base64(clean) else clean

    def value(self, value: Any) -> Any:
        """JSON-like data without secrets, keys included; a number that holds one becomes text."""
        if value is None or isinstance(value, str | bytes | int | float):
            return self._scalar(value)
        if isinstance(value, Mapping):
            return {self.value(key): self.value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, tuple):
            return tuple(self.value(item) for item in value)
        return value

    def find(self, content: str | bytes) -> list[Hit]:
        """Every place where a secret still stands, in order; addresses are no secrets."""
        data = utf8(content) if isinstance(content, str) else content
        hits = [*self._plain_hits(data), *self._base64_hits(data)]
        return sorted(hits, key=lambda hit: hit.at)

    def _scalar(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self.data(value)
        if value is None or isinstance(value, bool):
            return value
        shown = str(value)
        clean = self.text(shown)
        return value if clean == shown else clean

    def _pattern_for(self, data: bytes) -> re.Pattern[bytes] | None:
        """What to search with. Most texts hold nothing, and a search for a few words, which says
        so, is far faster than any pattern; none is compiled before it is needed."""
        escapes = b"%" in data or b"\\" in data or b"&#" in data
        if escapes and self._texts and ESCAPED_WORD.search(data):
            return self._thorough_pattern
        return self._pattern if any(map(data.__contains__, self._signs)) else None

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        return self._compiled(thoroughly=False)

    @cached_property
    def _thorough_pattern(self) -> re.Pattern[bytes]:
        return self._compiled(thoroughly=True)

    @cached_property
    def _core_pattern(self) -> re.Pattern[bytes]:
        return _any_of(map(re.escape, self._cores))

    def _compiled(self, *, thoroughly: bool) -> re.Pattern[bytes]:
        """What is replaced already, without a group; each secret and each address, with one."""
        kept = sorted(map(re.escape, self._replacements), key=len, reverse=True)
        spellings = ((text, spelled(text, thoroughly=thoroughly)) for text in self._texts)
        groups = [
            b"(%s)" % (alone(text, pattern) if text in self._alone else pattern)
            for text, pattern in spellings
        ]
        return _any_of([*kept, *groups], ahead=_first_bytes(self._texts, self._replacements))

    def _may_hold_base64(self, data: bytes) -> bool:
        return any(map(data.__contains__, self._core_signs))

    def _replacement(self, match: re.Match[bytes]) -> bytes:
        if match.lastindex is None:  # a placeholder, left as it is
            return match[0]
        return self._replacements[match.lastindex - 1]

    def _without_base64(self, data: bytes) -> bytes:
        parts: list[bytes] = []
        done = 0
        for run in base64_runs(data, self._core_pattern):
            parts += [data[done : run.start], self._recoded(run).text]
            done = run.end
        return b"".join([*parts, data[done:]])

    def _recoded(self, run: Base64Run) -> Base64Run:
        for shift in range(4):
            decoded = run.decoded(shift)
            clean = self.data(decoded)
            if clean != decoded:
                run = run.with_content(shift, decoded, clean)
        return run

    def _plain_hits(self, data: bytes) -> Iterator[Hit]:
        pattern = self._pattern_for(data)
        for match in pattern.finditer(data) if pattern else ():
            which = (match.lastindex or 0) - 1
            if 0 <= which < len(self._names):
                encoding = _encoding(match[0], utf8(self._texts[which]))
                yield Hit(self._names[which], encoding, match.start())

    def _base64_hits(self, data: bytes) -> Iterator[Hit]:
        for run in base64_runs(data, self._core_pattern) if self._may_hold_base64(data) else ():
            for shift in range(4):
                for hit in self.find(run.decoded(shift)):
                    yield Hit(hit.name, "base64", run.place(shift, hit.at))


def _signs(texts: Iterable[str]) -> list[bytes]:
    """One of these stands in whatever holds one of the texts; the fewest that suffice."""
    signs = {sign_of(text) for text in texts}
    return sorted(sign for sign in signs if not any(other in sign for other in signs - {sign}))


def _any_of(patterns: Iterable[bytes], ahead: bytes = b"") -> re.Pattern[bytes]:
    return re.compile(ahead + b"(?:%s)" % (b"|".join(patterns) or b"(?!)"))


def _first_bytes(texts: list[str], replacements: list[bytes]) -> bytes:
    """What any match begins with: it sends the search past most of a text quickly."""
    firsts = {utf8(text)[:1] for text in texts} | {kept[:1] for kept in replacements}
    firsts |= {text[0].encode("latin-1") for text in texts if text[0] <= "\xff"}
    return b"(?=[%s])" % b"".join(map(re.escape, sorted(firsts | {b"%", b"\\", b"&", b"+"})))


def _encoding(found: bytes, value: bytes) -> str:
    marks = {"percent": b"%", "escaped": b"\\", "HTML": b"&", "plus": b"+"}
    for encoding, mark in marks.items():
        if found.count(mark) > value.count(mark):
            return encoding
    return "raw"
