"""plugin.py is loaded again when it, or a module beside it, was saved."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from devsession.errors import PluginLoadError, UsageError
from devsession.session.plugin_source import PluginSource, load_plugin_class

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

PLUGIN = """
from devsession.plugin import Plugin
from words import GREETING

class Acme(Plugin):
    greeting = GREETING
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    (tmp_path / "words.py").write_text("GREETING = 'one'\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = dict(sys.modules)
    sys.modules.pop("plugin", None)
    yield tmp_path
    sys.modules.clear()
    sys.modules.update(before)


@pytest.fixture
def source(folder: Path) -> PluginSource:
    return PluginSource(load_plugin_class(folder))


def greeting(source: PluginSource) -> str:
    """What the class says as it is loaded now."""
    source.refresh()
    said: str = source.plugin_class.greeting  # type: ignore[attr-defined]
    return said


def without_paths(error: Exception, folder: Path) -> str:
    return str(error).replace(str(folder), "<folder>")


def test_a_saved_plugin_is_loaded_again(folder: Path, source: PluginSource) -> None:
    (folder / "plugin.py").write_text(PLUGIN.replace("= GREETING", "= 'new'"), encoding="utf-8")
    assert greeting(source) == "new"


def test_a_quick_save_of_the_same_length_counts(folder: Path, source: PluginSource) -> None:
    source.refresh()
    (folder / "words.py").write_text("GREETING = 'two'\n", encoding="utf-8")
    assert greeting(source) == "two"


def test_a_module_that_a_cell_imports_later_counts_from_then_on(
    folder: Path, source: PluginSource
) -> None:
    before = source.plugin_class
    (folder / "more.py").write_text("", encoding="utf-8")
    importlib.import_module("more")
    source.look()  # as at the end of each cell
    source.refresh()
    loaded = source.plugin_class
    (folder / "more.py").write_text("MORE = 1\n", encoding="utf-8")
    source.refresh()

    assert loaded is before
    assert source.plugin_class is not before


def test_a_module_that_nothing_loads_again_is_no_change(folder: Path, source: PluginSource) -> None:
    (folder / "more.py").write_text("", encoding="utf-8")
    importlib.import_module("more")
    source.look()
    (folder / "more.py").write_text("MORE = 1\n", encoding="utf-8")
    source.refresh()
    loaded = source.plugin_class
    source.refresh()
    assert importlib.import_module("more").MORE == 1
    source.refresh()

    assert source.plugin_class is loaded


def test_the_script_that_runs_is_no_module_of_the_plugin(
    folder: Path, source: PluginSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = source.plugin_class
    script = ModuleType("__main__")
    script.__file__ = str(folder / "script.py")
    (folder / "script.py").write_text("", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "__main__", script)
    monkeypatch.setitem(sys.modules, "__mp_main__", script)  # multiprocessing does that
    source.refresh()

    assert source.plugin_class is before


def test_an_unchanged_plugin_stays_the_same_class(source: PluginSource) -> None:
    before = source.plugin_class
    source.refresh()
    assert source.plugin_class is before


def test_a_broken_save_is_said_until_it_is_mended(
    folder: Path, source: PluginSource, snapshot: SnapshotAssertion
) -> None:
    (folder / "plugin.py").write_text(PLUGIN + "    def broken(:\n", encoding="utf-8")
    with pytest.raises(PluginLoadError) as first:
        source.refresh()
    with pytest.raises(PluginLoadError):
        source.refresh()
    (folder / "plugin.py").write_text(PLUGIN, encoding="utf-8")

    assert greeting(source) == "one"
    assert without_paths(first.value, folder) == snapshot


def test_an_error_while_importing_names_the_line(
    folder: Path, source: PluginSource, snapshot: SnapshotAssertion
) -> None:
    (folder / "words.py").write_text("GREETING = 1 / 0\n", encoding="utf-8")
    with pytest.raises(PluginLoadError) as error:
        source.refresh()
    assert without_paths(error.value, folder) == snapshot


def test_a_renamed_class_is_said(
    folder: Path, source: PluginSource, snapshot: SnapshotAssertion
) -> None:
    (folder / "plugin.py").write_text(PLUGIN.replace("Acme", "Acmee"), encoding="utf-8")
    with pytest.raises(PluginLoadError) as error:
        source.refresh()
    assert without_paths(error.value, folder) == snapshot


def test_a_folder_without_a_plugin(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(PluginLoadError) as error:
        load_plugin_class(tmp_path)
    assert without_paths(error.value, tmp_path) == snapshot


def test_two_plugins_in_one_file(folder: Path, snapshot: SnapshotAssertion) -> None:
    second = PLUGIN + "\nclass Other(Plugin):\n    pass\n"
    (folder / "plugin.py").write_text(second, encoding="utf-8")
    with pytest.raises(PluginLoadError) as error:
        load_plugin_class(folder)
    assert without_paths(error.value, folder) == snapshot


def test_something_that_is_no_plugin(snapshot: SnapshotAssertion) -> None:
    with pytest.raises(UsageError) as error:
        PluginSource("plugin.py")  # type: ignore[arg-type]
    assert str(error.value) == snapshot


def test_a_plugin_of_the_installed_omnata_runtime_is_told_what_stands_in_its_way(
    folder: Path, snapshot: SnapshotAssertion
) -> None:
    (folder / "omnata_plugin_runtime.py").write_text("class OmnataPlugin: pass\n")
    (folder / "plugin.py").write_text(
        "from omnata_plugin_runtime import OmnataPlugin\nclass Theirs(OmnataPlugin): pass\n"
    )
    sys.modules.pop("omnata_plugin_runtime", None)

    with pytest.raises(PluginLoadError) as raised:
        load_plugin_class(folder)

    assert without_paths(raised.value, folder) == snapshot


def test_an_error_of_ours_while_it_imports_keeps_its_next_step(
    folder: Path, snapshot: SnapshotAssertion
) -> None:
    (folder / "plugin.py").write_text(
        "from devsession.plugin import FormInputField\nFIELD = FormInputField(name='a')\n"
    )

    with pytest.raises(PluginLoadError) as raised:
        load_plugin_class(folder)

    assert without_paths(raised.value, folder) == snapshot


def test_a_class_of_another_file(folder: Path) -> None:
    (folder / "other_plugin.py").write_text(PLUGIN, encoding="utf-8")

    assert load_plugin_class(folder, "other_plugin.py").__module__ == "other_plugin"
