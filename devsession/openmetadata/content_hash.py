"""The hash of what a plugin says of an entity: the sink sends what has another one, the diff shows it."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from devsession.openmetadata.entities import Governed

if TYPE_CHECKING:
    from devsession.openmetadata.model import Entity


def content_hash(entity: Entity) -> str:
    """32 hexadecimal digits; the author's own `source_hash` where there is one."""
    if isinstance(entity, Governed) and entity.source_hash:
        return entity.source_hash
    return sha256(entity.to_json()).hexdigest()[:32]
