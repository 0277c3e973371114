"""Every command with its arguments; what it does is loaded when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from devsession import __version__
from devsession.cli.events_commands import events
from devsession.cli.options import Account, Json, SandboxWhat, What  # noqa: TC001 - typer reads them
from devsession.cli.publish_command import publish
from devsession.cli.sync_commands import sync
from devsession.cli.workflow_commands import workflow

app = typer.Typer(
    name="devsession",
    help="Build plugins that move data between Snowflake and apps, cell by cell.",
    epilog="Exit codes: 0 good, 1 found wrong, 2 used wrong.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
table = typer.Typer(help="Load sample data into the warehouse.", no_args_is_help=True)
app.add_typer(table, name="table")
app.add_typer(sync, name="sync")
app.add_typer(workflow, name="workflow")
app.add_typer(events, name="events")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def devsession(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Build plugins that move data between Snowflake and apps, cell by cell."""


@app.command()
def init(  # noqa: PLR0913, PLR0917 - an option for each question
    folder: Annotated[
        str | None,
        typer.Argument(metavar="FOLDER", help="A new folder, such as acme, or . for this one."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="The plugin's name. [default: the folder's]"),
    ] = None,
    kind: Annotated[
        Literal["sync", "metadata"] | None,
        typer.Option(help="A plugin that moves data, or one that feeds a metadata catalog."),
    ] = None,
    direction: Annotated[
        Literal["outbound", "inbound", "both"] | None,
        typer.Option(help="Rows go to the app, its records are read into tables, or both."),
    ] = None,
    style: Annotated[
        Literal["record", "event"] | None,
        typer.Option(help="Records that are kept up to date, or events, a row each."),
    ] = None,
    connect: Annotated[
        Literal["api-key", "password", "oauth", "sign-in"] | None,
        typer.Option(
            help="An API key, user and password, OAuth client credentials, or a person who signs in."
        ),
    ] = None,
    client: Annotated[
        Literal["http", "package"] | None,
        typer.Option(help="HTTP requests, or a Python package that knows the API."),
    ] = None,
    rate_limit: Annotated[
        str | None, typer.Option(metavar="RATE", help="The API's, such as 5/second; or none.")
    ] = None,
    mapper: Annotated[
        Literal["fields", "template"] | None,
        typer.Option(help="Columns mapped to fields, or a Jinja template."),
    ] = None,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="Ask nothing; without a FOLDER, make my-app.")
    ] = False,
) -> None:
    """Make a plugin project, in a new folder or in this one.

    Asks what the options leave open: about the app, and how it is called.
    """
    from devsession.cli.project import init

    answers = {
        "name": name,
        "kind": kind,
        "direction": direction,
        "style": style,
        "connect": connect,
        "client": client,
        "rate_limit": rate_limit,
        "mapper": mapper,
    }
    given = {question: answer for question, answer in answers.items() if answer is not None}
    init(folder, given, asking=not defaults)


@app.command()
def lab(
    notebook: Annotated[
        Path | None, typer.Argument(metavar="NOTEBOOK", help="Another notebook to open.")
    ] = None,
) -> None:
    """Open JupyterLab on this project's notebook."""
    from devsession.cli.lab import lab

    lab(notebook)


@app.command()
def tour(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A new folder, or that of a tour before.")
    ] = Path("devsession-tour"),
) -> None:
    """Watch the whole loop run, from nothing to a tested plugin."""
    from devsession.cli.tour import tour

    tour(folder)


