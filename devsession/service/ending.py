"""How the process of a service ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Ending:
    """How a process ended: "idle", "stopped" or "crashed", which it was not asked to.

    log_file, log: of one that crashed, what it wrote last, without its token.
    """

    pid: int
    how: str
    log_file: Path | None = None
    log: tuple[str, ...] = ()
