"""`devsession warehouse` and `devsession sandbox`: the local processes of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from devsession.cli.place import workspace_here

if TYPE_CHECKING:
    from devsession.service import Address, Service


def warehouse(action: str) -> None:
    """Start, stop or look at the embedded warehouse."""
    from devsession.warehouse import embedded_service

    workspace = workspace_here()
    if action == "start":
        workspace.prepare()
    _act(embedded_service(workspace.folder), action)


def sandbox(action: str) -> None:
    """Start, stop or look at the practice app; where it is running, how to use it."""
    from devsession.sandbox import (
        CLIENT_ID,
        CLIENT_SECRET_NAME,
        KEY_NAME,
        sandbox_client_secret,
        sandbox_key,
        sandbox_service,
    )

    workspace = workspace_here()
    service = sandbox_service(workspace.folder)
    if action == "start":
        workspace.prepare()
        sandbox_key(workspace.folder)
        sandbox_client_secret(workspace.folder)
    address = _act(service, action)
    if address is not None:
        typer.echo(f"  address  http://{address.host}:{address.port}")
        typer.echo(f'  key      secret("{KEY_NAME}"), kept in .devsession/secrets')
        typer.echo(f'  OAuth    client "{CLIENT_ID}", secret("{CLIENT_SECRET_NAME}")')


def _act(service: Service, action: str) -> Address | None:
    if action == "stop":
        stopped = service.address() is not None and service.stop()
        typer.echo(f"{service.name} {'stopped' if stopped else 'was not running'}")
        return None
    address = service.ensure() if action == "start" else service.address()
    if address is None:
        typer.echo(f"{service.name} is not running; next: devsession {service.name} start")
    else:
        typer.echo(f"{service.name} runs (process {address.pid})")
    return address
