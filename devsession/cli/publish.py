"""`devsession publish`: the plugin of this folder becomes an app on Snowflake, step by step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.progress import SpinnerColumn

from devsession.cli.run_progress import TerminalLine
from devsession.session.plugin_source import load_plugin_class
from devsession.session.publishing import publish_plugin

if TYPE_CHECKING:
    from devsession.publish.publishing import Step
    from devsession.session.publishing import Wish

_DOING = {
    "package": "packaging",
    "upload": "uploading",
    "deploy": "deploying",
    "register": "registering",
}


def publish_here(wish: Wish, *, as_json: bool) -> None:
    """Go through the steps, and say what was done."""
    folder = Path.cwd()
    plugin_class = load_plugin_class(folder)
    with _Progress(wanted=not as_json) as progress:
        published = publish_plugin(plugin_class, folder, wish, tell=progress.tell)
    typer.echo(json.dumps(published.to_dict()) if as_json else str(published))
    if not as_json and (next_step := published.next_step):
        typer.echo(f"\nnext: {next_step}")


class _Progress(TerminalLine):
    """Says on a terminal which step goes on."""

    def __init__(self, *, wanted: bool) -> None:
        super().__init__(SpinnerColumn(), first="begins", wanted=wanted, console=None)

    def tell(self, step: Step) -> None:
        self._progress.update(self._task, description=_DOING[step])
