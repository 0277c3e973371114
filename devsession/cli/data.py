"""`devsession table` and `devsession sync`: the data of a workspace, and its runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from devsession.cli.place import workspace_here
from devsession.errors import UnknownNameError, did_you_mean
from devsession.render import counted, text_table

if TYPE_CHECKING:
    from devsession.session.workspace import Workspace
    from devsession.warehouse.records import RunRecord, SyncRecord

_COUNTED = {"succeeded": "ok", "failed": "refused"}
_ENDED = {"frozen": "frozen for a scenario"}


def load_table(file: Path, name: str, *, replace: bool) -> None:
    """Load a file as a table of this workspace."""
    from devsession.warehouse.embedded import open_embedded
    from devsession.warehouse.tables import load_table

    workspace = workspace_here()
    if not file.is_file():
        raise UnknownNameError(
            f"There is no file {file}",
            where=str(Path.cwd()),
            next_step=f"devsession table load ANOTHER-FILE --as {name}",
        )
    workspace.prepare()
    account = open_embedded(workspace.folder)
    try:
        loaded = load_table(account, name, file, replace=replace)
    finally:
        account.close()
    typer.echo(str(loaded) if loaded.changed else f"{loaded}\nunchanged: it held this already")


def list_syncs(*, as_json: bool) -> None:
    """Every sync, with its last run."""
    found = _syncs(workspace_here()).values()
    if as_json:
        typer.echo(json.dumps([_as_dict(sync) | {"last_run": _last(runs)} for sync, runs in found]))
    elif not found:
        typer.echo('No sync yet; next: session.sync("slug", source="TABLE", identifier="COLUMN")')
    else:
        rows = [
            (sync.slug, sync.source, sync.identifier, sync.strategy, _run_text(_last(runs)))
            for sync, runs in found
        ]
        typer.echo(text_table(("sync", "source", "identifier", "strategy", "last run"), rows))


def show_sync(slug: str, *, as_json: bool) -> None:
    """One sync: what it is configured with, and its runs."""
    syncs = _syncs(workspace_here())
    if slug not in syncs:
        raise UnknownNameError(
            f"There is no sync {slug!r} in this workspace",
            tried=did_you_mean(slug, syncs),
            where=str(Path.cwd()),
            next_step="devsession sync list",
            sync=slug,
        )
    sync, made = syncs[slug]
    runs = [_run_dict(run) for run in made]
    if as_json:
        typer.echo(json.dumps(_as_dict(sync) | {"runs": runs}))
        return
    facts = [
        ("source", f"{sync.source} by {sync.identifier}"),
        ("strategy", sync.strategy),
        *((name, value.value) for name, value in sync.sync_parameters.items()),
    ]
    if sync.field_mappings is not None:
        facts += [
            (f"mapping {field}", str(source))
            for field, source in sync.field_mappings.as_dict().items()
        ]
    typer.echo(text_table((slug, ""), facts))
    typer.echo(f"\n{counted(len(runs), 'run')}")
    for run in runs:
        typer.echo(f"  {_run_text(run)}")


def run_sync(slug: str, *, as_json: bool) -> None:
    """Run a sync for real; exit 1 when a record was refused or left without an outcome."""
    from devsession.session import DevelopmentSession
    from devsession.session.plugin_source import load_plugin_class

    folder = workspace_here().folder
    with DevelopmentSession(load_plugin_class(folder), workspace=folder) as session:
        summary = session.run(slug)
    typer.echo(json.dumps(summary.to_dict()) if as_json else str(summary))
    if not summary:
        raise typer.Exit(1)


def _syncs(workspace: Workspace) -> dict[str, tuple[SyncRecord, list[RunRecord]]]:
    """Every sync by its slug, with its runs, the last one first.

    A workspace that has no warehouse yet has none, and gets none by being asked.
    """
    if not workspace.has_warehouse:
        return {}
    from devsession.warehouse.embedded import open_embedded
    from devsession.warehouse.store import Store

    account = open_embedded(workspace.folder)
    try:
        store = Store(account)
        return {sync.slug: (sync, store.runs(sync)) for sync in store.syncs()}
    finally:
        account.close()


def _as_dict(sync: SyncRecord) -> dict[str, Any]:
    mappings = sync.field_mappings
    return {
        "slug": sync.slug,
        "source": sync.source,
        "identifier": sync.identifier,
        "strategy": sync.strategy,
        "sync_parameters": {name: value.value for name, value in sync.sync_parameters.items()},
        "field_mappings": mappings.model_dump()["field_mappings"] if mappings else [],
    }


def _last(runs: list[RunRecord]) -> dict[str, Any] | None:
    return _run_dict(runs[0]) if runs else None


def _run_dict(run: RunRecord) -> dict[str, Any]:
    return {
        "run": run.id,
        "status": run.status,
        "started": run.started.isoformat(timespec="seconds"),
        **run.counts,
    }


def _run_text(run: dict[str, Any] | None) -> str:
    if run is None:
        return "never ran"
    counts = ", ".join(f"{run[name]:,} {word}" for name, word in _COUNTED.items() if name in run)
    ended = _ENDED.get(run["status"], run["status"])
    return f"{run['started']} {ended}" + (f": {counts}" if counts else "")
