"""`devsession init` and `devsession lab`: a new project, and JupyterLab on it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import typer

from devsession.cli.shipped import shipped
from devsession.errors import SetupError, UsageError

DEFAULT_NAME = "my-app"
_NAME = re.compile(r"[A-Za-z](?:[A-Za-z0-9_-]{0,48}[A-Za-z0-9])?")
_TAKEN = ("None", "True", "False", "Any", "DevelopmentSession")
_NEWS_SETTINGS = (
    # JupyterLab's own calls home would be the only network traffic of an offline session.
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


def init(name: str | None, *, ask: bool) -> None:
    """Make the project and say what to do next."""
    chosen = name or (_asked() if ask else DEFAULT_NAME)
    create_project(chosen, Path.cwd() / chosen)
    typer.echo(f"Made {chosen}/: plugin.py, two notebooks, tests, sample data\n")
    typer.echo(f"next: cd {chosen} && devsession lab")


def _asked() -> str:
    try:
        name: str = typer.prompt("What is the plugin called?", default=DEFAULT_NAME)
    except typer.Abort:
        raise UsageError(
            "No name was given; nothing was written",
            next_step="devsession init acme, or devsession init --defaults",
        ) from None
    return name


def create_project(name: str, folder: Path) -> None:
    """Render the plugin template for a plugin called `name` into `folder`.

    Raises: UsageError when the name cannot be a plugin's, or the folder holds something.
    """
    _check_name(name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder.name} exists and is not empty; nothing was written",
            where=str(folder),
            next_step="choose another name, or remove the folder",
        )
    from copier import run_copy

    try:
        run_copy(
            str(shipped("plugin_template")), folder, data={"name": name}, defaults=True, quiet=True
        )
    except OSError as error:
        raise SetupError(
            f"The project {name} could not be written",
            tried=error.strerror or str(error),
            where=str(folder),
            next_step="make its folder yours and writable, with room on the disk, and try again",
        ) from None


def _check_name(name: str) -> None:
    """A name has to make a folder, an id and a class that plugin.py has no other use for."""
    from devsession import plugin

    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be a plugin's name",
            tried="letters, digits, and hyphens or underscores between them; a letter first; at most 50",
            next_step="devsession init acme",
        )
    class_name = re.sub("[-_]", "", name).casefold()
    taken = {each.casefold(): each for each in (*_TAKEN, *plugin.__all__)}
    if class_name in taken:
        raise UsageError(
            f"{name!r} cannot be a plugin's name: its class would hide {taken[class_name]}",
            next_step=f"devsession init {name}-app",
        )


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
