"""The plugins of our notebooks bear what their app does wrong."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from devsession.testing import run_faults, scenario_folders

if TYPE_CHECKING:
    from types import ModuleType

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
FOLDERS = [
    folder
    for of in (NOTEBOOKS, NOTEBOOKS / "inbound")
    for folder in scenario_folders(of / "scenarios")
]


def plugin_in(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = spec_from_file_location(name, folder / "plugin.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_holds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = plugin_in(folder.parents[1], "plugin_of_a_notebook", monkeypatch)

    report = run_faults(module.PracticeCrm, folder)

    assert report, str(report)
