"""`devsession tour`: the whole loop on a new project, one line a step, from forms to a test."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from devsession.cli.lab import sign, start_lab
from devsession.cli.project import create_project
from devsession.cli.shipped import shipped
from devsession.cli.tour_metadata import WORKFLOW, TourMetadata
from devsession.errors import DevsessionError, UsageError
from devsession.kernels.parents import begin_parent
from devsession.render import counted, text_table
from devsession.session.workspace import offline_requested

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.session.run import RunSummary

PLUGIN_NAME = "practice-crm"
SYNC = "contacts"
NOTEBOOKS = {
    "01_connect": "fills the connection form, calls the app",
    "02_configure": "fills the sync's form, maps columns to fields",
    "03_outbound": "sends records from cells, checks outcomes",
    "04_tests": "runs plugin.py on the same records, writes a test",
}
OPENED_AT_THE_END = "03_outbound.ipynb"
# There to be opened, not run; with a plugin of its own, each in a folder of its own.
OTHERS = {
    "publishing": ("07_publish.ipynb",),
    "the other direction": ("inbound/05_inbound.ipynb", "inbound/plugin.py"),
    "metadata": ("metadata/06_metadata.ipynb", "metadata/plugin.py"),
    "its changes": ("events/06_events.ipynb", "events/plugin.py"),
}
_STILL_RUNNING = """
The warehouse and the practice app go on running, for the notebooks; to stop them
there: devsession warehouse stop, devsession sandbox stop"""
_LOG = Path(".devsession", "tour.log")
_BY_RUNNING = {".devsession", ".ipynb_checkpoints", ".pytest_cache", "__pycache__"}
_STEP_WIDTH = 24


def tour(folder: Path) -> None:
    """Run every step and end in a table; a second run takes the folder up again."""
    typer.echo(f"devsession tour: from an empty folder to a tested plugin, in {folder}")
    place = folder.resolve()
    with _step("project") as says:
        says(f"{counted(_prepare(place), 'file')}, plugin.py among them")
    begin_parent()  # of the notebooks' kernels: it loads while the services do
    with _step("services") as says:
        says(f"{_start_services(place)} ready: warehouse, practice app")
    rows = [("notebook", name, _notebook(place, name), what) for name, what in NOTEBOOKS.items()]
    with _step(f"sync run {SYNC}") as says:
        summary = _run_sync(place)
        says(f"{counted(summary.offered, 'record')} sent, {summary.failed:,} refused")
    with _step("tests") as says:
        passed = _run_tests(place)
        says(f"{counted(passed, 'test')} passed, network shut")
    with _step("metadata") as says:
        metadata = TourMetadata(place)
        says(read := metadata.read())
    with _step("metadata again") as says:
        says(again := metadata.read_again())
    with _step("metadata gone") as says:
        says(metadata.drop())

    rows.append(("sync", SYNC, f"{counted(summary.offered, 'record')} sent", summary.text))
    rows.append(("test", "scenarios", f"{counted(passed, 'test')} made", "passes, and can fail"))
    rows.append(("workflow", WORKFLOW, read.partition(", ")[0], f"into a catalog; again: {again}"))
    typer.echo("\n" + text_table(("what ran", "", "count", "what it did"), rows))
    typer.echo(_STILL_RUNNING)
    typer.echo(f"next: cd {folder} && devsession lab {OPENED_AT_THE_END}")
    for what, (notebook, *_) in OTHERS.items():
        typer.echo(f"      {what}: devsession lab {notebook}")
    _offer_lab(place)


def _prepare(folder: Path) -> int:
    """The project from the template, with the notebooks beside it; how many files it has.

    Raises: UsageError when the folder holds something that no tour has put there.
    """
    if not (folder / "plugin.py").is_file():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(
                f"{folder.name} holds other things than a tour; nothing was written",
                where=str(folder),
                next_step="devsession tour ANOTHER-FOLDER",
            )
        create_project(PLUGIN_NAME, folder)
    for name in (*(f"{name}.ipynb" for name in NOTEBOOKS), *chain(*OTHERS.values())):
        if not (folder / name).is_file():
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(shipped("notebooks") / name, folder / name)
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return sum(_BY_RUNNING.isdisjoint(file.parts) for file in files)


def _start_services(folder: Path) -> str:
    from devsession.sandbox import sandbox_service
    from devsession.warehouse import embedded_service

    services = [embedded_service(folder), sandbox_service(folder)]
    return f"{len([service.ensure() for service in services])} processes"


def _notebook(folder: Path, name: str) -> str:
    """Run one notebook in place; how many cells ran."""
    from devsession.testing.notebooks.in_place import run_in_place

    with _step(f"notebook {name}") as says:
        file = folder / f"{name}.ipynb"
        stop = run_in_place(file, live=not offline_requested()).stop
        if stop:
            raise DevsessionError(
                f"The notebook {file.name} did not run to its end",
                tried=f"cell {stop.number}: {stop.why}",
                where=str(file),
                next_step=f"cd {folder} && devsession lab {file.name}",
            )
        sign(file)
        ran = counted(len(_code_cells(file)), "cell")
        says(f"{ran}: {NOTEBOOKS[name]}")
    return ran


def _run_sync(folder: Path) -> RunSummary:
    from devsession.session import DevelopmentSession
    from devsession.session.plugin_source import load_plugin_class

    session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
    summary: RunSummary = session.run(SYNC)
    return summary


def _run_tests(folder: Path) -> int:
    """Run the tests that were made, as CI would; how many passed."""
    from devsession.testing import scenario_folders

    made = [str(each.relative_to(folder)) for each in scenario_folders(folder / "scenarios")]
    done = _python(folder, "-m", "devsession", "test", *made)
    passed = re.search(r"^(\d+) passed", done.stdout, re.MULTILINE)
    if done.returncode or passed is None:
        raise DevsessionError(
            "The tests that the tour made do not pass",
            tried=_last_line(done.stdout) or _last_line(done.stderr),
            where=str(folder / _LOG),
            next_step=f"cd {folder} && devsession test",
        )
    return int(passed.group(1))


def _offer_lab(folder: Path) -> None:
    """On a terminal, open JupyterLab on the notebook that shows most."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    try:
        wanted = typer.confirm(f"\nOpen {OPENED_AT_THE_END} in JupyterLab now?", default=True)
    except typer.Abort:  # the end of the input, or Ctrl-C: no answer is no
        wanted = False
        typer.echo()
    if wanted:
        os.chdir(folder)
        start_lab(Path(OPENED_AT_THE_END))


@contextmanager
def _step(name: str) -> Iterator[Callable[[str], None]]:
    """One line: the step's name at once where it can be completed later, then its result."""
    live = sys.stdout.isatty()
    if live:
        typer.echo(f"  {name:<{_STEP_WIDTH}}..", nl=False)
    said: list[str] = []
    try:
        yield said.append
    finally:
        if live:
            typer.echo("\r\x1b[K", nl=False)
    typer.echo(f"  {name:<{_STEP_WIDTH}}{' '.join(said)}")


def _python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """This Python in the folder; what it prints goes to the tour's log, not to the terminal."""
    done = subprocess.run(  # noqa: S603 - the same interpreter, our arguments
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    with (folder / _LOG).open("a", encoding="utf-8") as log:
        log.write(f"$ python {' '.join(arguments)}\n{done.stdout}{done.stderr}\n")
    return done


def _code_cells(notebook: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
