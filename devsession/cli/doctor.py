"""`devsession doctor`: which methods of a plugin work."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import typer

from devsession.errors import PluginLoadError, UnknownNameError, UsageError


def doctor(file: Path | None, *, as_json: bool) -> None:
    """Examine the plugin of a file; exit 1 when one of its methods fails.

    A source of metadata has no methods that can be called on their own: its contract is told.
    """
    from devsession.session.plugin_source import kind_of, load_plugin_class
    from devsession.testing import metadata_contract
    from devsession.testing.examination import Checked, Examination
    from devsession.testing.examine import examine

    place = _plugin_file(file)
    try:
        with redirect_stdout(sys.stderr):  # what the plugin prints is no part of the answer
            plugin_class: Any = load_plugin_class(place.parent, place.name)
            examination = (
                metadata_contract(plugin_class).report()
                if kind_of(plugin_class) == "metadata"
                else examine(plugin_class)
            )
    except PluginLoadError as error:
        told = "\n".join(filter(None, [error.what, error.tried, error.where]))
        unloaded = Checked("import", "error", told, error.next_step)
        examination = Examination(place.name, (unloaded,))
    typer.echo(json.dumps(examination.as_dict()) if as_json else str(examination))
    if not examination:
        raise typer.Exit(1)


def _plugin_file(given: Path | None) -> Path:
    """Raises: UsageError without a file; UnknownNameError for one that is not there."""
    if given is None:
        raise UsageError(
            "devsession doctor takes the file of a plugin", next_step="devsession doctor plugin.py"
        )
    file = given / "plugin.py" if given.is_dir() else given
    if not file.is_file():
        raise UnknownNameError(
            f"There is no file {file}",
            where=str(Path.cwd()),
            next_step="devsession doctor ANOTHER-FILE",
        )
    return file.resolve()
