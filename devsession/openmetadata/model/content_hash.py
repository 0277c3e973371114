"""The hash of what a plugin says of an entity: the sink sends what has another one, the diff shows it."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devsession.openmetadata.model.entities import Placed


def content_hash(entity: Placed, body: bytes | None = None) -> str:
    """32 hexadecimal digits; the author's own `source_hash` where there is one.

    body: its JSON, when that is known already.
    """
    return entity.source_hash or blake2b(body or entity.to_json(), digest_size=16).hexdigest()
