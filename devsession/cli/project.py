"""`devsession init`: a new project, from the template."""

from __future__ import annotations

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
# What a project is made of, by its kind or direction.
_MADE = {
    "metadata": "plugin.py, workflow.yml, a notebook, tests",
    "outbound": "plugin.py, three notebooks, tests, sample data",
    "inbound": "plugin.py, two notebooks, tests",
    "both": "plugin.py, four notebooks, tests, sample data",
}


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
    moves = answers.get("kind") if answers.get("kind") in _MADE else answers.get("direction")
    typer.echo(f": {_MADE[moves or 'outbound']}")
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
