"""`devsession sync` and its arguments; what it does is loaded when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

from devsession.cli.options import Account, Json, Slug  # noqa: TC001 - typer reads them
from devsession.http.deadline import TIME_LIMIT_MINS

sync = typer.Typer(
    help="List, show, run and schedule the syncs of this workspace.", no_args_is_help=True
)


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


@sync.command("schedule")
def sync_schedule(  # noqa: PLR0913 - the options of one command
    slug: Slug,
    cron: Annotated[
        str, typer.Argument(metavar="CRON", help="When, in five fields, such as '0 6 * * *'.")
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Run nothing; print the SQL.")] = False,
    timezone: Annotated[
        str, typer.Option(metavar="NAME", help="Of the times, such as Europe/Berlin.")
    ] = "UTC",
    compute_warehouse: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Runs it. [default: the connection's]"),
    ] = None,
    application: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The published plugin. [default: the id, in capitals]"),
    ] = None,
    secrets: Annotated[
        str,
        typer.Option(metavar="NAME", help="Gives its procedure the connection's secrets."),
    ] = "DEVSESSION_SECRETS",
    account: Account = None,
    as_json: Json = False,
) -> None:
    """Run a sync by the clock: a task on Snowflake that calls the published plugin.

    The task is made, in place of the one before, and begins to run; --dry-run prints its SQL. It runs
    the sync as it is filled now. Without an account the error gives the line for a crontab.
    """
    from devsession.cli.data import schedule_sync
    from devsession.session.scheduling import Wish
    from devsession.warehouse.cron import Cron

    wish = Wish(Cron.of(cron, timezone), dry_run, compute_warehouse, application, secrets)
    schedule_sync(slug, wish, account=account, as_json=as_json)
