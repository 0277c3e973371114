"""`devsession warehouse` and `devsession sandbox`: the local processes of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from devsession.cli.place import workspace_here
from devsession.cli.service_state import state_of
from devsession.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from devsession.service import Address, Service

_OPTION_OF = {"--data": "start", "--rate": "start", "--seed": "storm"}
_USUAL_SEED = 0


def warehouse(action: str) -> None:
    """Start, stop or look at the embedded warehouse."""
    from devsession.warehouse import embedded_service

    workspace = workspace_here()
    service = embedded_service(workspace.folder)
    if action == "stop":
        _tell_stopped(service, stopped=service.address() is not None and service.stop())
        return
    if action == "start":
        workspace.prepare()
        service.ensure()
    _tell(service, service.folder / "warehouse")


def sandbox(action: str, *, data: Path | None, rate: str | None, seed: int | None) -> None:
    """Start, stop or look at the practice app, set its weather; where it runs, how to use it."""
    from devsession.sandbox import (
        change_settings,
        chosen_data,
        sandbox_service,
        start_sandbox,
        stop_sandbox,
    )

    _check_options(action, {"--data": data, "--rate": rate, "--seed": seed})
    workspace = workspace_here()
    service = sandbox_service(workspace.folder)
    if action == "stop":
        _tell_stopped(service, stopped=stop_sandbox(workspace.folder))
        return
    if action != "status":
        workspace.prepare()
        start_sandbox(workspace.folder, data)
    if rate is not None:
        change_settings(workspace.folder, {"rate": None if rate == "none" else rate})
    if action in {"storm", "calm"}:
        storm = {"seed": _USUAL_SEED if seed is None else seed} if action == "storm" else None
        change_settings(workspace.folder, {"storm": storm})
    address = service.address()
    _tell(service, chosen_data(workspace.private))
    if address is not None:
        _tell_how_to_use(service, address)


def _check_options(action: str, options: Mapping[str, object]) -> None:
    for option, value in options.items():
        if value is not None and action != _OPTION_OF[option]:
            raise UsageError(
                f"{option} goes with {_OPTION_OF[option]}",
                tried=f"sandbox {action} {option} {value}",
                next_step=f"devsession sandbox {_OPTION_OF[option]} {option} {value}",
            )


def _tell(service: Service, data: Path | None) -> None:
    for line in state_of(service, data):
        typer.echo(line)


def _tell_stopped(service: Service, *, stopped: bool) -> None:
    typer.echo(f"{service.name} {'stopped' if stopped else 'was not running'}")


def _tell_how_to_use(service: Service, address: Address) -> None:
    from devsession.sandbox import CLIENT_ID, CLIENT_SECRET_NAME, KEY_NAME, chosen_data

    typer.echo(f"  address  http://{address.host}:{address.port}")
    typer.echo(f'  key      secret("{KEY_NAME}"), kept in .devsession/secrets')
    typer.echo(f'  OAuth    client "{CLIENT_ID}", secret("{CLIENT_SECRET_NAME}")')
    typer.echo(f"  records  {chosen_data(service.folder) or 'in memory, gone when it stops'}")
