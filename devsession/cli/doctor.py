"""`devsession doctor`: whether the set-up works; with a file, which methods of a plugin do."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import typer

from devsession.cli.place import check_online
from devsession.errors import PluginLoadError, UnknownNameError, UsageError


def doctor(
    file: Path | None, *, account: str | None, channel_packages: Path | None, as_json: bool
) -> None:
    """Examine the plugin of a file, or without one the set-up; exit 1 when something fails."""
    options = {"--account": account, "--channel-packages": channel_packages}
    given = [name for name, value in options.items() if value is not None]
    if file is not None and given:
        raise UsageError(
            f"{given[0]} goes without FILE: a plugin is looked at without an account",
            next_step=f"devsession doctor {given[0]} {options[given[0]]}",
        )
    if channel_packages is not None and account is None:
        raise UsageError(
            "--channel-packages saves what an account has, and there is no --account",
            next_step=f"devsession doctor --account NAME --channel-packages {channel_packages}",
        )
    if file is not None:
        examine_plugin(file, as_json=as_json)
    else:
        examine_set_up(account, channel_packages, as_json=as_json)


def examine_set_up(account: str | None, channel_packages: Path | None, *, as_json: bool) -> None:
    """Look at this machine, this folder, and the account."""
    from devsession.session.set_up import set_up
    from devsession.session.workspace import Workspace

    check_online(account)
    found = set_up(Workspace.at(Path.cwd(), account=account), packages_file=channel_packages)
    typer.echo(json.dumps(found.as_dict()) if as_json else str(found))
    if not found:
        raise typer.Exit(1)


def examine_plugin(file: Path, *, as_json: bool) -> None:
    """Examine the plugin of a file.

    A source of metadata, or a handler of events, has no methods that can be called on their own: its
    contract is told.
    """
    from devsession.cli.contract_check import contract_of
    from devsession.session.plugin_source import kind_of, load_plugin_class
    from devsession.testing.examination import Checked, Examination
    from devsession.testing.examine import examine

    place = _plugin_file(file)
    try:
        with redirect_stdout(sys.stderr):  # what the plugin prints is no part of the answer
            plugin_class: Any = load_plugin_class(place.parent, place.name)
            examination = (
                examine(plugin_class)
                if kind_of(plugin_class) == "sync"
                else contract_of(plugin_class).report()
            )
    except PluginLoadError as error:
        told = "\n".join(filter(None, [error.what, error.tried, error.where]))
        unloaded = Checked("import", "error", told, error.next_step)
        examination = Examination(place.name, (unloaded,))
    typer.echo(json.dumps(examination.as_dict()) if as_json else str(examination))
    if not examination:
        raise typer.Exit(1)


def _plugin_file(given: Path) -> Path:
    """Raises: UnknownNameError for one that is not there."""
    file = given / "plugin.py" if given.is_dir() else given
    if not file.is_file():
        raise UnknownNameError(
            f"There is no file {file}",
            where=str(Path.cwd()),
            next_step="devsession doctor ANOTHER-FILE",
        )
    return file.resolve()
