"""`devsession events`: a receiver for the project's handler, and what is in its inbox."""

from __future__ import annotations

import errno
import json
import logging
import signal
import socket
import sys
from contextlib import ExitStack, contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from devsession.cli import INTERRUPTED
from devsession.cli.events_signing import signed_with
from devsession.cli.options import EVENTS_URL
from devsession.cli.place import workspace_here
from devsession.errors import DevsessionError, UsageError
from devsession.openmetadata.events.inbox_file import (
    DONE,
    FAILED,
    LEFT_OUT,
    WAITING,
    again,
    counts,
    received,
)
from devsession.openmetadata.events.limits import Limits
from devsession.openmetadata.events.log import LOGGER
from devsession.openmetadata.events.receiving import EVENTS_PATH, Receiver
from devsession.openmetadata.workflow.log import JsonLines
from devsession.render import counted, shortened, text_table
from devsession.sandbox import subscribe, unsubscribe
from devsession.sandbox.process import sandbox_service
from devsession.session.inbox import inbox_of
from devsession.session.metadata_warehouse import warehouses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.openmetadata.events.inbox_file import Received, State
    from devsession.openmetadata.steps.steps import Planned
    from devsession.session.workspace import Workspace

_LOG_BYTES = 10_000_000
_SHOWN = 30
_SUBSCRIBE = "an alert whose destination is a webhook: this address, and the secret"
_BACKLOG = 256
_ORDER: tuple[State, ...] = (WAITING, FAILED, DONE, LEFT_OUT)


def receive(
    slug: str | None,
    handler: str | None,
    config: Path | None,
    *,
    host: str,
    port: int,
    allow: list[str],
    catalog: bool,
) -> None:
    """Serve until Ctrl-C. Raises: UsageError, PluginLoadError, WorkflowError, SetupError."""
    import uvicorn

    workspace = workspace_here()
    planned = _planned(slug, handler, config, workspace)
    secret, token, place = signed_with(workspace)
    workspace.prepare()
    with ExitStack() as ending:
        opener = ending.enter_context(warehouses(workspace))
        found = Receiver(
            planned,
            inbox_of(workspace),
            secret=secret,
            token=token,
            allow=allow,
            limits=Limits(),
            warehouse=opener,
        )
        listening = ending.enter_context(_listening(host, port))
        log = ending.enter_context(_logged(workspace.private / "logs"))
        found.start()
        ending.callback(found.stop)
        url = _url(listening)
        told = _SUBSCRIBE
        if catalog:
            headers = {"Authorization": f"Bearer {token}"} if token else None
            subscribe(workspace.folder, url, secret or None, headers=headers)
            if port == 0:  # the next time it is another one, and what waits would wait for ever
                ending.callback(_unsubscribe, workspace.folder, url)
            told = "the practice catalog sends its events here, and what waited for this address"
        _tell(
            found,
            url,
            {
                "secret": place if not token else f"{place}; and a token",
                "inbox": _waiting(inbox_of(workspace)),
                "log": str(_near(log)),
                "catalog": told,
                "try it": "devsession events send" + (f" --url {url}" if url != EVENTS_URL else ""),
            },
        )
        server = uvicorn.Server(
            uvicorn.Config(
                found.app,
                log_config=None,
                access_log=False,
                server_header=False,
                # The peer's address is asked; what a header says of it is not believed.
                proxy_headers=False,
                lifespan="off",
            )
        )
        # uvicorn ends calmly, and then raises the signal again.
        signal.signal(signal.SIGTERM, _interrupted)
        try:
            server.run(sockets=[listening])
        except KeyboardInterrupt:
            typer.echo("ending, after what is being handled (Ctrl-C again: at once)", err=True)
            found.stop()
            raise typer.Exit(INTERRUPTED) from None


def list_events(*, failed: bool, as_json: bool) -> None:
    """What is in the inbox, the last ones; with --json all."""
    workspace = workspace_here()
    path = inbox_of(workspace)
    states: tuple[State, ...] = (FAILED,) if failed else ()
    if as_json:
        typer.echo(json.dumps([each.to_dict() for each in received(path, *states)]))
        return
    found = counts(path)
    shown = [*received(path, *states, last=_SHOWN)]
    total = sum(number for state, number in found.items() if not states or state in states)
    typer.echo(_headline(found) if found else "no event has come yet; devsession events receive")
    if not shown:
        return
    if total > len(shown):
        typer.echo(
            f"the last {len(shown)} of {total:,}{' that failed' if failed else ''}; --json lists all"
        )
    typer.echo()
    typer.echo(text_table(["EVENT", "ENTITY", "STATE", "TRIES", "SAID", "ID"], [*map(_row, shown)]))
    if found.get(FAILED):
        typer.echo("\nnext: devsession events again --failed, or again ID")


