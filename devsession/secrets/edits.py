"""What takes the place of secrets in a text, and how it is written there: as the secret was."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from devsession.secrets.spellings import STAND_IN, utf8

if TYPE_CHECKING:
    from collections.abc import Iterable

    from devsession.secrets.pieces import Piece
    from devsession.secrets.rewritten import Rewritten

_MASK = b"\x1a"
# What no encoder escapes, and what only URLs escape.
_WORD = re.compile(rb"[A-Za-z0-9._-]*")
_BASE64 = re.compile(rb"[A-Za-z0-9+/=._:-]*")


def placeholder(name: str) -> str:
    """What stands for a secret: `REDACTED-api-key`, legal in a URL's host, path and user, in a
    header, a cookie and in every encoding, all of which leave it as it is."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"{STAND_IN}{slug or 'secret'}"


@dataclass(frozen=True)
class Hit:
    """A secret that was found: its name, the encoding it stands in, and the byte it starts at."""

    name: str
    encoding: str
    at: int


@dataclass(frozen=True)
class Edit:
    """What takes the place of a part of a text, for the secrets in it (none: an address)."""

    start: int
    end: int
    text: bytes
    hits: tuple[Hit, ...]

    @property
    def stand_in(self) -> bytes:
        """What takes its place when no text without the secret can be had."""
        return utf8(placeholder(self.hits[0].name)) if self.hits else self.text


def edited(data: bytes, edits: list[Edit]) -> bytes:
    """The data with each part replaced."""
    parts: list[bytes] = []
    done = 0
    for edit in edits:
        parts += [data[done : edit.start], edit.text]
        done = edit.end
    return b"".join([*parts, data[done:]])


def hidden(data: bytes, edits: list[Edit]) -> bytes:
    """The data with each part masked, as long as it was."""
    if not edits:
        return data
    ordered = sorted(edits, key=lambda edit: edit.start)
    return edited(data, [replace(e, text=_MASK * (e.end - e.start)) for e in ordered])


def apart(edits: Iterable[Edit]) -> list[Edit]:
    """Without those that begin inside an earlier one: the same part, read at another alignment."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: edit.start):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


def encoded_edit(piece: Piece, inner: list[Edit]) -> Edit:
    """A piece without what was found in its content; a stand-in for it when that cannot be."""
    hits = tuple(
        Hit(hit.name, within(hit.encoding, piece.encoding), piece.place(hit.at))
        for edit in inner
        for hit in edit.hits
    )
    text = piece.encoded(edited(piece.content, inner))
    edit = Edit(piece.start, piece.end, text or b"", hits)
    return replace(edit, text=edit.stand_in) if text is None else edit


def traced_edit(part: Rewritten, inner: Edit) -> Edit:
    """What was found in a rewritten text, where it was written."""
    start, end = part.span(inner.start, inner.end)
    written = part.data[start:end]
    style = encoding_of(written, inner.text) if part.encoding == "escaped" else part.encoding
    hits = tuple(
        Hit(hit.name, within(hit.encoding, style), part.span(hit.at, hit.at + 1)[0])
        for hit in inner.hits
    )
    edit = Edit(start, end, b"", hits)
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


def encoding_of(found: bytes, value: bytes) -> str:
    """How a value is written where it was found."""
    marks = {"percent": b"%", "escaped": b"\\", "HTML": b"&", "plus": b"+"}
    for encoding, mark in marks.items():
        if found.count(mark) > value.count(mark):
            return encoding
    return "raw"
