"""How a webhook's body is signed: HMAC-SHA256 of its bytes, in a header.

Source: OpenMetadata contract, "Framework": `X-OM-Signature: sha256=<hex hmac of the body>`. The
documentation of OpenMetadata 2.0 writes base64 where that has hex; either is taken.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode

SIGNATURE_HEADER = "X-OM-Signature"
_PREFIX = "sha256="


def signature(secret: str, body: bytes) -> str:
    """What stands in the header of a body that was signed with this secret."""
    return f"{_PREFIX}{_digest(secret, body).hex()}"


def signed(given: str, secret: str, body: bytes) -> bool:
    """Whether what stands in the header is the body's signature, in hex or base64."""
    digest = _digest(secret, body)
    written = given.strip().removeprefix(_PREFIX)
    in_hex = same(written.lower(), digest.hex())
    return same(written, b64encode(digest).decode()) or in_hex


def same(given: str, expected: str) -> bool:
    """Whether two texts are equal; how long that takes tells nothing of where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _digest(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).digest()
