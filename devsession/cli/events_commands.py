"""`devsession events` and its arguments; what it does is loaded when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from devsession.cli.options import EVENTS_PORT, EVENTS_URL, Json

events = typer.Typer(help="Receive a catalog's events, and send some to try.", no_args_is_help=True)

ConfigPath = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Its configuration in YAML: the fields of its Config, secrets as ${NAME}.",
    ),
]


@events.command("receive")
def events_receive(
    slug: Annotated[
        str | None,
        typer.Argument(metavar="SLUG", help="Configured as session.events(SLUG) was filled."),
    ] = None,
    handler: Annotated[
        str | None,
        typer.Option(
            "--handler",
            metavar="module.Class",
            help="Which EventHandler. [default: that of plugin.py]",
        ),
    ] = None,
    config: ConfigPath = None,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Where it listens.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="0: any that is free.")
    ] = EVENTS_PORT,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow", metavar="NETWORK", help="Take events from here only; may be repeated."
        ),
    ] = None,
    catalog: Annotated[
        bool, typer.Option("--catalog", help="Have the practice catalog send its events here.")
    ] = False,
) -> None:
    """Receive a catalog's events, and hand them to the project's EventHandler.

    Its configuration is what a session was filled with, SLUG, or a file's. Bodies have to be signed with the secret EVENTS_SECRET, which is made where there is none; where
    there is a secret EVENTS_TOKEN, it is asked for as a bearer's. Events are kept in
    .devsession/events.db until they are handled. Ctrl-C ends it after what is being handled.
    """
    from devsession.cli.events import receive

    receive(slug, handler, config, host=host, port=port, allow=allow or [], catalog=catalog)


@events.command("send")
def events_send(
    event_type: Annotated[
        str, typer.Option("--type", metavar="TYPE", help="Such as entityUpdated; or all of them.")
    ] = "all",
    entity: Annotated[
        str, typer.Option("--entity", metavar="KIND", help="What they are about.")
    ] = "table",
    count: Annotated[
        int, typer.Option("--count", metavar="N", min=1, help="So many of each type.")
    ] = 1,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", metavar="FILE", help="Send these instead, one as JSON on each line."
        ),
    ] = None,
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Of the receiver.")] = EVENTS_URL,
    as_json: Json = False,
) -> None:
    """Send made-up events of every type to a receiver, signed as a catalog signs them.

    Exit code 1 when one was refused.
    """
    from devsession.cli.events_send import send

    send(event_type, entity, count, file=file, url=url, as_json=as_json)


@events.command("list")
def events_list(
    failed: Annotated[bool, typer.Option("--failed", help="Only those that have failed.")] = False,
    as_json: Json = False,
) -> None:
    """List the events of this project's inbox: what waits, what is done, what failed and why."""
    from devsession.cli.events import list_events

    list_events(failed=failed, as_json=as_json)


@events.command("again")
def events_again(
    event: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="An event that has failed.")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that have failed.")] = False,
) -> None:
    """Let failed events wait again: the receiver that runs, or the next one, hands them over."""
    from devsession.cli.events import hand_over_again

    hand_over_again(event, failed=failed)
