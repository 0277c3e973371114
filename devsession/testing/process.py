"""pytest and behave in a process of their own: what the author's CI will do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_TIMEOUT_SECONDS = 600
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


@dataclass(frozen=True)
class BehaveRun:
    """How the scenarios of a feature ended, in their order, and what was printed."""

    statuses: tuple[str, ...]
    output: str

    def passed(self, scenarios: int) -> bool:
        """Whether these were run, and all passed."""
        return self.statuses == ("passed",) * scenarios

    def failed(self, scenarios: int) -> bool:
        """Whether these were run, and each failed."""
        return self.statuses == ("failed",) * scenarios


def run_behave(workspace: Path, features: Path) -> BehaveRun:
    """Run a feature, or a folder of features, with the project's own settings of behave."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        reports = ["-f", "json", "-o", str(told), "-f", "plain", "--no-color"]
        try:
            done = _run(workspace, ["-m", "behave", *reports, str(features)])
        except subprocess.TimeoutExpired:
            return BehaveRun((), f"it took more than {_TIMEOUT_SECONDS} s")
        output = (done.stdout + done.stderr).strip()
        try:
            content = json.loads(told.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # behave itself failed
            return BehaveRun((), output)
    statuses = [
        str(element.get("status"))
        for feature in content
        for element in feature.get("elements", ())
        if element["type"] == "scenario"
    ]
    return BehaveRun(tuple(statuses), output)


def _pytest(workspace: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return _run(workspace, ["-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments])


def _run(workspace: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  our own interpreter and files
        [sys.executable, *arguments],
        cwd=workspace,
        env={**os.environ, "DEVSESSION_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
