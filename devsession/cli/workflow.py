"""`devsession workflow`: run, check and describe metadata workflows from their files."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

import typer
from rich.progress import SpinnerColumn

from devsession.cli import INTERRUPTED
from devsession.cli.run_progress import TerminalLine
from devsession.openmetadata.workflow.file import read_workflow
from devsession.openmetadata.workflow.file_steps import SHIPPED, class_of
from devsession.openmetadata.workflow.log import LOGGER, logged_into
from devsession.render import counted
from devsession.session.metadata_warehouse import warehouses
from devsession.session.workspace import Workspace

if TYPE_CHECKING:
    from rich.console import Console

    from devsession.openmetadata import WorkflowReport
    from devsession.openmetadata.workflow.file import WorkflowFile

_TICK = 0.2


def run_workflow(path: Path, *, dry_run: bool, delete_unseen: bool, as_json: bool) -> None:
    """Run it, under its progress; exit code 1 when anything was lost."""
    workspace = Workspace.at(Path.cwd())
    with warehouses(workspace) as opener:
        file = read_workflow(path, warehouse=opener)
        report, log, stopped = _run(file, workspace, dry_run, delete_unseen, wanted=not as_json)
    typer.echo(json.dumps(report.to_dict()) if as_json else str(report))
    if report.errors and not as_json:
        typer.echo(
            f"\nlog: {log.relative_to(Path.cwd()) if log.is_relative_to(Path.cwd()) else log}"
        )
    if stopped:
        raise typer.Exit(INTERRUPTED)
    if not report:
        raise typer.Exit(1)


def _run(
    file: WorkflowFile, workspace: Workspace, dry_run: bool, delete_unseen: bool, *, wanted: bool
) -> tuple[WorkflowReport, Path, bool]:
    """The report, the log, and whether Ctrl-C came."""
    level = file.keys.workflow_config.logger_level
    LOGGER.setLevel("WARNING" if level == "WARN" else level)
    workspace.prepare()
    with logged_into(workspace.private / "logs", file.workflow.service) as log:
        try:
            report = file.workflow.run(
                dry_run=dry_run,
                delete_unseen=delete_unseen or file.delete_unseen,
                watch=lambda report: WorkflowProgress(report, wanted=wanted),
            )
        except KeyboardInterrupt as stop:
            return stop.report, log, True  # type: ignore[attr-defined]  # Run.go puts it there
    return report, log, False


def check_workflow(path: Path, *, as_json: bool) -> None:
    """Say what a file would run; what is wrong in it is raised."""
    file = read_workflow(path)
    source = file.keys.source.service_connection.config.source_python_class
    server = file.keys.workflow_config.open_metadata_server_config
    told = {
        "file": str(path),
        "service": file.keys.source.service_name,
        "source": source,
        "processors": [each.type for each in file.keys.processors],
        "sink": file.keys.sink.type,
        "catalog": server and f"{server.host_port}, by {server.auth_provider}",
        "incremental": file.workflow.watermarks is not None,
        "deletes": [kind.entity_type for kind in file.delete_unseen],
        "policies": [each.id for each in file.policies],
    }
    if as_json:
        typer.echo(json.dumps(told))
        return
    typer.echo(f"{path} can be run")
    told["policies"] = list(map(str, file.policies))
    for name, value in told.items():
        if name != "file" and value:
            between = f"\n{'':<14}" if name == "policies" else ", "
            shown = between.join(value) if isinstance(value, list) else str(value)
            typer.echo(f"  {name:<11} {'yes' if value is True else shown}")
    typer.echo(f"next: devsession workflow run {path} --dry-run")


def print_schema(step: str | None) -> None:
    """The JSON schema of the file, or of a step's `Config`."""
    from devsession.openmetadata import Step
    from devsession.openmetadata.workflow.file_keys import WorkflowKeys

    if step is None:
        typer.echo(json.dumps(WorkflowKeys.model_json_schema(by_alias=True), indent=2))
        return
    found = class_of(SHIPPED.get(step, step), Step, Path.cwd())
    config = found.Config
    schema = config.model_json_schema() if config is not None else {"type": "object"}
    typer.echo(json.dumps(schema, indent=2))


class WorkflowProgress(TerminalLine):
    """Looks on at a workflow's run: how many were read and stored so far."""

    def __init__(
        self, report: WorkflowReport, *, wanted: bool, console: Console | None = None
    ) -> None:
        super().__init__(SpinnerColumn(), first="begins", wanted=wanted, console=console)
        self._report, self._ended = report, Event()
        self._thread = Thread(target=self._tell, daemon=True)

    def __enter__(self) -> Self:
        super().__enter__()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        super().__exit__()

    def _tell(self) -> None:
        while not self._ended.wait(_TICK):
            if steps := list(self._report.steps):
                text = f"{counted(steps[0].records, 'record')} read, {steps[-1].records:,} stored"
                self._progress.update(self._task, description=text)
