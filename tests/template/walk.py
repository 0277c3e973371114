"""What its author does with a new project, in one process: its notebooks, then its tests.

Run as a script in the project's folder; the exit code is 0 when all of it went well.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from devsession.cli import main

INBOUND = Path("plugin_inbound.ipynb")


def run_cells(shell: InteractiveShell, notebook: Path) -> list[str]:
    """Run its cells from top to bottom, each as typed; the first that fails ends it. Gives their values."""
    values = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            done = shell.run_cell("".join(cell["source"]), store_history=True)
            done.raise_error()
            values.append(str(done.result))
    return values


if __name__ == "__main__":
    sys.path[0] = ""  # as in a kernel: modules are found in the current folder
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    for notebook in (Path("plugin_development.ipynb"), Path("plugin_test.ipynb"), INBOUND):
        if notebook.is_file():
            values = run_cells(shell, notebook)
    # With its outputs stored it is a test of `devsession test`: it has to put out the same again.
    if INBOUND.is_file() and run_cells(shell, INBOUND) != values:
        sys.exit(f"{INBOUND} puts out something else the second time")
    # Faults are played by `devsession test` below: not twice.
    once = ["-k", "not faults_of_the_app"]
    failed = pytest.main(["-q", "-W", "error", "-p", "no:cacheprovider", *once])
    if failed:
        sys.exit(failed)
    main(["test"])
