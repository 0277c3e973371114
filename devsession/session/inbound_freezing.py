"""Freezing the input of an inbound scenario: parameters, streams, and the states to go on from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import UnknownNameError
from devsession.recording.inbound_scenario import InboundScenarioFolder
from devsession.recording.scenario import scenario_folder
from devsession.recording.scenario_input import InboundScenarioInput
from devsession.session.frozen_folder import frozen_folder
from devsession.session.stream_usual import begun_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.streams import StoredStreamConfiguration
    from devsession.session.development import DevelopmentSession
    from devsession.session.inbound_sync import InboundSync
    from devsession.session.wanted import Wanted

USUAL_RECORDS = 100


def inbound_scenario_of(
    session: DevelopmentSession, sync: InboundSync, wanted: Wanted, *, refresh: bool
) -> InboundScenarioFolder:
    """The folder of a scenario as it was frozen; frozen now when there is none."""
    wanted.check()
    scenarios = session.workspace.scenarios
    folder = scenario_folder(scenarios, sync.slug, wanted.name, InboundScenarioFolder)
    return frozen_folder(
        folder,
        session.vault,
        refresh=refresh,
        freeze=lambda: freeze(session, sync, folder, wanted),
        frozen_with=lambda: _frozen_with(session, sync, folder, wanted),
    )


def freeze(
    session: DevelopmentSession, sync: InboundSync, folder: InboundScenarioFolder, wanted: Wanted
) -> None:
    """Write what a run of now would be given. Raises: UnknownNameError for another to go on from."""
    streams = sync.chosen_now()
    if wanted.after is not None:
        streams = begun_with(streams, _ended_with(session, sync, wanted.after))
    frozen = InboundScenarioInput(
        name=wanted.name,
        sync=sync.slug,
        plugin=session.source.name,
        records=wanted.records or USUAL_RECORDS,
        parameters=sync.parameters,
        streams=streams,
    )
    redactor = session.vault.redactor
    with folder.at_once(redactor):
        folder.clear()
        folder.write_input(frozen, redactor)


def _ended_with(
    session: DevelopmentSession, sync: InboundSync, name: str
) -> dict[str, dict[str, Any] | None]:
    """The states at the end of another scenario: those it began with, where none came."""
    scenarios = session.workspace.scenarios
    folder = scenario_folder(scenarios, sync.slug, name, InboundScenarioFolder)
    if not (folder.exists and folder.has_outcomes):
        raise UnknownNameError(
            f"There is no scenario {name!r} of {sync.slug!r} with records",
            where=str(scenarios),
            next_step=f"open {name!r} first, then validate or run() it",
            sync=sync.slug,
            scenario=name,
        )
    begun = {each.stream_name: each.latest_state for each in folder.read_input().streams}
    return begun | folder.read_results().states


def _frozen_with(
    session: DevelopmentSession, sync: InboundSync, folder: InboundScenarioFolder, wanted: Wanted
) -> str:
    """What it was frozen with that is otherwise by now: `other streams, records=100`."""
    if not sync.filled:
        return ""
    frozen, now = folder.read_input(), sync.record
    clean = session.vault.redactor.value
    values = {name: each.value for name, each in now.sync_parameters.items()}
    then = {name: each.value for name, each in frozen.parameters.sync_parameters.items()}
    chosen, known = now.streams.included_streams, now.streams.excluded_streams
    # New ones come by themselves where that was chosen.
    new = now.streams.include_new_streams
    compared = [
        stream for stream in frozen.streams if not new or stream.stream_name in {*chosen, *known}
    ]
    told = ["another form"] if then != clean(values) else []
    if _choices(compared) != clean(_choices(list(chosen.values()))):
        told.append("other streams")
    if wanted.records not in (None, frozen.records):
        told.append(f"records={frozen.records}")
    return ", ".join(told)


def _choices(streams: Sequence[StoredStreamConfiguration]) -> dict[str, Any]:
    """What was chosen, and not what the app says of its streams."""
    said_by_app = {"stream", "latest_state"}
    return {
        stream.stream_name: stream.model_dump(mode="json", exclude=said_by_app)
        for stream in streams
    }
