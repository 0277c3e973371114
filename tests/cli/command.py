"""`devsession` in a process of its own, as a shell runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

Done = subprocess.CompletedProcess[str]


def devsession(folder: Path, *arguments: str, typed: str = "", **variables: str) -> Done:
    """Run a command in a folder. typed: what stdin gives; variables: added to the environment."""
    return python(folder, "-m", "devsession", *arguments, typed=typed, **variables)


def python(folder: Path, *arguments: str, typed: str = "", **variables: str) -> Done:
    """Run this Python in a folder, with neither colours nor another's settings."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=600,
        env=environment(folder, **variables),
    )


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """No PATH: what a command needs, it finds without; no HOME of the person who tests."""
    names = ("PYTHONPATH", "TMPDIR", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return {**kept, "PATH": "", "COLUMNS": "100", "HOME": str(folder), **variables}
