"""How a text may be spelled once it is encoded, as regular expressions over bytes.

One pattern covers every mix of the encodings that a value meets on its way into a URL, a header,
a JSON or YAML file, a log line or a page: encoders differ in which characters they escape, so
each character is matched in each of its spellings rather than each value in each encoding.
"""

from __future__ import annotations

import json
import re
import unicodedata
from base64 import b64encode
from itertools import groupby
from urllib.parse import quote, quote_plus

# What every placeholder begins with.
STAND_IN = "REDACTED-"

# JSON in JSON in JSON: each level turns n backslashes into 2n + 1.
_BACKSLASHES = rb"\\{1,7}"
_SHORT_ESCAPES = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
# A long double-quoted YAML scalar goes on in the next line, at a blank or after an escape.
_YAML_FOLD = rb"\\\r?\n[ ]{0,99}"
# A YAML scalar in quotes has an empty line for each line's end.
_INDENTED = rb"\r?\n(?:[ \t]{0,99}|\r?\n[ \t]{1,99})"
# Notebooks hold a text as a list of its lines.
_NEXT_LIST_ITEM = rb'(?:"\s*,\s*")?'

_WORD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_NOT_INSIDE_WORD = (
    rb"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4}))"
)
_WORD_ENDS = rb"(?![A-Za-z0-9])"


def utf8(text: str) -> bytes:
    """The bytes of a text, lone surrogates included: what is searched must not fail to encode."""
    return text.encode("utf-8", "surrogatepass")


def spelled(text: str) -> bytes:
    """A pattern for the text raw, percent-encoded, with `+` for a blank, with the escapes of JSON,
    YAML and Python, with doubled quotes, and as HTML; each character in any of these ways, but
    for letters and digits, which next to no encoder escapes."""
    runs = ((char, len(list(run))) for char, run in groupby(text))
    return b"".join(
        _backslashes(count) if char == "\\" else _character(char) * count for char, count in runs
    )


def alone(text: str, pattern: bytes) -> bytes:
    """The pattern where the text is not a part of a longer word or number."""
    raw = utf8(text)
    before = _NOT_INSIDE_WORD if raw[0] in _WORD else b""
    after = _WORD_ENDS if raw[-1] in _WORD else b""
    return before + pattern + after


def base64_cores(text: str) -> set[bytes]:
    """What any base64 that holds the text contains, whatever stands before and after the text.

    A byte may fall on three places of a group of four characters; the characters that its
    neighbours have a part in are left out. Standard alphabet; the text as it is usually spelled
    inside base64: in a basic pair (latin-1 too), in a JWT's JSON, in a query, in UTF-16.
    """
    escaped = json.dumps(text)[1:-1]
    forms = {text, json.dumps(text, ensure_ascii=False)[1:-1], escaped, escaped.replace("/", r"\/")}
    forms |= {quoted(utf8(text), safe) for quoted in (quote, quote_plus) for safe in ("", "/")}
    encoded = {utf8(form) for form in forms}
    if max(text) <= "\xff":
        encoded.add(text.encode("latin-1"))
    encoded |= {text.encode(codec, "surrogatepass") for codec in ("utf-16-le", "utf-16-be")}
    return {_core(form, offset) for form in encoded for offset in range(3)}


def base64_twice_cores(text: str) -> set[bytes]:
    """What any base64 of base64 that holds the text contains: for texts so short that this is
    no long word. Both alphabets inside."""
    once = {core for offset in range(3) for core in _alphabets(_core(utf8(text), offset))}
    return {_core(core, offset) for core in once for offset in range(3)}


def hex_cores(text: str) -> set[bytes]:
    """The text in hexadecimal, in both cases."""
    digits = utf8(text).hex()
    return {digits.encode(), digits.upper().encode()}


def variants(value: str) -> list[str]:
    """What a value is also looked for as: without the white space around it, with its accents
    written otherwise, in lower case where a host name may hold it and it has a digit and 8 characters,
    and a private key's body without its lines."""
    texts = [value, value.strip(), *(unicodedata.normalize(form, value) for form in ("NFC", "NFD"))]
    if _HOST_NAME.fullmatch(value):
        texts.append(value.lower())
    texts += ["".join(body.split()) for body in _PEM.findall(value.replace("\\n", "\n"))]
    return [text for text in dict.fromkeys(texts) if text]


def sign_of(text: str) -> bytes:
    """Bytes that stand in every spelling of the text, but in those that escape letters and digits
    too (see `ESCAPED_WORD`): its longest word. Empty when its words are too short to tell."""
    word = max(re.split(r"[^A-Za-z0-9]+", text), key=len)
    return word.encode() if len(word) >= _SHORTEST_SIGN else b""


