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
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from devsession.secrets.compressed import compressed_pieces, unmarked_pieces, zip_pieces
from devsession.secrets.edits import (
    Edit,
    Hit,
    apart,
    edited,
    encoded_edit,
    encoding_of,
    hidden,
    placeholder,
    traced_edit,
)
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
    _Search = Callable[[bytes], Iterable[Edit]]

__all__ = ["Hit", "Redactor", "placeholder"]

_DEEPEST = 6
_ROUNDS = 8
_ALIGNMENTS = 4
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")


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
            clean = edited(clean, edits)
        for _ in range(_ROUNDS):
            edits = self._edits(clean)
            clean = edited(clean, [replace(edit, text=edit.stand_in) for edit in edits])
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

    def _edits(self, data: bytes, depth: int = 0) -> list[Edit]:
        """What to replace, in order, nothing twice: what one search has found is hidden from the
        next ones, which would find it in something larger."""
        left = data
        edits: list[Edit] = []
        for search in self._searches(data, depth):
            found = apart(search(left))
            left = hidden(left, found)
            edits += found
        return sorted(edits, key=lambda edit: edit.start)

    def _plain_edits(self, data: bytes) -> Iterator[Edit]:
        for which, match in self._plain.matches(data):
            hits: tuple[Hit, ...] = ()
            if which < len(self._names):
                encoding = encoding_of(match[0], utf8(self._values[which]))
                hits = (Hit(self._names[which], encoding, match.start()),)
            yield Edit(*match.span(), self._replacements[which], hits)

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

    def _edits_in(self, part: Piece | Rewritten, depth: int) -> Iterator[Edit]:
        if isinstance(part, Rewritten):
            inner = self._edits(part.content, depth + 1) if part.changed else []
            yield from (traced_edit(part, edit) for edit in inner)
            return
        redactor = self if part.checked or _is_text(part.content) else self._long
        inner = redactor._edits(part.content, depth + 1)
        if inner:
            yield encoded_edit(part, inner)

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


def _is_unmarked(data: bytes) -> bool:
    """Whether it is a compressed stream that has no sign of its own."""
    return not _is_text(data) and any(unmarked_pieces(data))


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return not _CONTROL.search(data)
