"""`devsession init` and `devsession lab`: a new project, and JupyterLab on it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

from devsession.cli.answers import ask, check_answers, check_name
from devsession.cli.placing import place
from devsession.cli.shipped import shipped
from devsession.errors import SetupError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.cli.placing import Placed

DEFAULT_NAME = "my-app"
HERE = "."
_NEWS_SETTINGS = (
    # JupyterLab's own calls home would be the only network traffic of an offline session.
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


def init(folder_name: str | None, given: Mapping[str, str], *, asking: bool) -> None:
    """Make the project, here or in a new folder, and say what to do next.

    given: the answers of the command line; the name is the folder's where it is not among them.
    """
    answers = dict(given)
    if folder_name is not None:
        answers.setdefault("name", _folder(folder_name).name)
    check_answers(answers)
    if asking:
        answers = ask(answers)
    name = answers.pop("name", DEFAULT_NAME)
    folder = _folder(folder_name or name)
    placed = create_project(name, folder, **answers)
    here = folder_name == HERE
    typer.echo(f"Made {name} here" if here else f"Made {folder.name}/", nl=False)
    typer.echo(": plugin.py, two notebooks, tests, sample data")
    if placed.kept:
        typer.echo(f"kept {', '.join(placed.kept)}")
    if placed.ignored:
        typer.echo(f"added to .gitignore: {' '.join(placed.ignored)}")
    typer.echo("\nnext: " + ("" if here else f"cd {folder.name} && ") + "devsession lab")


def _folder(name: str) -> Path:
    """The current folder, or the new one of this name in it.

    Raises: UsageError when the name cannot be a folder's, or the folder holds something.
    """
    if name == HERE:
        return Path.cwd()
    check_name(name)
    folder = Path.cwd() / name
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{name} exists and is not empty; nothing was written",
            where=str(folder),
            next_step=f"cd {name} && devsession init . (adds to it), or choose another name",
        )
    return folder


def create_project(name: str, folder: Path, **answers: str) -> Placed:
    """Render the plugin template for a plugin called `name` into `folder`: all of it, or nothing.

    answers: to the template's other questions; its defaults stand for those that are not given.

    Raises: UsageError when an answer cannot be, or files of the project are in the folder already;
        SetupError when the folder cannot be written.
    """
    check_answers({"name": name, **answers})
    from copier import run_copy

    disk = next(each for each in (folder, *folder.parents) if each.is_dir())
    template = str(shipped("plugin_template"))
    try:
        with TemporaryDirectory(prefix=".devsession-init-", dir=disk) as made:
            run_copy(template, made, data={"name": name, **answers}, defaults=True, quiet=True)
            return place(Path(made), folder)
    except OSError as error:
        raise SetupError(
            f"The project {name} could not be written",
            tried=error.strerror or str(error),
            where=str(folder),
            next_step="make its folder yours and writable, with room on the disk, and try again",
        ) from None


def lab(notebook: Path | None) -> None:
    """Start JupyterLab here, on the notebook given or the project's own."""
    if notebook is not None and not notebook.is_file():
        raise UsageError(
            f"There is no notebook {notebook}",
            where=str(Path.cwd()),
            next_step="devsession lab (opens the project's own notebook)",
        )
    own = Path("plugin_development.ipynb")
    opened = notebook or (own if own.is_file() else None)
    command = lab_command(opened)
    try:
        os.execv(command[0], command)  # noqa: S606 - the same interpreter, our arguments
    except OSError as error:
        raise SetupError(
            f"JupyterLab does not start: {error}", next_step="pip install jupyterlab"
        ) from None


def lab_command(notebook: Path | None, *extra: str) -> list[str]:
    """The command that opens JupyterLab in a browser, on a notebook if one is given."""
    opened = [str(notebook)] if notebook else []
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return [sys.executable, "-m", "jupyterlab", *_NEWS_SETTINGS, *as_root, *extra, *opened]
