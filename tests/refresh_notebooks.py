"""Run the notebooks live in a new project and keep their outputs: `python -m tests.refresh_notebooks`.

All of `notebooks/` is written by it but the cells themselves and the plugins of 05 and of the events, and comes
out the same each time, but for what has become of plugin, sandbox or devsession meanwhile.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import nbformat
import papermill

from devsession.cli.project import create_project
from devsession.cli.tour import NOTEBOOKS, PLUGIN_NAME
from devsession.sandbox import sandbox_service
from devsession.session.workspace import OFFLINE_VARIABLE
from devsession.warehouse import embedded_service

if TYPE_CHECKING:
    from nbformat import NotebookNode

FOLDER = Path(__file__).parent.parent / "notebooks"
FILES = [f"{name}.ipynb" for name in NOTEBOOKS]
# Of the same project; its plugin is published as the template makes it.
PUBLISH_FILE = "07_publish.ipynb"
FROM_THE_TEMPLATE = ["plugin.py", "contacts.csv", "icon.svg", "requirements.txt"]
MADE = ["scenarios/tape.yaml", "scenarios/creates-contacts", "tests/test_scenarios.py"]
# Its plugin is written by hand, and its scenarios are its own: the template's plugin does not read.
INBOUND = FOLDER / "inbound"
INBOUND_FILE = "05_inbound.ipynb"
INBOUND_MADE = ["scenarios", "tests/test_scenarios.py"]
# Its plugin is what the template makes of the kind metadata.
METADATA = FOLDER / "metadata"
METADATA_FILE = "06_metadata.ipynb"
METADATA_MADE = ["plugin.py", "scenarios", "tests/test_scenarios.py"]
# Its plugin is written by hand, as that of 05.
EVENTS = FOLDER / "events"
EVENTS_FILE = "06_events.ipynb"
EVENTS_MADE = ["scenarios", "tests/test_scenarios.py"]
WIDGET = "application/vnd.jupyter.widget-view+json"


def main() -> None:
    """Run all, then copy: a notebook that fails changes nothing."""
    os.environ.pop(OFFLINE_VARIABLE, None)
    with TemporaryDirectory() as temporary:
        project = Path(temporary) / PLUGIN_NAME
        create_project(PLUGIN_NAME, project)
        run_all(FOLDER, [*FILES, PUBLISH_FILE], project)
        inbound = Path(temporary) / INBOUND.name
        inbound.mkdir()
        shutil.copy(INBOUND / "plugin.py", inbound)
        run_all(INBOUND, [INBOUND_FILE], inbound)
        metadata = Path(temporary) / METADATA.name
        create_project(PLUGIN_NAME, metadata, kind="metadata")
        run_all(METADATA, [METADATA_FILE], metadata)
        events = Path(temporary) / EVENTS.name
        events.mkdir()
        shutil.copy(EVENTS / "plugin.py", events)
        run_all(EVENTS, [EVENTS_FILE], events)
        for path in [EVENTS_FILE, *EVENTS_MADE]:
            replace(EVENTS / path, events / path)
        for path in [METADATA_FILE, *METADATA_MADE]:
            replace(METADATA / path, metadata / path)
        for path in [*FILES, PUBLISH_FILE, *FROM_THE_TEMPLATE, *MADE]:
            replace(FOLDER / path, project / path)
        for path in [INBOUND_FILE, *INBOUND_MADE]:
            replace(INBOUND / path, inbound / path)


def run_all(folder: Path, files: list[str], project: Path) -> None:
    """Run these notebooks of a folder in a project, one after the other."""
    try:
        for file in files:
            run(folder / file, project / file)
    finally:
        sandbox_service(project).stop()
        embedded_service(project).stop()
    forget_fingerprints(project / "scenarios" / "tape.yaml")


def run(source: Path, target: Path) -> None:
    """Run one notebook in its project, beside those that ran before."""
    papermill.execute_notebook(
        source,
        target,
        cwd=target.parent,
        kernel_name="python3",
        progress_bar=False,
        coalesce_streams=True,
    )
    notebook = nbformat.read(target, as_version=4)
    nbformat.write(without_traces(notebook), target)


def without_traces(notebook: NotebookNode) -> NotebookNode:
    """The notebook without what is different in every run: times, versions, ids of widgets.

    A form stays as its picture; without a kernel that is all there is of it.
    """
    notebook.metadata = {
        "kernelspec": notebook.metadata.kernelspec,
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {"tags": cell.metadata.get("tags", [])}
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
    return notebook


def forget_fingerprints(tape: Path) -> None:
    """They say which secret was used, to its own workspace alone."""
    text = tape.read_text(encoding="utf-8")
    text = re.sub(r"^    fingerprint: \w+\n", "", text, flags=re.MULTILINE)
    tape.write_text(text, encoding="utf-8")


def replace(old: Path, new: Path) -> None:
    """Put a file or folder in the place of another."""
    if new.is_dir():
        shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(new, old)
    else:
        old.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(new, old)


if __name__ == "__main__":
    main()
