"""The one test file of a workspace: it runs every scenario folder, and is written by us."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.errors import ScenarioError
from devsession.secrets.files import write_atomically

if TYPE_CHECKING:
    from devsession.plugin.contract import Plugin

NAME = Path("tests") / "test_scenarios.py"
_MARK = '"""Scenarios of the plugin, played from their recordings: written by devsession.'
_TEXT = '''{mark}

Each folder in scenarios/ is one test: frozen input, recorded answers of the app, expected outcomes.
It needs neither account nor network. It freezes what the plugin did when the scenario was completed
and proves no correctness. Change plugin.py or the scenarios, not this file: complete() writes it.
"""

import sys
from pathlib import Path

import pytest
from devsession.testing import run_scenario, scenario_folders

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

from plugin import {name}


@pytest.mark.parametrize(
    "folder", scenario_folders(PROJECT / "scenarios"), ids=lambda folder: folder.name
)
def test_scenario(folder: Path) -> None:
    report = run_scenario({name}, folder)

    assert report, str(report)
'''


def write_tests(workspace: Path, plugin_class: type[Plugin]) -> Path:
    """Write the test file of a workspace, unless it is there as it should be.

    Raises: ScenarioError when a file of this name is somebody else's.
    """
    check_ours(workspace, NAME, _MARK, of="the test that runs all scenarios", again="complete()")
    path = workspace / NAME
    text = _TEXT.format(mark=_MARK, name=plugin_class.__name__).encode("utf-8")
    if not path.is_file() or path.read_bytes() != text:
        write_atomically(path, text, mode=0o644)
    return path


def check_importable(workspace: Path, name: str) -> None:
    """Raises: ScenarioError for a plugin that is not in plugin.py, where its test would look for it."""
    file = workspace / "plugin.py"
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    if not re.search(rf"\b{re.escape(name)}\b", text):
        raise ScenarioError(
            f"{name} is not in plugin.py, and its test would be of the plugin that is there",
            where=str(file),
            next_step="a project has one plugin, in plugin.py: move it there, or into a folder of its own",
        )


def check_ours(workspace: Path, file: Path, *marks: str, of: str, again: str) -> None:
    """Raises: ScenarioError when a file is there that holds none of the marks: somebody else's."""
    path = workspace / file
    content = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    if content and not any(mark in content for mark in marks):
        raise ScenarioError(
            f"{file} is there and was not written by devsession",
            tried=f"writing {of}",
            where=str(path),
            next_step=f"give that file another name, then {again} again",
            path=str(path),
        )
