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
from typing import Any

_TIMEOUT_SECONDS = 600
_USAGE_ERROR = 4
_OUTPUT = 4_000  # characters of what was printed
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
    """How the scenarios of a feature ended, in their order, and what those that failed said."""

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
        # The tables of a feature may be long, and would be printed.
        reports = ["-f", "json", "-o", str(told), "--no-color", "--no-multiline"]
        try:
            done = _run(workspace, ["-m", "behave", *reports, str(features)])
        except subprocess.TimeoutExpired:
            return BehaveRun((), f"it took more than {_TIMEOUT_SECONDS} s")
        try:
            content = json.loads(told.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # behave itself failed
            return BehaveRun((), (done.stdout + done.stderr).strip()[-_OUTPUT:])
    elements = [element for feature in content for element in feature.get("elements", ())]
    scenarios = [element for element in elements if element["type"] == "scenario"]
    statuses = tuple(str(scenario.get("status")) for scenario in scenarios)
    return BehaveRun(statuses, "\n".join(map(_failure, scenarios))[:_OUTPUT].strip())


def _failure(scenario: dict[str, Any]) -> str:
    """The name of a scenario, how it ended, and what its failing step said."""
    results = [step.get("result", {}) for step in scenario.get("steps", ())]
    said = [result["error_message"] for result in results if result.get("error_message")]
    lines = [line for text in said for line in ([text] if isinstance(text, str) else text)]
    return "\n".join([f"{scenario['name']}: {scenario.get('status')}", *lines])


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
