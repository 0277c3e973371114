"""Processes of our own: pip, and what tries a package."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TIME_LIMIT = 600  # seconds
_LINES = 6


def run(
    command: list[str],
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    given: str = "",
) -> subprocess.CompletedProcess[str]:
    """What a command said, and its code: 1 for one that was not done in time. given: its stdin."""
    try:
        return subprocess.run(  # noqa: S603 - commands of our own
            command,
            cwd=cwd,
            env=env,
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        late = f"it was not done after {_TIME_LIMIT} s"
        return subprocess.CompletedProcess(command, 1, "", late)


def end_of(text: str) -> str:
    """The last lines, where what went wrong is said."""
    return "\n".join(text.strip().splitlines()[-_LINES:])
