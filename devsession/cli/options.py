"""Arguments and options that several commands take."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

EVENTS_PORT = 8590
EVENTS_URL = f"http://127.0.0.1:{EVENTS_PORT}/events"

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Slug = Annotated[str, typer.Argument(metavar="SLUG", help="The sync's name, such as contacts.")]
Account = Annotated[
    str | None,
    typer.Option(
        "--account",
        metavar="NAME",
        help="A Snowflake account, by its connection in connections.toml. [default: this machine]",
    ),
]

What = Annotated[Literal["start", "stop", "status", "install"], typer.Argument(metavar="ACTION")]
SandboxWhat = Annotated[
    Literal["start", "stop", "status", "storm", "calm"], typer.Argument(metavar="ACTION")
]
