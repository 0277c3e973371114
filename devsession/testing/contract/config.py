"""What a project chooses of the contract suite."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class SuiteConfig:
    """What the suite is to leave out, and where the recordings are.

    skip: name of a check, `"null_records"` or `"test_null_records"` -> why it is left out.
    scenarios: the folder of recordings; by default `scenarios/` beside the plugin's file.
    records: how many records the largest run has, in which the size of a batch is looked for.
    """

    skip: Mapping[str, str] = field(default_factory=dict)
    scenarios: Path | str | None = None
    records: int = 250