def hand_over_again(event: str | None, *, failed: bool) -> None:
    """Let one failed event wait again, or all. Raises: UsageError, UnknownNameError."""
    if (event is None) is not failed:
        raise UsageError(
            "Say which events: an ID, or --failed for all that have failed",
            next_step="devsession events list --failed",
        )
    workspace = workspace_here()
    number = again(inbox_of(workspace), event)
    if not number:
        typer.echo("no event has failed")
        return
    waits = "waits" if number == 1 else "wait"
    typer.echo(
        f"{counted(number, 'event')} {waits} again; a receiver that runs takes "
        f"{'it' if number == 1 else 'them'} now, or the next one: devsession events receive"
    )


def _planned(
    slug: str | None, handler: str | None, config: Path | None, workspace: Workspace
) -> Planned:
    from devsession.cli.events_handler import configured_from, configured_in_session, handler_of

    found = handler_of(handler, workspace.folder)
    if slug is None:
        return configured_from(found, config, workspace.folder)
    if config is not None:
        raise UsageError(
            "The handler is configured by a session, or by a file, and not by both",
            tried=f"devsession events receive {slug} --config {config}",
            next_step=f"devsession events receive {slug}; or --config {config} alone",
        )
    return configured_in_session(found, slug, workspace)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket there. Raises: UsageError when it cannot be had."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # IPPROTO_TCP by name, or asyncio does not switch Nagle off: 45 ms more for every answer.
        found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise _no_place(host, port, error) from None
    with found:
        try:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(address)
            found.listen(_BACKLOG)
        except OSError as error:
            raise _no_place(host, port, error) from None
        yield found


def _no_place(host: str, port: int, error: OSError) -> UsageError:
    # Of an address that is another machine's, or of nobody, no other port is of use.
    nowhere = isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL
    taken = error.errno == errno.EADDRINUSE
    return UsageError(
        f"Nothing can listen at {host}, port {port}",
        said=error.strerror or str(error),
        tried="perhaps another receiver does" if taken else "",
        next_step=f"devsession events receive {'--host 127.0.0.1' if nowhere else '--port 8591'}",
    )


@contextmanager
def _logged(folder: Path) -> Iterator[Path]:
    """Inside, what is logged stands on the terminal, and as JSON in a file of bounded size."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "events.jsonl"
    path.touch(mode=0o600)
    kept = RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8")
    kept.setFormatter(JsonLines())
    seen = logging.StreamHandler(sys.stdout)
    seen.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    before = LOGGER.level
    LOGGER.setLevel("INFO")
    for each in (kept, seen):
        LOGGER.addHandler(each)
    try:
        yield path
    finally:
        LOGGER.setLevel(before)
        for each in (kept, seen):
            LOGGER.removeHandler(each)
        kept.close()


def _unsubscribe(folder: Path, url: str) -> None:
    """No event for this address any more; a catalog that has ended is not started for it."""
    if sandbox_service(folder).address() is not None:
        with suppress(DevsessionError):
            unsubscribe(folder, url)


def _tell(receiver: Receiver, url: str, facts: dict[str, str]) -> None:
    typer.echo(f"{type(receiver.handler).__name__} receives events at {url}")
    for name, fact in facts.items():
        typer.echo(f"  {name:8} {fact}")


def _url(listening: socket.socket) -> str:
    host, port, *_ = listening.getsockname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{EVENTS_PATH}"


def _waiting(path: Path) -> str:
    waits = counts(path).get(WAITING, 0)
    return f"{_near(path)}{f', {waits:,} waiting' if waits else ''}"


def _near(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _headline(found: dict[State, int]) -> str:
    told = ", ".join(f"{found[state]:,} {state}" for state in _ORDER if found.get(state))
    return f"{counted(sum(found.values()), 'event')}: {told}"


def _row(each: Received) -> list[object]:
    event = each.event
    entity = f"{event.entity_type} {event.fqn or event.entity_id or ''}".strip()
    said = each.outcome.get("error") or each.outcome.get("done") or ""
    if not said and each.outcome:
        said = json.dumps(each.outcome, ensure_ascii=False)
    return [event.event_type, entity, each.state, each.attempts, shortened(str(said)), each.id]


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt
