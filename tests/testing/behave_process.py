"""behave in a process of its own, in a project that is nobody's workspace."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.forked import run_module

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class BehaveRun:
    passed: bool
    output: str

    @property
    def failure(self) -> str:
        """What the failing step said."""
        _, _, told = self.output.partition("ASSERT FAILED: ")
        return told.partition("\n\n")[0]


def behave(project: Path, *arguments: str, **variables: str) -> BehaveRun:
    """Run the features of a project as its author does, with a home that is empty."""
    home = project.parent / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    environment = {**kept, "HOME": str(home), "PYTHONUTF8": "1", **variables}
    done = run_module(project, ["behave", "--no-color", *arguments], environment)
    return BehaveRun(done.returncode == 0, done.stdout + done.stderr)
