"""`devsession drift`: the scenarios against the real app."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

from devsession.cli import INTERRUPTED
from devsession.cli.place import scenarios_here, workspace_here
from devsession.errors import UsageError
from devsession.render import counted

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.recording.scenario import AnyFolder
    from devsession.testing.drift import DriftReport


def drift(paths: list[Path], *, yes: bool, values: bool, as_json: bool) -> None:
    """Play scenarios live; exit 1 when the app answers one differently."""
    from devsession.recording.scenario import opened
    from devsession.session import DevelopmentSession
    from devsession.session.drifting import check_connected, check_online, check_recorded, drift_of
    from devsession.session.plugin_source import load_plugin_class
    from devsession.session.workspace import offline_requested

    workspace = workspace_here()
    check_online(offline=offline_requested())
    folders = [opened(each) for each in scenarios_here(workspace, paths, command="drift")]
    for folder in folders:
        check_recorded(folder)
    _agreed(folders, yes=yes)
    reports: list[DriftReport] = []
    with DevelopmentSession(
        load_plugin_class(workspace.folder), workspace=workspace.folder
    ) as session:
        check_connected(session)
        try:
            for number, folder in enumerate(folders, 1):
                typer.echo(f"{number}/{len(folders)}  {folder.path.name}", err=True)
                reports.append(drift_of(session, folder))
                if not as_json:
                    typer.echo(reports[-1].text(values=values))
        except KeyboardInterrupt:
            typer.echo(
                f"stopped in {folder.path.name}; what the app was sent stays there", err=True
            )
            raise typer.Exit(INTERRUPTED) from None
    drifted = sum(not report for report in reports)
    if as_json:
        typer.echo(json.dumps([report.to_dict() for report in reports]))
    else:
        typer.echo(f"{len(reports) - drifted} as recorded, {drifted} drifted")
    if drifted:
        raise typer.Exit(1)


def _agreed(folders: list[AnyFolder], *, yes: bool) -> None:
    """Ask, for it changes the app. Raises: UsageError unless somebody agrees."""
    if yes:
        return
    recorded = [exchange for folder in folders for exchange in folder.read_cassette()]
    writes = sum(not exchange.reads for exchange in recorded)
    places = ", ".join(dict.fromkeys(urlsplit(each.url).netloc for each in recorded))
    told = (
        f"This calls {places or 'the app'} for real: {counted(len(folders), 'scenario')}, "
        f"{counted(writes, 'request')} that may change what it holds"
    )
    if not sys.stdin.isatty():
        raise UsageError(
            "Drift writes to the app, and nobody is here to agree",
            tried=told,
            next_step="devsession drift --yes",
        )
    typer.echo(told, err=True)
    if not typer.confirm("Go on?", err=True):
        raise UsageError("Not agreed; nothing was sent", next_step="devsession drift --yes")
