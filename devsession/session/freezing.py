"""Freezing the input of a scenario: parameters, and the first records that a run would offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import ScenarioError, UnknownNameError
from devsession.plugin.mapping import StoredJinjaTemplate
from devsession.plugin.outbound import OutboundSyncRequest
from devsession.recording.scenario import ScenarioFolder, ScenarioInput, scenario_folder
from devsession.render import counted
from devsession.session.frozen_folder import frozen_folder
from devsession.session.journal import settle
from devsession.session.run_lock import FROZEN
from devsession.session.validating import METHOD, validator_of, without
from devsession.warehouse.supposed import Pass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandas import DataFrame

    from devsession.plugin.mapping import StoredMapping
    from devsession.plugin.parameters import (
        OutboundSyncConfigurationParameters,
        StoredConfigurationValue,
    )
    from devsession.plugin.strategies import OutboundSyncStrategy
    from devsession.session.development import DevelopmentSession
    from devsession.session.sync import Sync
    from devsession.session.validating import Validator
    from devsession.session.wanted import Wanted
    from devsession.warehouse.staged import Stage

USUAL_RECORDS = 10


def scenario_of(
    session: DevelopmentSession, sync: Sync, wanted: Wanted, *, refresh: bool
) -> ScenarioFolder:
    """The folder of a scenario as it was frozen; frozen now when there is none."""
    wanted.check()
    folder = scenario_folder(session.workspace.scenarios, sync.slug, wanted.name)
    return frozen_folder(
        folder,
        session.vault,
        refresh=refresh,
        freeze=lambda: _freeze(session, sync, folder, wanted),
        frozen_with=lambda: _frozen_with(session, sync, folder, wanted),
    )


def _frozen_with(
    session: DevelopmentSession, sync: Sync, folder: ScenarioFolder, wanted: Wanted
) -> str:
    """What it was frozen with that is otherwise by now: `another template, records=10`."""
    frozen, now = folder.read_input(), sync.record
    then, mapping = frozen.parameters, now.field_mappings
    chosen = "template" if isinstance(mapping, StoredJinjaTemplate) else "mapping"
    pairs = {
        "strategy": (then.sync_strategy.name, now.strategy),
        "form": (_values(then.sync_parameters), _values(now.sync_parameters)),
        chosen: (_sources(then.field_mappings), _sources(mapping)),
    }
    clean = session.vault.redactor.value
    told = [f"another {name}" for name, (one, other) in pairs.items() if one != clean(other)]
    if wanted.records is not None:
        records = frozen.asked or len(folder.read_records())
        told += [f"records={records}"] if records != wanted.records else []
    return ", ".join(told) if sync.filled else ""


def _values(answers: Mapping[str, StoredConfigurationValue]) -> dict[str, str]:
    return {name: answer.value for name, answer in answers.items()}


def _sources(mapping: StoredMapping | None) -> Any:
    """What it was filled with, and not what the app says of its fields."""
    said_by_app = {"field_mappings": {"__all__": {"app_metadata"}}}
    return mapping and mapping.model_dump(mode="json", exclude=said_by_app)


def write_frozen(
    session: DevelopmentSession,
    sync: Sync,
    folder: ScenarioFolder,
    wanted: Wanted,
    records: DataFrame,
    parameters: OutboundSyncConfigurationParameters,
) -> None:
    """Keep an input, in place of the one before and of all that came of that."""
    redactor = session.vault.redactor
    needed = wanted.records or USUAL_RECORDS
    frozen = ScenarioInput(
        name=wanted.name,
        sync=sync.slug,
        plugin=session.source.name,
        asked=needed if needed > len(records) else None,
        parameters=parameters,
    )
    with folder.at_once(redactor):
        folder.clear()
        folder.write_records(records, redactor)
        folder.write_input(frozen, redactor)


def _freeze(
    session: DevelopmentSession, sync: Sync, folder: ScenarioFolder, wanted: Wanted
) -> None:
    """Write parameters and the first records that a run would offer now."""
    parameters = sync.parameters
    frozen, refused = _offered(session, sync, wanted, parameters.sync_strategy)
    if frozen.empty:
        raise ScenarioError(
            f"A run of {sync.slug!r} would send no record now, so there is nothing to freeze",
            tried=f"scenario({wanted.name!r}): "
            + (
                f"{counted(refused, 'record')} refused by {METHOD}, see .refusals()"
                if refused
                else "every record was sent before and is unchanged"
            ),
            where=f"sync {sync.slug!r}",
            next_step="change the source, or name another scenario with after=",
            sync=sync.slug,
        )
    write_frozen(session, sync, folder, wanted, frozen, parameters)
    if refused:
        left_out = f"{counted(refused, 'record')} left out, refused by {METHOD}"
        print(f"scenario {wanted.name!r}: {left_out}")  # noqa: T201 - the author's cell shows it


def _offered(
    session: DevelopmentSession, sync: Sync, wanted: Wanted, strategy: OutboundSyncStrategy
) -> tuple[DataFrame, int]:
    """The records to freeze, and how many the plugin's validator refused on the way to them."""
    needed = wanted.records or USUAL_RECORDS
    after = _passed(session, sync, wanted.after) if wanted.after is not None else None
    settle(session, sync)
    validator = validator_of(session, sync)
    # Any number of records may be refused before enough are found that are not.
    offered = session.engine.plan(sync.record, strategy).total + (
        len(after.records) if after else 0
    )
    run = session.store.start_run(sync.record)
    staged = session.engine.stage(
        sync.record, run, strategy, records=max(offered, 1) if validator else needed, after=after
    )
    try:
        return _first_sent(staged, validator, needed)
    finally:
        staged.discard()
        session.store.finish_run(run, status=FROZEN, counts=staged.actions)


def _first_sent(staged: Stage, validator: Validator | None, needed: int) -> tuple[DataFrame, int]:
    """The first records that are not refused, and how many that stand among them are."""
    from pandas import concat

    kept: list[DataFrame] = []
    refused = 0
    request = OutboundSyncRequest(staged, actions=tuple(staged.actions), batch_size=needed)
    for batch in request.get_records(batched=True):
        refusals = validator.refusals(batch) if validator else []
        refused += len(refusals)
        kept.append(without(batch, refusals))
        if sum(map(len, kept)) >= needed:
            break
    return concat(kept or [request.get_records()], ignore_index=True).head(needed), refused


def _passed(session: DevelopmentSession, sync: Sync, name: str) -> Pass:
    folder = scenario_folder(session.workspace.scenarios, sync.slug, name)
    if not (folder.exists and folder.has_outcomes):
        raise UnknownNameError(
            f"There is no scenario {name!r} of {sync.slug!r} with outcomes",
            where=str(session.workspace.scenarios),
            next_step=f"open {name!r} first, then validate or run() it",
            sync=sync.slug,
            scenario=name,
        )
    return Pass(folder.read_records(), folder.read_outcomes())
