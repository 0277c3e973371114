"""`devsession publish` and its arguments; what it does is loaded when it is called."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import Annotated, Literal

import typer

from devsession.cli.options import Json  # noqa: TC001 - typer reads them


def publish(  # noqa: PLR0913 - the options of one command
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write and change nothing; print the statements.")
    ] = False,
    step: Annotated[
        Literal["package", "upload", "deploy", "register"] | None,
        typer.Option(help="This step alone. [default: all, those that are done left out]"),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The Snowflake account, as connections.toml names it."),
    ] = None,
    channel_packages: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="What Snowflake's channel has, instead of asking the account."
        ),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Of the code. [default: OMNATA_PLUGIN_DEVELOPMENT]"),
    ] = None,
    schema: Annotated[
        str | None, typer.Option(metavar="NAME", help="[default: the plugin's id, in capitals]")
    ] = None,
    stage: Annotated[
        str | None, typer.Option(metavar="NAME", help="[default: PLUGIN_CODE]")
    ] = None,
    package: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The application package. [default: the id, _PLUGIN]"),
    ] = None,
    version: Annotated[
        str | None, typer.Option(metavar="NAME", help="[default: DEVELOPMENT]")
    ] = None,
    application: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What is made of it. [default: the id, in capitals]"),
    ] = None,
    omnata_app: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Registered there. [default: OMNATA_SYNC_ENGINE]"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the plugin an app on Snowflake, in four steps.

    The package is the folder of a Native App, in dist/; it is uploaded, deployed, and registered with
    the Omnata app. After a failure the same command goes on with the step that failed; once more,
    nothing is done twice. A metadata plugin's package is a wheel and a workflow, tried where only
    what it requires can be imported; it has no other steps.
    """
    from devsession.cli.publish import publish_here
    from devsession.session.publishing import Wish

    names = {
        "database": database,
        "schema": schema,
        "stage": stage,
        "package": package,
        "version": version,
        "application": application,
        "omnata_app": omnata_app,
    }
    publish_here(Wish(step, dry_run, account, channel_packages, names), as_json=as_json)
