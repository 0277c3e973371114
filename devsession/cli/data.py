"""`devsession table` and `devsession sync`: the data of a workspace, and its runs."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import typer

from devsession.cli import INTERRUPTED
from devsession.cli.place import workspace_here
from devsession.errors import UnknownNameError, UsageError, did_you_mean
from devsession.render import counted, text_table

if TYPE_CHECKING:
    from devsession.session import DevelopmentSession
    from devsession.session.scheduling import Wish
    from devsession.session.workspace import Workspace
    from devsession.warehouse.records import InboundSyncRecord, RunRecord, SyncRecord

AnySync: TypeAlias = "SyncRecord | InboundSyncRecord"

_FAILURE_COLUMNS = ("IDENTIFIER", "SYNC_ACTION", "RUN", "ERROR")


def load_table(file: Path, name: str, *, replace: bool, account: str | None) -> None:
    """Load a file as a table of this workspace, or of the account."""
    from devsession.warehouse.snowflake import open_warehouse
    from devsession.warehouse.tables import load_table

    workspace = workspace_here(account)
    if not file.is_file():
        raise UnknownNameError(
            f"There is no file {file}",
            where=str(Path.cwd()),
            next_step=f"devsession table load ANOTHER-FILE --as {name}",
        )
    workspace.prepare()
    with closing(open_warehouse(workspace.folder, workspace.account)) as warehouse:
        loaded = load_table(warehouse, name, file, replace=replace)
    typer.echo(str(loaded) if loaded.changed else f"{loaded}\nunchanged: it held this already")


def list_syncs(*, account: str | None, as_json: bool) -> None:
    """Every sync, with its last run."""
    found = _syncs(workspace_here(account)).values()
    if as_json:
        typer.echo(
            json.dumps([_as_dict(sync) | {"last_run": _last(sync, runs)} for sync, runs in found])
        )
    elif not found:
        typer.echo('No sync yet; next: session.sync("slug", source="TABLE", identifier="COLUMN")')
    else:
        rows = [(*_told(sync), _run_text(_last(sync, runs))) for sync, runs in found]
        typer.echo(text_table(("sync", "source", "identifier", "strategy", "last run"), rows))


def show_sync(slug: str, *, account: str | None, as_json: bool) -> None:
    """One sync: what it is configured with, and its runs."""
    workspace = workspace_here(account)
    sync, made = _known(workspace, slug)
    runs = [_run_dict(sync, run) for run in made]
    views = _views(workspace, sync)
    if as_json:
        told = _as_dict(sync) | ({"views": views} if views else {})
        typer.echo(json.dumps(told | {"runs": runs}))
        return
    shown = [(f"view {name}", view) for name, view in views.items()]
    typer.echo(text_table((slug, ""), _facts(sync) + shown))
    typer.echo(f"\n{counted(len(runs), 'run')}")
    for run in runs:
        typer.echo(f"  {_run_text(run)}")


def _facts(sync: SyncRecord | InboundSyncRecord) -> list[tuple[str, str]]:
    """What it is configured with, a line each."""
    from devsession.plugin.mapping import StoredJinjaTemplate
    from devsession.warehouse.records import InboundSyncRecord

    values = [(name, value.value) for name, value in sync.sync_parameters.items()]
    if isinstance(sync, InboundSyncRecord):
        return [("direction", "inbound"), *values, *_stream_facts(sync)]
    facts = [
        ("source", f"{sync.source} by {sync.identifier}"),
        ("strategy", sync.strategy),
        *values,
    ]
    stored = sync.field_mappings
    if isinstance(stored, StoredJinjaTemplate):
        facts += [("template", stored.jinja_template)]
        facts += [(f"column {name}", str(sql)) for name, sql in stored.as_dict().items()]
    elif stored is not None:
        facts += [(f"mapping {field}", str(source)) for field, source in stored.as_dict().items()]
    return facts


def _stream_facts(sync: InboundSyncRecord) -> list[tuple[str, str]]:
    from devsession.session.stream_table import read_as

    read = read_as(sync.streams.included_streams.values())
    unread = ", ".join(sync.streams.excluded_streams)
    told = [(f"stream {name}", how) for name, how in read.items()]
    return told + ([("not read", unread)] if unread else [])


def _views(workspace: Workspace, sync: AnySync) -> dict[str, str]:
    """Stream -> the view that shows its records, of an inbound sync that was run."""
    from devsession.warehouse.inbound import InboundTables
    from devsession.warehouse.records import InboundSyncRecord
    from devsession.warehouse.snowflake import open_warehouse

    if not isinstance(sync, InboundSyncRecord):
        return {}
    with closing(open_warehouse(workspace.folder, workspace.account)) as warehouse:
        return InboundTables(warehouse, sync).views()


def show_failures(slug: str, *, account: str | None, as_json: bool) -> None:
    """The records of a sync that were refused when they were offered last, and why."""
    from devsession.warehouse.failures import failures_of
    from devsession.warehouse.snowflake import open_warehouse

    workspace = workspace_here(account)
    sync = _outbound(_known(workspace, slug)[0])
    with closing(open_warehouse(workspace.folder, workspace.account)) as warehouse:
        failures = failures_of(warehouse, sync)
    rows = failures.to_dict("records")
    if as_json:
        found = [
            {str(name).lower(): value for name, value in row.items()}
            | {"time": row["TIME"].isoformat(timespec="seconds")}
            for row in rows
        ]
        typer.echo(json.dumps(found))
    elif not rows:
        typer.echo(f"{slug}: no record was refused when it was offered last")
    else:
        shown = [[str(row[name]) for name in _FAILURE_COLUMNS] for row in rows]
        typer.echo(text_table([name.lower() for name in _FAILURE_COLUMNS], shown))


def run_sync(slug: str, *, time_limit_mins: float, account: str | None, as_json: bool) -> None:
    """Run a sync for real; exit 1 when a record was refused or has no outcome, or a stream failed."""
    from devsession.session import DevelopmentSession
    from devsession.session.plugin_source import load_plugin_class
    from devsession.session.run_turn import TIMED_OUT, RunInterrupted
    from devsession.session.summary import RunSummary

    folder = workspace_here(account).folder
    stopped = False
    plugin = load_plugin_class(folder)
    with DevelopmentSession(plugin, workspace=folder, account=account) as session:
        try:
            summary = _run(session, slug, time_limit_mins, wanted=not as_json)
        except RunInterrupted as interrupted:
            summary, stopped = interrupted.summary, True
    typer.echo(json.dumps(summary.to_dict()) if as_json else str(summary))
    if isinstance(summary, RunSummary) and summary.failed and not as_json:
        typer.echo(f"next: devsession sync show {slug} --failed{_option(account)}")
    if summary.status == TIMED_OUT and not as_json:
        typer.echo(f"next: devsession sync run {slug}{_option(account)}, which goes on from there")
    if stopped:
        raise typer.Exit(INTERRUPTED)
    if not summary:
        raise typer.Exit(1)


def schedule_sync(slug: str, wish: Wish, *, account: str | None, as_json: bool) -> None:
    """Make the task of a sync, or print what makes it."""
    from devsession.session import DevelopmentSession
    from devsession.session.plugin_source import load_plugin_class
    from devsession.session.scheduling import schedule_sync

    workspace = workspace_here(account)
    _known(workspace, slug)
    plugin = load_plugin_class(workspace.folder)
    with DevelopmentSession(plugin, workspace=workspace.folder, account=account) as session:
        schedule = schedule_sync(session, slug, wish)
    typer.echo(json.dumps(schedule.to_dict()) if as_json else str(schedule))


def _run(session: DevelopmentSession, slug: str, minutes: float, *, wanted: bool) -> Any:
    """Run it under its progress, whichever way it goes."""
    from devsession.cli.run_progress import RunProgress
    from devsession.cli.stream_progress import StreamProgressLine
    from devsession.session.inbound_run import run_inbound
    from devsession.session.inbound_sync import InboundSync
    from devsession.session.run import run_sync

    sync: Any = session.sync(slug)
    if isinstance(sync, InboundSync):
        with StreamProgressLine(wanted=wanted) as streams:
            return run_inbound(session, sync, watcher=streams, time_limit_mins=minutes)
    with RunProgress(wanted=wanted) as progress:
        return run_sync(session, sync, watcher=progress, time_limit_mins=minutes)


def _known(workspace: Workspace, slug: str) -> tuple[AnySync, list[RunRecord]]:
    syncs, account = _syncs(workspace), workspace.account
    if slug not in syncs:
        raise UnknownNameError(
            f"There is no sync {slug!r} "
            + (f"on the Snowflake account {account!r}" if account else "in this workspace"),
            tried=did_you_mean(slug, syncs),
            where=str(Path.cwd()),
            next_step=f"devsession sync list{_option(account)}",
            sync=slug,
        )
    return syncs[slug]


def _option(account: str | None) -> str:
    return "" if account is None else f" --account {account}"


def _syncs(workspace: Workspace) -> dict[str, tuple[AnySync, list[RunRecord]]]:
    """Every sync by its slug, with its runs, the last one first.

    A workspace that has no warehouse yet has none, and gets none by being asked.
    """
    if not workspace.has_warehouse:
        return {}
    from devsession.session.run_lock import runs_of
    from devsession.warehouse.inbound_syncs import InboundSyncs
    from devsession.warehouse.snowflake import open_warehouse
    from devsession.warehouse.store import Store

    with closing(open_warehouse(workspace.folder, workspace.account)) as warehouse:
        store = Store(warehouse)
        known: list[AnySync] = [*store.syncs(), *InboundSyncs(warehouse).all()]
        return {sync.slug: (sync, runs_of(workspace, store, sync)) for sync in known}


def _outbound(sync: AnySync) -> SyncRecord:
    """Raises: UsageError for an inbound one, which refuses no record by itself."""
    if _is_inbound(sync):
        raise UsageError(
            f"{sync.slug!r} is inbound: what a stream refused stands in the log of its run",
            next_step=f"devsession sync show {sync.slug}",
            sync=sync.slug,
        )
    return sync  # type: ignore[return-value]  # what is not inbound


def _is_inbound(sync: AnySync) -> bool:
    return hasattr(sync, "streams")


def _told(sync: AnySync) -> tuple[str, str, str, str]:
    """Slug, source, identifier and strategy, for a list."""
    from devsession.warehouse.records import InboundSyncRecord

    if isinstance(sync, InboundSyncRecord):
        return sync.slug, ", ".join(sync.streams.included_streams) or "not filled", "", "inbound"
    return sync.slug, sync.source, sync.identifier, sync.strategy


def _as_dict(sync: AnySync) -> dict[str, Any]:
    from devsession.warehouse.records import InboundSyncRecord

    if isinstance(sync, InboundSyncRecord):
        return {
            "slug": sync.slug,
            "direction": "inbound",
            "sync_parameters": {name: value.value for name, value in sync.sync_parameters.items()},
            "streams": sync.streams.model_dump(mode="json"),
        }
    stored = sync.field_mappings.model_dump() if sync.field_mappings else {}
    return {
        "slug": sync.slug,
        "source": sync.source,
        "identifier": sync.identifier,
        "strategy": sync.strategy,
        "sync_parameters": {name: value.value for name, value in sync.sync_parameters.items()},
        "field_mappings": stored.get("field_mappings", []),
        "jinja_template": stored.get("jinja_template"),
        "additional_column_expressions": stored.get("additional_column_expressions", {}),
    }


def _last(sync: AnySync, runs: list[RunRecord]) -> dict[str, Any] | None:
    return _run_dict(sync, runs[0]) if runs else None


def _run_dict(sync: AnySync, run: RunRecord) -> dict[str, Any]:
    counts = {"streams": dict(run.counts)} if _is_inbound(sync) else run.counts
    return {
        "run": run.id,
        "status": run.status,
        "started": run.started.isoformat(timespec="seconds"),
        **counts,
    }


def _run_text(run: dict[str, Any] | None) -> str:
    if run is None:
        return "never ran"
    from devsession.session.inbound_summary import streams_text
    from devsession.session.summary import counts_text

    if "streams" in run:
        counts = streams_text(run["streams"])
    else:
        counts = counts_text({name: run[name] for name in run if isinstance(run[name], int)})
    return f"{run['started']} {run['status']}" + (f": {counts}" if counts else "")
