"""`devsession workflow` and its arguments; what it does is loaded when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from devsession.cli.options import Json  # noqa: TC001 - typer reads them

workflow = typer.Typer(help="Run metadata workflows from their files.", no_args_is_help=True)

WorkflowPath = Annotated[Path, typer.Argument(metavar="FILE", help="A workflow in YAML.")]


@workflow.command("run")
def workflow_run(
    file: WorkflowPath,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Store and delete nothing; count what a run would.")
    ] = False,
    delete_unseen: Annotated[
        bool,
        typer.Option(
            "--delete-unseen",
            help="Delete what the catalog has and the source does not yield any more, or its patterns "
            "leave out; everything is read then.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Run a metadata workflow: read its source, store in its sink.

    Exit code 1 when anything was lost; 130 after Ctrl-C. The same command goes on: what is
    unchanged is not sent again.
    """
    from devsession.cli.workflow import run_workflow

    run_workflow(file, dry_run=dry_run, delete_unseen=delete_unseen, as_json=as_json)


@workflow.command("check")
def workflow_check(file: WorkflowPath, as_json: Json = False) -> None:
    """Look at a workflow's file: its keys, classes, references to secrets. Calls nothing."""
    from devsession.cli.workflow import check_workflow

    check_workflow(file, as_json=as_json)


@workflow.command("schema")
def workflow_schema(
    step: Annotated[
        str | None,
        typer.Argument(metavar="module.Class", help="A step. [default: the whole file]"),
    ] = None,
) -> None:
    """Print the JSON schema of a workflow's file, or of a step's configuration: for editors."""
    from devsession.cli.workflow import print_schema

    print_schema(step)
