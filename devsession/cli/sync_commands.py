"""`devsession sync` and its arguments; what it does is loaded when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

from devsession.cli.options import Account, Json, Slug  # noqa: TC001 - typer reads them
from devsession.http.deadline import TIME_LIMIT_MINS

sync = typer.Typer(help="List, show and run the syncs of this workspace.", no_args_is_help=True)


@sync.command("list")
def sync_list(account: Account = None, as_json: Json = False) -> None:
    """List the syncs, each with its last run."""
    from devsession.cli.data import list_syncs

    list_syncs(account=account, as_json=as_json)


@sync.command("show")
def sync_show(
    slug: Slug,
    failed: Annotated[
        bool, typer.Option("--failed", help="Show the records that were refused, and why.")
    ] = False,
    account: Account = None,
    as_json: Json = False,
) -> None:
    """Show one sync: its parameters, mapping and runs."""
    from devsession.cli.data import show_failures, show_sync

    (show_failures if failed else show_sync)(slug, account=account, as_json=as_json)


@sync.command("run")
def sync_run(
    slug: Slug,
    time_limit: Annotated[
        float,
        typer.Option(
            "--time-limit", metavar="MINUTES", help="End then, with what is done by then."
        ),
    ] = TIME_LIMIT_MINS,
    account: Account = None,
    as_json: Json = False,
) -> None:
    """Run a sync for real: send what is new or changed to the app.

    Exit code 1 when a record was refused or left without an outcome, or the time limit has passed;
    130 after Ctrl-C. What was done is kept. Its log is in .devsession/logs. No HTTP is recorded.
    """
    from devsession.cli.data import run_sync

    run_sync(slug, time_limit_mins=time_limit, account=account, as_json=as_json)