@app.command("test")
def run_tests(  # noqa: PLR0913 - the options of one command
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATHS",
            help="Scenario folders, notebooks, folders of them. [default: all of the project]",
        ),
    ] = None,
    *,
    workers: Annotated[
        int, typer.Option("-n", "--workers", metavar="N", min=1, help="Notebooks run at once.")
    ] = 1,
    parameter: Annotated[
        list[str] | None,
        typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="Set a notebook's parameter."),
    ] = None,
    parameters: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Set them from YAML; of several sets, each is a run of its own."
        ),
    ] = None,
    sanitize: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="nbval's file of what to replace before comparing."),
    ] = None,
    image_tolerance: Annotated[
        float, typer.Option(metavar="SHARE", min=0, max=1, help="Of an image's pixels, may differ.")
    ] = 0.0,
    cell_timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="For each cell.")
    ] = 300,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="For each notebook.")
    ] = 1800,
    lax: Annotated[
        bool, typer.Option("--lax", help="Compare only cells tagged nbval-check-output.")
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Open the network; nothing comes from the tape.")
    ] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Store the outputs that differ anew, and show them.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run contract suite, scenarios, notebooks and audit, with neither account nor network.

    PATHS leave out the contract suite, which tries the plugin as a whole, as tests/test_contract.py
    chooses. A notebook runs in a kernel of its own and is compared with its stored outputs, under the tags
    of nbval and papermill. Options but --json are for notebooks.
    """
    from devsession.cli.checks import test
    from devsession.cli.notebook_checks import NotebookOptions

    options = NotebookOptions(
        workers=workers,
        parameter=tuple(parameter or ()),
        parameters=parameters,
        sanitize=tuple(sanitize or ()),
        image_tolerance=image_tolerance,
        cell_timeout=cell_timeout,
        timeout=timeout,
        lax=lax,
        live=live,
        update=update,
    )
    test(paths or [], options, as_json=as_json)


@app.command()
def audit(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATHS", help="Files and folders. [default: what is committed]"),
    ] = None,
    secret_env: Annotated[
        list[str] | None,
        typer.Option(
            "--secret-env",
            metavar="NAME",
            help="Search for the value of this environment variable too; may be repeated.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Search files for this workspace's secrets, in every encoding."""
    from devsession.cli.checks import audit

    audit(paths or [], secret_env or [], as_json=as_json)


@app.command()
def doctor(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A plugin's file, or the folder of its plugin.py."),
    ] = None,
    account: Account = None,
    channel_packages: Annotated[
        Path | None,
        typer.Option(
            "--channel-packages",
            metavar="FILE",
            help="Save what the account's channel has here. [default: in .devsession]",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Look at the set-up, or at a plugin: what works, and what to mend.

    The set-up: versions, workspace, warehouse; of an account connection, role, rights, schema, and the
    packages of its channel, which are saved. A plugin: each of its methods, called with made-up
    answers and the network shut; one that is not written yet is told, and is no failure. Exit code 1
    when something fails.
    """
    from devsession.cli.doctor import doctor

    doctor(file, account=account, channel_packages=channel_packages, as_json=as_json)


@app.command()
def drift(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATHS", help="Scenario folders. [default: all in scenarios/]"),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask: it writes to the app, as a run does.")
    ] = False,
    values: Annotated[
        bool, typer.Option("--values", help="Show ids, moments and tokens that differ too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Play scenarios live: what does the real app answer differently?

    It writes to the app. Nothing is recorded. Exit code 1 when an answer has drifted; ids, moments
    and tokens, which are others each time, are counted apart.
    """
    from devsession.cli.drift import drift

    drift(paths or [], yes=yes, values=values, as_json=as_json)


app.command()(publish)


@table.command("load")
def table_load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or Parquet file.")],
    name: Annotated[
        str, typer.Option("--as", metavar="NAME", help="The table's name, such as CONTACTS.")
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a table that holds other content.")
    ] = False,
    account: Account = None,
) -> None:
    """Load a file as a table; the same content again changes nothing."""
    from devsession.cli.data import load_table

    load_table(file, name, replace=replace, account=account)


@app.command()
def warehouse(
    action: What = "start",
    account: Account = None,
    database: Annotated[
        str | None,
        typer.Option(
            "--database", metavar="NAME", help="Install: there. [default: the connection's]"
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Install: run nothing; print the SQL.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Install: print JSON, for scripts.")
    ] = False,
) -> None:
    """Start, stop or look at the warehouse; install its tables.

    Install makes the schema DEVSESSION on an account, or brings it up to date, as the first use does
    with a role that may; once more, nothing is to be done. Here it is for this machine's warehouse.
    """
    from devsession.cli.services import warehouse

    warehouse(action, account=account, database=database, dry_run=dry_run, as_json=as_json)


@app.command()
def sandbox(
    action: SandboxWhat = "start",
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="FOLDER", help="Start: keep its records in this folder."),
    ] = None,
    rate: Annotated[
        str | None,
        typer.Option(
            "--rate",
            metavar="RATE",
            help="Start: answer more than 5/second, say, with 429; or none.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Storm: the same seed is the same storm.")
    ] = None,
    catalog: Annotated[
        bool,
        typer.Option("--catalog", help="Start: open its metadata catalog; --rate is for that."),
    ] = False,
) -> None:
    """Start, stop or look at this workspace's practice app.

    In a storm some requests are refused, fail, are cut off or answered late; calm ends it. Below
    /api it is a metadata catalog.
    """
    from devsession.cli.services import sandbox

    sandbox(action, data=data, rate=rate, seed=seed, catalog=catalog)
