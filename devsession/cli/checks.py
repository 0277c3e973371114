"""`devsession test` and `devsession audit`: what CI runs, with neither account nor network."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from devsession.cli.place import scenarios_here, workspace_here
from devsession.errors import RecordingError, ServiceError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from devsession.plugin.contract import Plugin
    from devsession.secrets.audit import AuditReport


def test(paths: list[Path]) -> None:
    """Run each scenario's test, then the audit of what is committed; exit 1 when one fails."""
    from devsession.session.plugin_source import load_plugin_class

    workspace = workspace_here()
    folder, chosen = workspace.folder, scenarios_here(workspace, paths, command="test")
    plugin_class = load_plugin_class(folder)
    failed = 0
    for path in chosen:
        passed, told = _played(plugin_class, path)
        failed += not passed
        typer.echo(f"{'passed' if passed else 'FAILED'}  {told}")
    audited = _audited([folder], [])
    typer.echo(str(audited))
    found = "" if audited else ", and the audit failed"
    typer.echo(f"{len(chosen) - failed} passed, {failed} failed{found}")
    if failed or not audited:
        raise typer.Exit(1)


def _played(plugin_class: type[Plugin], folder: Path) -> tuple[bool, str]:
    """How a scenario's test went; a damaged folder fails its own and no other."""
    from devsession.testing import run_scenario

    try:
        report = run_scenario(plugin_class, folder)
    except RecordingError as error:
        return False, f"{folder.name}: {error}"
    return bool(report), str(report)


def audit(paths: list[Path], secret_env: list[str], *, as_json: bool) -> None:
    """Search files for the workspace's secrets; exit 1 on a hit."""
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise UnknownNameError(
            f"There is no file or folder {missing[0]}",
            where=str(Path.cwd()),
            next_step="devsession audit (searches what a project commits)",
        )
    report = _audited(paths or [workspace_here().folder], secret_env)
    if as_json:
        found = [
            {
                "file": each.file,
                "place": each.place,
                "secret": each.name,
                "encoding": each.encoding,
            }
            for each in report.findings
        ]
        typer.echo(json.dumps({"files": report.files, "findings": found}))
    else:
        typer.echo(str(report))
    if not report:
        raise typer.Exit(1)


def _audited(paths: list[Path], secret_env: list[str]) -> AuditReport:
    """The audit of these paths for every secret known here."""
    from devsession.secrets.audit import Finding, audit
    from devsession.secrets.redact import Redactor
    from devsession.session.known_secrets import known_secrets

    missing = [name for name in secret_env if not os.environ.get(name)]
    if missing:
        raise UsageError(
            f"The environment variable {missing[0]} is not set, or empty",
            next_step=f"export {missing[0]}=.., then the same command again",
        )
    folders, unread = [Path.cwd(), *paths], []
    try:
        known = known_secrets(folders)
    except ServiceError as error:
        known = known_secrets(folders, connections=False)
        unread = [
            Finding("", f"not searched for: secrets of saved connections. {error.what}", "", "")
        ]
    known |= {name: (*known.get(name, ()), os.environ[name]) for name in secret_env}
    if unknown := sorted(name for name, values in known.items() if not any(values)):
        typer.echo(f"not searched for, as it has no value here: {', '.join(unknown)}", err=True)
    report = audit(paths, Redactor(known))
    return replace(report, findings=(*report.findings, *unread))
