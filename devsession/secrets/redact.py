"""Redaction by value: secrets become placeholders, in whatever encoding they stand.

The redactor holds the live values and no state; it knows no header, field or format, so there is
no place that it does not look at. What it gives back can be redacted again and stays the same:
recordings are redacted when written, and again when loaded.

Found, and replaced so that what stands around it can still be decoded:

- the value as it is, in UTF-8, latin-1 and UTF-16, with composed and with split accents, without
  the white space around it, and in lower case where a host name may hold it (letters, digits,
  hyphens and points, 8 at least and a digit among them)
- percent-encoded (both cases, several times), `+` for a blank, escaped as in JSON, YAML and Python
  (JSON in JSON included), as HTML entities, with doubled quotes, in quoted-printable
- in base64 and base64url at each of the three offsets, twice too; in basic pairs and in a JWT's
  parts; in base32 and in hexadecimal (`4361`, `43:61`, `43 61`, both cases), from 6 characters on
- in gzip, zlib, deflate, br and zstd, and in zip archives
- over several lines: indented, with other line ends, as a notebook's list of lines; a private key
  with its lines broken elsewhere, or put together
- all these within each other, six deep: percent of base64 of JSON

What is found but cannot be encoded again (a stream that is cut off) becomes the placeholder as a
whole. A value of fewer than 6 characters is a word or a number of everyday text: it counts only
where no letter and no digit stands next to it, and in base64 from 3 characters on.

Not found: a value that was hashed, signed with, encrypted, cut in parts (by a log's line length, or
put into several fields), spelled in another case, transposed (rot13, reversed), or written as a
list of numbers; base64 with another alphabet; what of a compressed stream comes after 64 MB; br,
and deflate without a header, but for a whole text or base64 of up to 64 KB; formats that pack their
text (PDF, pictures, Parquet pages under snappy). A value with no three letters or digits in a row is
found inside another encoding only as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

from devsession.secrets.compressed import compressed_pieces, unmarked_pieces, zip_pieces
from devsession.secrets.pieces import (
    Piece,
    base32_pieces,
    hex_contents,
    hex_pieces,
    spaced_hex_pieces,
    utf16_pieces,
)
from devsession.secrets.plain import SHORT, SMALL, PlainSearch
from devsession.secrets.rewritten import Rewritten, unescaped, unquoted, unwrapped
from devsession.secrets.spellings import utf8, variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    _Parts = Callable[[bytes], Iterable[Piece | Rewritten]]
    _Search = Callable[[bytes], Iterable["_Edit"]]

_DEEPEST = 6
_ROUNDS = 8
_MASK = b"\x1a"
_ALIGNMENTS = 4
# What no encoder escapes, and what only URLs escape.
_WORD = re.compile(rb"[A-Za-z0-9._-]*")
_BASE64 = re.compile(rb"[A-Za-z0-9+/=._:-]*")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")


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


@dataclass(frozen=True)
class _Edit:
    """What takes the place of a part of a text, for the secrets in it (none: an address)."""

    start: int
    end: int
    text: bytes
    hits: tuple[Hit, ...]

    @property
    def stand_in(self) -> bytes:
        """What takes its place when no text without the secret can be had."""
        return utf8(placeholder(self.hits[0].name)) if self.hits else self.text


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
        by_value = _by_value(secrets, {not_secret} if isinstance(not_secret, str) else not_secret)
        self._hosts = {name: address for name, address in (addresses or {}).items() if address}
        self._values = sorted(by_value, key=len, reverse=True)
        self._names = [by_value[value] for value in self._values]
        self._replacements = [utf8(placeholder(name)) for name in self._names]
        self._replacements += [utf8(stand_in) for stand_in in self._hosts]
        self._plain = PlainSearch(self._values, [*self._hosts.values()], self._replacements)

    def __repr__(self) -> str:
        return f"Redactor({', '.join(sorted(self.names))})"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the secrets that are looked for."""
        return tuple(dict.fromkeys(self._names))

    @property
    def reach(self) -> int:
        """No secret takes more bytes than this, however it is encoded."""
        return 65_536 + 64 * self._plain.longest

    def text(self, text: str) -> str:
        """The text without secrets."""
        raw = utf8(text)
        clean = self.data(raw)
        return text if clean is raw else clean.decode("utf-8", "surrogatepass")

    def data(self, data: bytes) -> bytes:
        """The bytes without secrets, whether they are UTF-8 or not; the same object when clean."""
        clean = data
        for _ in range(_ROUNDS):
            edits = self._edits(clean)
            if not edits:
                return clean
            clean = _edited(clean, edits)
        for _ in range(_ROUNDS):
            edits = self._edits(clean)
            clean = _edited(clean, [replace(edit, text=edit.stand_in) for edit in edits])
        return clean

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
        hits = [hit for edit in self._edits(data) for hit in edit.hits]
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

    def _edits(self, data: bytes, depth: int = 0) -> list[_Edit]:
        """What to replace, in order, nothing twice: what one search has found is hidden from the
        next ones, which would find it in something larger."""
        hidden = data
        edits: list[_Edit] = []
        for search in self._searches(data, depth):
            found = _apart(search(hidden))
            hidden = _hidden(hidden, found)
            edits += found
        return sorted(edits, key=lambda edit: edit.start)

    def _plain_edits(self, data: bytes) -> Iterator[_Edit]:
        for which, match in self._plain.matches(data):
            hits: tuple[Hit, ...] = ()
            if which < len(self._names):
                encoding = _encoding(match[0], utf8(self._values[which]))
                hits = (Hit(self._names[which], encoding, match.start()),)
            yield _Edit(*match.span(), self._replacements[which], hits)

    def _searches(self, data: bytes, depth: int) -> Iterator[_Search]:
        """The searches that a text is worth: whatever they would find shows in some sign. What
        is compressed comes first: by chance, it may hold a value as it is."""
        if depth == _DEEPEST:
            yield self._plain_edits
            return
        if not data.isascii():
            yield from map(partial(self._within, depth), (zip_pieces, compressed_pieces))
        yield self._plain_edits
        yield from map(partial(self._within, depth), self._encodings(data))

    def _encodings(self, data: bytes) -> Iterator[_Parts]:
        plain = self._plain
        words = plain.may_hold_words(data)
        if len(data) <= SMALL and not data.isascii() and not _is_text(data):
            yield unmarked_pieces
        if words:
            yield from (self._base64_pieces, self._digit_pieces)
        if plain.may_hold_hex_groups(data):
            yield spaced_hex_pieces
        if plain.may_hold_utf16(data):
            yield self._utf16_pieces
        if words:
            yield unwrapped
        if b"=\n" in data or b"=\r\n" in data:
            yield unquoted
        if words or plain.may_be_escaped(data):
            yield unescaped

    def _within(self, depth: int, parts: _Parts) -> _Search:
        """The search in the parts of a text that are encoded in one way."""
        return lambda data: (edit for part in parts(data) for edit in self._edits_in(part, depth))

    def _base64_pieces(self, data: bytes) -> Iterator[Piece]:
        runs = self._plain.base64_runs(data)
        contents = (run.decoded(shift) for run in runs for shift in range(_ALIGNMENTS))
        any_wanted = self._wants(contents)
        for run in runs:
            if any_wanted or run.is_packed:
                yield from self._sifted(run.piece(shift) for shift in range(_ALIGNMENTS))
            elif len(data) <= SMALL and _is_unmarked(run.decoded(0)):
                yield run.piece(0)

    def _digit_pieces(self, data: bytes) -> Iterator[Piece]:
        if self._wants(hex_contents(data)):
            yield from self._sifted(hex_pieces(data))
        yield from self._sifted(base32_pieces(data))

    def _utf16_pieces(self, data: bytes) -> Iterator[Piece]:
        return self._sifted(utf16_pieces(data))

    def _wants(self, contents: Iterable[bytes]) -> bool:
        """Whether one of them is worth a closer look: most are chance, which shows at once."""
        return self._plain.wants_content(b"\xff".join(contents))

    def _sifted(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        return (piece for piece in pieces if self._plain.wants_content(piece.content))

    def _edits_in(self, part: Piece | Rewritten, depth: int) -> Iterator[_Edit]:
        if isinstance(part, Rewritten):
            inner = self._edits(part.content, depth + 1) if part.changed else []
            yield from (_traced(part, edit) for edit in inner)
            return
        redactor = self if part.checked or _is_text(part.content) else self._long
        inner = redactor._edits(part.content, depth + 1)
        if inner:
            yield _encoded(part, inner)

    @cached_property
    def _long(self) -> Redactor:
        """Knows the long values only: by chance, the short ones stand in anything."""
        if all(len(value) >= SHORT for value in self._values):
            return self
        known = {
            name: [
                value
                for value, its in zip(self._values, self._names, strict=True)
                if its == name and len(value) >= SHORT
            ]
            for name in self.names
        }
        return Redactor(known, self._hosts)


def _by_value(
    secrets: Mapping[str, str | Collection[str]], not_secret: Collection[str]
) -> dict[str, str]:
    """Every text to look for, and the name that it belongs to."""
    names: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, held in secrets.items():
        for value in (held,) if isinstance(held, str) else held:
            if value and value not in not_secret:
                names.setdefault(value, name)
                for text in variants(value):
                    others.setdefault(text, name)
    return names | {
        text: name for text, name in others.items() if text not in names | dict.fromkeys(not_secret)
    }


def _edited(data: bytes, edits: list[_Edit]) -> bytes:
    parts: list[bytes] = []
    done = 0
    for edit in edits:
        parts += [data[done : edit.start], edit.text]
        done = edit.end
    return b"".join([*parts, data[done:]])


def _hidden(data: bytes, edits: list[_Edit]) -> bytes:
    if not edits:
        return data
    ordered = sorted(edits, key=lambda edit: edit.start)
    return _edited(data, [replace(e, text=_MASK * (e.end - e.start)) for e in ordered])


def _apart(edits: Iterable[_Edit]) -> list[_Edit]:
    """Without those that begin inside an earlier one: the same part, read at another alignment."""
    kept: list[_Edit] = []
    for edit in sorted(edits, key=lambda edit: edit.start):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


def _encoded(piece: Piece, inner: list[_Edit]) -> _Edit:
    """A piece without what was found in its content; a stand-in for it when that cannot be."""
    hits = tuple(
        Hit(hit.name, within(hit.encoding, piece.encoding), piece.place(hit.at))
        for edit in inner
        for hit in edit.hits
    )
    text = piece.encoded(_edited(piece.content, inner))
    edit = _Edit(piece.start, piece.end, text or b"", hits)
    return replace(edit, text=edit.stand_in) if text is None else edit


def _traced(part: Rewritten, inner: _Edit) -> _Edit:
    """What was found in a rewritten text, where it was written."""
    start, end = part.span(inner.start, inner.end)
    written = part.data[start:end]
    style = _encoding(written, inner.text) if part.encoding == "escaped" else part.encoding
    hits = tuple(
        Hit(hit.name, within(hit.encoding, style), part.span(hit.at, hit.at + 1)[0])
        for hit in inner.hits
    )
    edit = _Edit(start, end, b"", hits)
    return replace(edit, text=_in_style(inner.text, written, edit.stand_in))


def _in_style(text: bytes, written: bytes, stand_in: bytes) -> bytes:
    """A text escaped like what it stands for; the stand-in where its signs have no such form."""
    if _WORD.fullmatch(text) or (b"%" not in written and _BASE64.fullmatch(text)):
        return text
    if b"%" in written:
        return quote_from_bytes(text, safe="").encode()
    if b"\\x" in written:
        return b"".join(rb"\x%02x" % byte for byte in text)
    return stand_in


def within(inner: str, outer: str) -> str:
    """The name of an encoding inside another."""
    return outer if inner == "raw" else inner if outer == "raw" else f"{inner} in {outer}"


def _is_unmarked(data: bytes) -> bool:
    """Whether it is a compressed stream that has no sign of its own."""
    return not _is_text(data) and any(unmarked_pieces(data))


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return not _CONTROL.search(data)


def _encoding(found: bytes, value: bytes) -> str:
    marks = {"percent": b"%", "escaped": b"\\", "HTML": b"&", "plus": b"+"}
    for encoding, mark in marks.items():
        if found.count(mark) > value.count(mark):
            return encoding
    return "raw"
