"""pytest in a process of its own: what the author's CI will do."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_TIMEOUT_SECONDS = 120
_USAGE_ERROR = 4
# nbval takes two seconds to load and has no part in this; settings that ask for it get it.
_LEAN = ["-p", "no:nbval"]


@dataclass(frozen=True)
class PytestRun:
    """How pytest ended, and what it printed."""

    passed: bool
    output: str


def run_pytest(test_file: Path, scenario: str) -> PytestRun | None:
    """Run one scenario's test, with the project's own pytest settings; None without pytest.

    scenario: the name of its folder.
    """
    if find_spec("pytest") is None:
        return None
    test = f"{test_file}::test_scenario[{scenario}]"
    try:
        done = _pytest(test_file.parent.parent, [*_LEAN, test])
        if done.returncode == _USAGE_ERROR and "nbval" in done.stderr:
            done = _pytest(test_file.parent.parent, [test])
    except subprocess.TimeoutExpired:
        return PytestRun(passed=False, output=f"it took more than {_TIMEOUT_SECONDS} s")
    return PytestRun(passed=done.returncode == 0, output=(done.stdout + done.stderr).strip())


def _pytest(workspace: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  our own interpreter and file
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=workspace,
        env={**os.environ, "DEVSESSION_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
