"""Ways in which a secret comes into a text: encodings, and the places of a protocol or a file."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import quopri
import shlex
import textwrap
import zipfile
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import brotli
import yaml
import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable

    Encode = Callable[[bytes], bytes]


def as_text(change: Callable[[str], str]) -> Encode:
    return lambda data: change(data.decode("utf-8", "surrogateescape")).encode(
        "utf-8", "surrogateescape"
    )


def zipped(data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"first")
        archive.writestr("b/c.json", data)
    return target.getvalue()


def deflated(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


TEXT_ENCODINGS: dict[str, Encode] = {
    "percent": as_text(lambda text: quote(text, safe="")),
    "percent, lower case": as_text(
        lambda text: quote(text, safe="").replace("%2F", "%2f").replace("%3D", "%3d")
    ),
    "plus": as_text(quote_plus),
    "JSON": as_text(lambda text: json.dumps({"key": [text]})),
    "JSON, not ASCII only": as_text(lambda text: json.dumps({"key": text}, ensure_ascii=False)),
    "JSON, slashes escaped": as_text(lambda text: json.dumps([text]).replace("/", "\\/")),
    "HTML": as_text(lambda text: f"<b>{html.escape(text)}</b>"),
    "HTML by number": as_text(lambda text: "".join(f"&#{ord(char)};" for char in text)),
    "unicode escapes": as_text(lambda text: "".join(f"\\u{ord(char):04x}" for char in text)),
    "YAML": as_text(lambda text: yaml.safe_dump({"key": text})),
    "CSV": as_text(lambda text: '1,"{}",2'.format(text.replace('"', '""'))),
    "Python's repr": lambda data: repr(data).encode(),
    "quoted-printable": lambda data: quopri.encodestring(b"a long line = of text " * 3 + data),
}
BASE_ENCODINGS: dict[str, Encode] = {
    "base64": base64.b64encode,
    "base64, one byte before": lambda data: base64.b64encode(b":" + data),
    "base64, two bytes before": lambda data: base64.b64encode(b"u:" + data + b"~?"),
    "base64 for URLs": lambda data: base64.urlsafe_b64encode(b"?>" + data).rstrip(b"="),
    "base64, wrapped": lambda data: base64.encodebytes(b"a long text before it " * 4 + data),
    "hex": lambda data: data.hex().encode(),
    "hex, upper case": lambda data: b"id" + data.hex().upper().encode(),
    "hex, colons": lambda data: data.hex(":").encode(),
    "base32": base64.b32encode,
}
# What has no sign at its beginning is looked for only where it is a whole text, or base64.
UNMARKED: dict[str, Encode] = {"deflate": deflated, "br": brotli.compress}
PACKED: dict[str, Encode] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zlib": zlib.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "zip": zipped,
    "UTF-16": lambda data: data.decode("utf-8", "surrogateescape").encode("utf-16", "replace"),
}
PLACES: dict[str, Encode] = {
    "alone": bytes,
    "header": lambda data: b"HTTP/1.1 200 OK\r\nX-Api-Key: " + data + b"\r\n\r\n",
    "cookie": lambda data: b'Set-Cookie: sid="' + data + b'"; Path=/; HttpOnly',
    "URL user": lambda data: b"https://ada:" + data + b"@acme.test/a",
    "path": lambda data: b"https://acme.test/v1/" + data + b"/items",
    "query": lambda data: b"https://acme.test/?a=1&key=" + data + b"&b=2",
    "fragment": lambda data: b"https://acme.test/#access_token=" + data,
    "form": lambda data: b"grant_type=client_credentials&client_secret=" + data,
    "XML": lambda data: b'<?xml version="1.0"?><a k="' + data + b'">' + data + b"</a>",
    "CDATA": lambda data: b"<a><![CDATA[" + data + b"]]></a>",
    "log": lambda data: b"2026-01-01 12:00:00,123 DEBUG sent 'key': b'" + data + b"'\n",
    "curl": as_text(lambda text: f"curl -H {shlex.quote('X-Key: ' + text)} https://acme.test"),
    "RESULT": as_text(lambda text: f'{{"error": "not accepted: {text}", "status": 401}}'),
    "exception": as_text(lambda text: repr(ValueError({"password": text, "user": "ada"}))),
    "URL in a URL": lambda data: b"https://a.test/?next=https%3A%2F%2Fb.test%2F%3Fk%3D" + data,
    "basic pair in a log": as_text(lambda text: f"{{'auth': ('ada', {text!r})}}"),
    "environment": as_text(lambda text: f"export ACME_KEY={shlex.quote(text)} # set\n"),
    "ini": as_text(lambda text: f"[acme]\nkey = {text}\nother = 1\n"),
    "Markdown": lambda data: b"# Keys\n\n| name | key |\n|---|---|\n| a | `" + data + b"` |\n",
    "JavaScript": as_text(lambda text: f"const key = {json.dumps(text)};"),
    "SQL": as_text(lambda text: "insert into t values ('{}')".format(text.replace("'", "''"))),
    "YAML block": as_text(
        lambda text: "key: |\n" + textwrap.indent(text, "    ", lambda _: True) + "\nb: 1\n"
    ),
    "multipart": lambda data: (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + data + b"\r\n--x--\r\n"
    ),
    "notebook": as_text(
        lambda text: json.dumps(
            {"cells": [{"outputs": [{"text": text.splitlines(keepends=True)}]}]}, indent=1
        )
    ),
}
