"""What hangs under what in the catalog, by the types of entities."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a schema, say, hangs under.
PARENT_TYPES: Mapping[str, tuple[str, ...]] = {
    "database": ("databaseService",),
    "databaseSchema": ("database",),
    "table": ("databaseSchema",),
    "pipeline": ("pipelineService",),
    "dashboard": ("dashboardService",),
    "topic": ("messagingService",),
    "container": ("storageService",),
    "tag": ("classification",),
}

# What hangs under one service, the service first.
_FAMILIES = (
    ("databaseService", "database", "databaseSchema", "table"),
    ("pipelineService", "pipeline"),
    ("dashboardService", "dashboard"),
    ("messagingService", "topic"),
    ("storageService", "container"),
)


def family(entity_type: str) -> tuple[str, ...]:
    """All types of which a service of this type's kind has something; none for what has no service."""
    return next((types for types in _FAMILIES if entity_type in types), ())
