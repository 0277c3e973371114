"""`devsession warehouse` and `devsession sandbox`: the local processes of a workspace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from devsession.cli.place import check_online, workspace_here
from devsession.errors import UsageError
from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from devsession.service import Address, Service, Use

_OPTION_OF = {
    "--data": "start",
    "--rate": "start",
    "--seed": "storm",
    "--catalog": "start",
    "--account": "install",
    "--database": "install",
    "--dry-run": "install",
    "--json": "install",
}
_USUAL_SEED = 0
_MB = 1_000_000


def warehouse(
    action: str, *, account: str | None, database: str | None, dry_run: bool, as_json: bool
) -> None:
    """Start, stop or look at the embedded warehouse; make the tables of one, or of an account."""
    from devsession.warehouse import embedded_service

    if action == "install":
        _install(account, database, dry_run=dry_run, as_json=as_json)
        return
    _check_options(
        f"warehouse {action}",
        {
            "--account": account,
            "--database": database,
            "--dry-run": dry_run or None,
            "--json": as_json or None,
        },
    )
    workspace = workspace_here()
    service = embedded_service(workspace.folder)
    if action == "stop":
        _tell_stopped(service, stopped=service.address() is not None and service.stop())
        return
    if action == "start":
        workspace.prepare()
        service.ensure()
    _tell(service, service.folder / "warehouse")


def _install(account: str | None, database: str | None, *, dry_run: bool, as_json: bool) -> None:
    from devsession.warehouse.installing import install
    from devsession.warehouse.snowflake import open_warehouse, snowflake_account

    if account is None and database is not None:
        raise UsageError(
            "--database goes with --account: this machine's warehouse has one",
            tried=f"warehouse install --database {database}",
            next_step=f"devsession warehouse install --account NAME --database {database}",
        )
    if account is None:
        workspace = workspace_here()
        workspace.prepare()
        opened = open_warehouse(workspace.folder, None)
    else:
        check_online(account)
        opened = snowflake_account(account, database=database)
    done = install(opened, dry_run=dry_run)
    typer.echo(json.dumps(done.to_dict()) if as_json else str(done))


def sandbox(
    action: str, *, data: Path | None, rate: str | None, seed: int | None, catalog: bool
) -> None:
    """Start, stop or look at the practice app, set its weather; where it runs, how to use it.

    catalog: its metadata catalog is opened, and what is set is set for that.
    """
    from devsession.sandbox import (
        catalog_password,
        catalog_token,
        change_settings,
        chosen_data,
        sandbox_service,
        set_catalog,
        start_sandbox,
        stop_sandbox,
    )

    _check_options(
        f"sandbox {action}",
        {"--data": data, "--rate": rate, "--seed": seed, "--catalog": catalog or None},
    )
    workspace = workspace_here()
    service = sandbox_service(workspace.folder)
    if action == "stop":
        _tell_stopped(service, stopped=stop_sandbox(workspace.folder))
        return
    if action != "status":
        workspace.prepare()
        start_sandbox(workspace.folder, data)
    settings = {} if rate is None else {"rate": None if rate == "none" else rate}
    if catalog:
        set_catalog(workspace.folder, settings)
    elif settings:
        change_settings(workspace.folder, settings)
    if action in {"storm", "calm"}:
        storm = {"seed": _USUAL_SEED if seed is None else seed} if action == "storm" else None
        change_settings(workspace.folder, {"storm": storm})
    address = service.address()
    _tell(service, chosen_data(workspace.private))
    if address is not None:
        catalog_token(workspace.folder)  # both are there when they are told of
        catalog_password(workspace.folder)
        _tell_how_to_use(service, address)


def _check_options(command: str, options: Mapping[str, object]) -> None:
    """command: `sandbox start`."""
    name, action = command.split()
    for option, value in options.items():
        if value is not None and action != _OPTION_OF[option]:
            raise UsageError(
                f"{option} goes with {_OPTION_OF[option]}",
                tried=f"{command} {_written(option, value)}",
                next_step=f"devsession {name} {_OPTION_OF[option]} {_written(option, value)}",
            )


def _written(option: str, value: object) -> str:
    return option if value is True else f"{option} {value}"


def _tell(service: Service, data: Path | None) -> None:
    """Whether it runs, how it is used, and how much it keeps in this file or folder."""
    address = service.address()
    if address is None:
        next_step = f"devsession {service.name} start"
        typer.echo(f"{service.name} is not running{_why_not(service)}; next: {next_step}")
    else:
        use = service.use()
        typer.echo(f"{service.name} runs (process {address.pid})")
        typer.echo(f"  used     {_used(use) if use else 'unknown: it does not answer'}")
    if data is not None and data.exists():
        typer.echo(f"  size     {_bytes_in(data) / _MB:,.1f} MB")


def _tell_stopped(service: Service, *, stopped: bool) -> None:
    typer.echo(f"{service.name} {'stopped' if stopped else 'was not running'}")


def _tell_how_to_use(service: Service, address: Address) -> None:
    from devsession.sandbox import (
        CATALOG_EMAIL,
        CATALOG_PASSWORD_NAME,
        CATALOG_PATH,
        CATALOG_TOKEN_NAME,
        CLIENT_ID,
        CLIENT_SECRET_NAME,
        KEY_NAME,
        chosen_data,
    )

    typer.echo(f"  address  http://{address.host}:{address.port}")
    typer.echo(f'  key      secret("{KEY_NAME}"), kept in .devsession/secrets')
    typer.echo(f'  OAuth    client "{CLIENT_ID}", secret("{CLIENT_SECRET_NAME}")')
    typer.echo(f"  records  {chosen_data(service.folder) or 'in memory, gone when it stops'}")
    typer.echo(
        f"  catalog  http://{address.host}:{address.port}{CATALOG_PATH}, kept in .devsession/catalog"
    )
    typer.echo(f'  token    secret("{CATALOG_TOKEN_NAME}")')
    typer.echo(f'  log-in   {CATALOG_EMAIL}, secret("{CATALOG_PASSWORD_NAME}")')


def _why_not(service: Service) -> str:
    ending = service.ending()
    if ending is None:
        return ""
    told = {"idle": "it ended by itself, unused", "stopped": "it was stopped"}
    return f" ({told.get(ending.how, f'process {ending.pid} crashed, see {ending.log_file}')})"


def _used(use: Use) -> str:
    minutes = int(use.quiet_seconds // 60)
    last = f"{counted(minutes, 'minute')} ago" if minutes else "just now"
    used = f"{last}, {counted(use.connections, 'connection')}"
    if use.ends_after is None:
        return f"{used}; never ends by itself"
    return f"{used}; ends by itself {use.ends_after:g} minutes after the last one"


def _bytes_in(place: Path) -> int:
    files = place.rglob("*") if place.is_dir() else [place]
    return sum(file.stat().st_size for file in files if file.is_file())
