"""What a check of `devsession test` tells, and how the checks of one kind are run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """How one check of `devsession test` went. data: the same for `--json`."""

    passed: bool
    text: str
    data: dict[str, Any]


Tell = Callable[[Verdict], None]
Kind = Callable[[Tell], None]
"""Runs all checks of one kind, and tells how each went as soon as that is known."""
