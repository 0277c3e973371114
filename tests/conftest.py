"""What holds for all tests: nobody's own keyring is read or written."""

from __future__ import annotations

import os


def pytest_configure() -> None:
    # Also for the processes that tests start. Keyrings that tests define are told of by name.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
