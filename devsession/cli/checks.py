"""`devsession test` and `devsession audit`: what CI runs, with neither account nor network."""

from __future__ import annotations

import json
import os
import sys
from contextlib import nullcontext, redirect_stdout
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from devsession.cli import INTERRUPTED
from devsession.cli.place import chosen_here, workspace_here
from devsession.cli.verdict import Verdict
from devsession.errors import RecordingError, ServiceError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from devsession.cli.notebook_checks import NotebookOptions
    from devsession.cli.place import Chosen
    from devsession.cli.verdict import Kind, Tell
    from devsession.plugin.contract import Plugin
    from devsession.secrets.audit import AuditReport


def test(paths: list[Path], options: NotebookOptions, *, as_json: bool) -> None:
    """Run the contract suite, each scenario's test and its faults, each notebook, then the audit of
    what is committed. The suite belongs to the project, and is left out where PATHS are named.

    Exit code 1 when something fails, 130 after Ctrl-C.
    """
    chosen = chosen_here(paths)
    kinds: dict[str, Kind] = {}
    if chosen.contract:
        from devsession.cli.contract_check import contract_check

        kinds["contract"] = contract_check(Path.cwd())
    if chosen.scenarios:
        kinds["scenarios"] = partial(_scenarios, Path.cwd(), chosen.scenarios)
    if chosen.notebooks:
        from devsession.kernels.parents import begin_parent

        begin_parent()
        from devsession.cli.notebook_checks import notebook_check

        kinds["notebooks"] = notebook_check(chosen.notebooks, options)
    _tell_of_none(chosen, as_json=as_json)
    told: dict[str, list[Verdict]] = {name: [] for name in kinds}
    stopped, audited = False, None
    try:
        # What a plugin prints is no JSON.
        with redirect_stdout(sys.stderr) if as_json else nullcontext():
            for name, run in kinds.items():
                run(partial(_tell, told[name], as_json=as_json))
        audited = _audited([Path.cwd()], []) if chosen.project else None
    except KeyboardInterrupt:
        stopped = True
    passed = sum(each.passed for verdicts in told.values() for each in verdicts)
    failed = sum(map(len, told.values())) - passed
    if as_json:
        data = {name: [each.data for each in verdicts] for name, verdicts in told.items()}
        audit_data = audited and _audit_data(audited)
        counts = {"passed": passed, "failed": failed, "stopped": stopped}
        typer.echo(json.dumps({**data, "audit": audit_data, **counts}))
    else:
        if audited is not None:
            typer.echo(str(audited))
        found = ", and the audit failed" if audited is not None and not audited else ""
        typer.echo(f"{passed} passed, {failed} failed{found}")
    if stopped:
        raise typer.Exit(INTERRUPTED)
    if failed or (audited is not None and not audited):
        raise typer.Exit(1)


def _tell_of_none(chosen: Chosen, *, as_json: bool) -> None:
    """A project that asks for the contract may have no scenario yet, and should know."""
    if chosen.contract and not chosen.scenarios and not as_json:
        typer.echo("no scenario yet; in a notebook: scenario.run(), then scenario.complete()")


def _tell(verdicts: list[Verdict], verdict: Verdict, *, as_json: bool) -> None:
    verdicts.append(verdict)
    if not as_json:
        typer.echo(f"{'passed' if verdict.passed else 'FAILED'}  {verdict.text}")


def _scenarios(project: Path, folders: list[Path], tell: Tell) -> None:
    from devsession.session.plugin_source import load_plugin_class

    plugin_class = load_plugin_class(project)
    for folder in folders:
        passed, text = _played(plugin_class, folder)
        tell(Verdict(passed, text, {"scenario": folder.name, "passed": passed, "told": text}))


def _played(plugin_class: type[Plugin], folder: Path) -> tuple[bool, str]:
    """How a scenario's test went, and its faults; a damaged folder fails its own and no other."""
    from devsession.session.plugin_source import kind_of
    from devsession.testing import run_faults, run_scenario

    try:
        report = run_scenario(plugin_class, folder)
        if not report:
            return False, str(report)
        if kind_of(plugin_class) != "sync":
            return True, str(report)
        faults = run_faults(plugin_class, folder)
    except RecordingError as error:
        return False, f"{folder.name}: {error}"
    if faults:
        return True, f"{report}; {faults.verdict}"
    return False, "\n".join([str(report), *(f"  {line}" for line in str(faults).splitlines())])


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
        typer.echo(json.dumps(_audit_data(report)))
    else:
        typer.echo(str(report))
    if not report:
        raise typer.Exit(1)


def _audit_data(report: AuditReport) -> dict[str, Any]:
    found = [
        {"file": each.file, "place": each.place, "secret": each.name, "encoding": each.encoding}
        for each in report.findings
    ]
    return {"files": report.files, "findings": found}


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
