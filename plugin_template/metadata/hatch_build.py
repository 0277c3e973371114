"""Refuses to build a wheel whose version is not semantic."""

from __future__ import annotations

import re
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)((a|b|rc)\d+)?")


class SemanticVersion(BuildHookInterface[Any]):
    """Checks the version before anything is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises: ValueError for a version that is not MAJOR.MINOR.PATCH, or one of its rc1."""
        stated = self.metadata.version
        if version != "editable" and not SEMANTIC.fullmatch(stated):
            raise ValueError(
                f"version {stated} is not semantic: write MAJOR.MINOR.PATCH in pyproject.toml"
            )
