"""How a webhook's body is signed: HMAC-SHA256 of its bytes, in a header.

Source: OpenMetadata contract, "Framework": `X-OM-Signature: sha256=<hex hmac of the body>`.
"""

from __future__ import annotations

import hashlib
import hmac

SIGNATURE_HEADER = "X-OM-Signature"


def signature(secret: str, body: bytes) -> str:
    """What stands in the header of a body that was signed with this secret."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def same(given: str, expected: str) -> bool:
    """Whether two texts are equal; how long that takes tells nothing of where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())
