"""What holds for all tests: nobody's own keyring and cache are read or written, and examples that
Hypothesis chooses are the same in every run: a test that fails has to fail again. Slow files come
first."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

# Folders of tests that start JupyterLab, kernels and services; `tests` are those beside this file.
SLOW_FIRST = (
    "browser",
    "template",
    "notebooks",
    "docs",
    "kernels",
    "testing",
    "tests",
    "session",
    "cli",
    "warehouse",
)

# Of one worker: another would start a JupyterLab and a Chromium of its own, or load what kernels are
# forked from.
TOGETHER = ("tests/browser/", "tests/notebooks/")

# Here, and in what tests start.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
LEFT_OUT = Path(__file__).parent / "left_out"

# What collecting makes stays: looking through it again and again takes a fifth of the time for that.
gc.disable()

settings.register_profile("the same each time", derandomize=True, deadline=None, max_examples=40)
# The long form: pytest --hypothesis-profile long
settings.register_profile("long", settings.get_profile("the same each time"), max_examples=1_000)
settings.load_profile("the same each time")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With quick files last, no worker waits at the end of a run for the long file of another; with
    the browser's in a row, a worker starts one JupyterLab for all of them.
    """
    items.sort(key=place_in_a_run)


def place_in_a_run(item: pytest.Item) -> int:
    folder = item.path.parent.name
    return SLOW_FIRST.index(folder) if folder in SLOW_FIRST else len(SLOW_FIRST)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling:
    return Files(config, log)


class Files(LoadFileScheduling):  # type: ignore[misc]
    """A worker has all tests of a file, or of these folders."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return next((each for each in TOGETHER if file.startswith(each)), file)


def pytest_collection_finish() -> None:
    """What imports and collecting made stays until the end: looking through all of it again and again
    for what is unused takes a seventh of the time of tests.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(100_000, 50, 100)


def pytest_configure() -> None:
    # Also for the processes that tests start. Keyrings that tests define are told of by name.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    given = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(LEFT_OUT), *([given] if given else [])])
    os.environ["DEVSESSION_CACHE_DIR"] = tempfile.mkdtemp(prefix="devsession-cache-")
    # A shell's script that starts the tests in the background has them, and all that they start,
    # ignore the Ctrl-C that some of them send.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def no_plugins_in_child_processes() -> None:
    """What generated tests start from here needs none of pytest's plugins, slow to import."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["DEVSESSION_CACHE_DIR"], ignore_errors=True)