# A letter or a digit that is escaped, as next to no encoder does it.
_HEX = rb"(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])"
_DECIMAL = rb"(?:4[89]|5[0-7]|6[5-9]|[78][0-9]|9[0789]|1[01][0-9]|12[0-2])"
ESCAPED_WORD = re.compile(
    rb"%%(?:25)*%(hex)s|\\[uUx](?:00)*%(hex)s|&#(?:0*%(decimal)s|[xX]0*%(hex)s);"
    % {b"hex": _HEX, b"decimal": _DECIMAL}
)
_SHORTEST_SIGN = 3
_HOST_NAME = re.compile("(?=.*[0-9])[A-Za-z0-9.-]{8,253}")
_PEM = re.compile("-----BEGIN [A-Z0-9 ]+-----([A-Za-z0-9+/=\\s]+)-----END")


def _alphabets(core: bytes) -> set[bytes]:
    return {core, core.translate(bytes.maketrans(b"+/", b"-_"))}


def _core(form: bytes, offset: int) -> bytes:
    first_pure = (0, 2, 3)[offset]
    return b64encode(b"\0" * offset + form)[first_pure : (offset + len(form)) * 8 // 6]


def _character(char: str) -> bytes:
    raw = utf8(char)
    if raw in _WORD:
        # A text that ends where a placeholder begins has not been found there: R is the
        # placeholder's. Without this, redacting twice could differ from redacting once.
        return b"(?!%s)R" % STAND_IN.encode() if char == "R" else raw
    forms = [re.escape(raw), *_percent(char, raw), *_escapes(char, raw), *_html(char)]
    if char > "\x7f":  # UTF-8 that was read as latin-1
        forms.append(re.escape(utf8(raw.decode("latin-1"))))
    if "\x80" <= char <= "\xff":
        forms.append(_latin1(ord(char)))
    if char == " ":
        forms += [rb"\+", _YAML_FOLD + rb"\\?[ ]"]
    if char == "\n":
        forms.append(_INDENTED)
    if char in "'\"":
        forms += [re.escape(raw) * times for times in (2, 4, 8)]
    return b"(?:" + b"|".join(forms) + b")(?:" + _YAML_FOLD + rb"\\?)?"


def _backslashes(count: int) -> bytes:
    """Backslashes are doubled by each encoder: an odd one more belongs to what follows."""
    doubled = [rb"\\{%d}" % (count * times) for times in (8, 4, 2, 1)]
    return b"(?:" + b"|".join([*doubled, _character("\\") * count]) + b")"


def _percent(char: str, raw: bytes) -> list[bytes]:
    forms = [b"".join(rb"%%(?:25){0,3}%s" % _hex(byte) for byte in raw)]
    if "\x80" <= char <= "\xff":
        forms.append(b"%" + _hex(ord(char)))
    return forms


def _escapes(char: str, raw: bytes) -> list[bytes]:
    units = char.encode("utf-16-be", "surrogatepass")
    pairs = [units[at : at + 2] for at in range(0, len(units), 2)]
    forms = [
        b"".join(_BACKSLASHES + b"u" + b"".join(map(_hex, pair)) for pair in pairs),
        b"".join(_BACKSLASHES + b"x" + _hex(byte) for byte in raw),
    ]
    if "\x80" <= char <= "\xff":
        forms.append(_BACKSLASHES + b"x" + _hex(ord(char)))
    if char > "\uffff":
        forms.append(_BACKSLASHES + b"U" + b"".join(map(_hex, ord(char).to_bytes(4, "big"))))
    if char in "\"'/":
        forms.append(_BACKSLASHES + raw)
    if char in _SHORT_ESCAPES:
        following = _NEXT_LIST_ITEM if char == "\n" else b""
        forms.append(_BACKSLASHES + _SHORT_ESCAPES[char].encode() + following)
    return forms


def _html(char: str) -> list[bytes]:
    code = ord(char)
    forms = [b"&#0{0,4}%d;" % code, b"&#[xX]0{0,4}(?i:%x);" % code]
    if char in _ENTITIES:
        forms.append(b"&%s;" % _ENTITIES[char].encode())
    return forms


def _latin1(code: int) -> bytes:
    """The byte where it is a character of its own, not the lead or the tail of one of UTF-8."""
    return rb"(?<![\x80-\xff])%s(?![\x80-\xbf])" % re.escape(bytes([code]))


def _hex(byte: int) -> bytes:
    return b"(?i:%02x)" % byte
