"""`devsession publish`: the plugin of this folder becomes an app on Snowflake, step by step."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.progress import SpinnerColumn

from devsession.cli.run_progress import TerminalLine
from devsession.errors import PublishError, UsageError
from devsession.publish.channel import Channel
from devsession.publish.connector import make_connector
from devsession.publish.names import Names
from devsession.publish.package import make_package, manifest_of
from devsession.publish.publishing import STEPS, require_account
from devsession.publish.publishing import publish as publish_package
from devsession.secrets.redact import Redactor
from devsession.session.known_secrets import known_secrets
from devsession.session.plugin_source import is_metadata, load_plugin_class
from devsession.warehouse.snowflake import snowflake_account

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from snowflake.snowpark import Session

    from devsession.publish.publishing import Step

DIST = "dist"
_DOING = {
    "package": "packaging",
    "upload": "uploading",
    "deploy": "deploying",
    "register": "registering",
}


def publish(
    names: Mapping[str, str | None],
    *,
    step: Step | None,
    dry_run: bool,
    account: str | None,
    channel_packages: Path | None,
    as_json: bool,
) -> None:
    """Go through the steps, and say what was done."""
    folder = Path.cwd()
    plugin_class: Any = load_plugin_class(folder)
    if is_metadata(plugin_class):
        _publish_connector(folder, plugin_class, step=step, dry_run=dry_run, as_json=as_json)
        return
    steps = (step,) if step else STEPS
    chosen = Names.of(manifest_of(plugin_class), **names)
    require_account(steps, there=account is not None, dry_run=dry_run)
    with _session(account) as session, _Progress(wanted=not as_json) as progress:
        progress.tell("package")
        channel = _channel(channel_packages, session, account)
        package = make_package(plugin_class, folder, chosen, channel)
        package.check(Redactor(known_secrets([folder])))
        place = folder / DIST / manifest_of(plugin_class).plugin_id
        if not dry_run:
            package.write(place)
        published = publish_package(
            package, session, steps=steps, dry_run=dry_run, tell=progress.tell
        )
    if as_json:
        typer.echo(json.dumps(published.to_dict()))
        return
    typer.echo(str(published))
    if not dry_run:
        typer.echo(f"\nwritten: {place.relative_to(folder)}")
    if dry_run and account is None and set(steps) - {"package"}:
        typer.echo(
            "\nas for a first publish: with --account NAME it is told from where that stands"
        )
    elif steps == ("package",):
        typer.echo("next: devsession publish --dry-run")


class _Progress(TerminalLine):
    """Says on a terminal which step goes on."""

    def __init__(self, *, wanted: bool) -> None:
        super().__init__(SpinnerColumn(), first="begins", wanted=wanted, console=None)

    def tell(self, step: Step) -> None:
        self._progress.update(self._task, description=_DOING[step])


@contextmanager
def _session(account: str | None) -> Iterator[Session | None]:
    if account is None:
        yield None
        return
    opened = snowflake_account(account)
    try:
        yield opened.snowpark
    finally:
        opened.close()


def _channel(file: Path | None, session: Session | None, account: str | None) -> Channel:
    """Raises: PublishError when neither a file nor an account says what the channel has."""
    if file is not None:
        return Channel.in_file(file)
    if session is not None and account is not None:
        return Channel.of_account(session, account)
    raise PublishError(
        "Nothing says which packages Snowflake's channel has",
        tried="--channel-packages, --account: neither is given",
        next_step="devsession publish --step package --account NAME asks the account; offline, save its "
        'list once, as {"snowflake_channel": {"requests": ["2.32.3"]}, "python": "3.11", "saved": '
        '"2026-01-31"}, and give --channel-packages FILE',
        step="package",
    )


def _publish_connector(
    folder: Path, source: type[Any], *, step: Step | None, dry_run: bool, as_json: bool
) -> None:
    """A metadata plugin: its wheel and its workflow, tried in a clean environment."""
    if step not in (None, "package"):
        raise UsageError(
            f"A metadata plugin has no step {step}",
            tried="its workflow runs where OpenMetadata's do, not in an app on Snowflake",
            next_step="devsession publish: makes the wheel and the workflow",
        )
    with _Progress(wanted=not as_json) as progress:
        progress.tell("package")
        connector = make_connector(source, folder)
    if not dry_run:
        connector.write(folder / DIST)
    if as_json:
        typer.echo(json.dumps(connector.to_dict()))
        return
    typer.echo(str(connector))
    if not dry_run:
        typer.echo(f"\nwritten: {DIST}")
        typer.echo(
            f"next: where workflows run, pip install {connector.wheel} and devsession workflow run workflow.yml"
        )
