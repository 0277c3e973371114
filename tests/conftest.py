"""What holds for all tests: nobody's own keyring and cache are read or written, and examples that
Hypothesis chooses are the same in every run: a test that fails has to fail again."""

from __future__ import annotations

import os
import shutil
import tempfile

from hypothesis import settings

settings.register_profile("the same each time", derandomize=True, deadline=None)
settings.load_profile("the same each time")


def pytest_configure() -> None:
    # Also for the processes that tests start. Keyrings that tests define are told of by name.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    os.environ["DEVSESSION_CACHE_DIR"] = tempfile.mkdtemp(prefix="devsession-cache-")


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["DEVSESSION_CACHE_DIR"], ignore_errors=True)
