"""Compressed bodies (Content-Encoding): a secret in one is found by nobody, so they are kept plain."""

from __future__ import annotations

import gzip
import zlib
from importlib.util import find_spec
from io import BytesIO

_BEGINNINGS = {
    "gzip": b"\x1f\x8b",
    "x-gzip": b"\x1f\x8b",
    "deflate": b"x",
    "zstd": b"\x28\xb5\x2f\xfd",
}
_HTTPX_LIBRARIES = {"br": "brotli", "zstd": "zstandard"}
_FAST = 1


def decompressed(codings: str, body: bytes) -> bytes | None:
    """The body before these codings; None when it cannot be had.

    In files of stock vcrpy a body may be plain although its header says otherwise. None is for a
    coding that nothing installed knows, and for a body that is broken.
    """
    names = _names(codings)
    try:
        return _decoded(names, body)
    except ValueError:
        return None if body.startswith(_BEGINNINGS.get(names[-1], body)) else body


def compressed(codings: str, body: bytes) -> bytes | None:
    """The body after these codings; None when a library for one is not installed."""
    for name in _names(codings):
        if name in {"gzip", "x-gzip"}:
            body = gzip.compress(body, _FAST, mtime=0)
        elif name == "deflate":
            body = zlib.compress(body, _FAST)
        elif name == "br" and find_spec("brotli"):
            import brotli  # type: ignore[import-untyped]

            body = brotli.compress(body, quality=_FAST)
        elif name == "zstd" and find_spec("zstandard"):
            import zstandard

            body = zstandard.compress(body, _FAST)
        elif name != "identity":
            return None
    return body


def _names(codings: str) -> list[str]:
    return [name.strip().lower() for name in codings.split(",")]


def _decoded(names: list[str], body: bytes) -> bytes | None:
    import httpx
    from urllib3 import HTTPResponse
    from urllib3.exceptions import DecodeError

    headers = {"Content-Encoding": ", ".join(names)}
    if {*names} <= {"identity", *HTTPResponse.CONTENT_DECODERS}:
        try:
            return HTTPResponse(BytesIO(body), headers=headers, preload_content=True).data
        except DecodeError as error:
            raise ValueError from error
    # zstd: the library that httpx asks for is not the one that urllib3 asks for.
    known = {"identity", "gzip", "deflate"}
    known |= {name for name, library in _HTTPX_LIBRARIES.items() if find_spec(library)}
    if not {*names} <= known:
        return None
    try:
        return httpx.Response(200, headers=headers, content=body).content
    except httpx.DecodingError as error:
        raise ValueError from error
