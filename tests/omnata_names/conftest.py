"""A project with one of the dialect's plugins, and a session on it with the practice app."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from devsession import DevelopmentSession
from devsession.session.plugin_source import load_plugin_class
from tests.forked import tests_run_forked
from tests.in_process import warehouses_in_process

if TYPE_CHECKING:
    from collections.abc import Iterator

PLUGINS = Path(__file__).parent / "plugins"


@pytest.fixture(scope="module")
def plugin_name(request: pytest.FixtureRequest) -> str:
    """Which of them: a module of tests says it."""
    name: str = request.module.PLUGIN
    return name


@pytest.fixture(scope="module")
def session(
    plugin_name: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DevelopmentSession]:
    """Not connected yet."""
    folder = tmp_path_factory.mktemp(plugin_name)
    shutil.copy(PLUGINS / f"{plugin_name}.py", folder / "plugin.py")
    before, path = set(sys.modules), list(sys.path)
    with warehouses_in_process(), tests_run_forked():
        session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
        yield session
        session.sandbox.stop()
        session.shut_down()
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "").parent == folder:
            del sys.modules[name]
    sys.path[:] = path
