"""What its author does with a new project, in one process: its notebooks, then its tests.

Run as a script in the project's folder; the exit code is 0 when all of it went well.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from devsession.cli import main


def run_cells(shell: InteractiveShell, notebook: Path) -> list[str]:
    """Run its cells from top to bottom, each as typed; the first that fails ends it. What they show."""
    values = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            done = shell.run_cell("".join(cell["source"]), store_history=True)
            done.raise_error()
            shown = getattr(done.result, "_repr_html_", lambda value=done.result: value)
            values.append(str(shown()))
    return values


if __name__ == "__main__":
    sys.path[0] = ""  # as in a kernel: modules are found in the current folder
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    today = datetime.now(UTC).date().isoformat()
    for notebook in ("plugin_development.ipynb", "plugin_test.ipynb", "plugin_inbound.ipynb"):
        values = run_cells(shell, Path(notebook)) if Path(notebook).is_file() else []
        # Saved with its outputs it is a test: `devsession test` wants the same on another day.
        if dated := [value for value in values if today in value]:
            sys.exit(f"{notebook} puts out when it ran:\n{dated[0]}")
    # Faults are played by `devsession test` below: not twice.
    once = ["-k", "not faults_of_the_app"]
    failed = pytest.main(["-q", "-W", "error", "-p", "no:cacheprovider", *once])
    if failed:
        sys.exit(failed)
    main(["test"])
