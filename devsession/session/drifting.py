"""Playing a scenario against the real app, to see what it answers differently by now."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from devsession.errors import (
    ConnectError,
    NotFilledError,
    PluginRaisedError,
    ScenarioError,
    StreamError,
    UsageError,
)
from devsession.plugin.outbound import FrameRecords
from devsession.plugin.parameters import SyncConfigurationParameters
from devsession.plugin.request_matching import RequestMatching
from devsession.recording.event_scenario import EventScenarioFolder
from devsession.recording.inbound_scenario import InboundScenarioFolder
from devsession.recording.metadata_scenario import MetadataScenarioFolder
from devsession.recording.received import Received
from devsession.recording.takes import of_the_sync
from devsession.recording.tape import Tape
from devsession.render import counted
from devsession.session.app_limits import limits_in_scenario
from devsession.session.inbound_call import call_inbound, inbound_request
from devsession.session.outbound_call import call_outbound, outbound_request
from devsession.testing.drift import DriftReport, compare, raised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.errors import PluginError
    from devsession.plugin.contract import Plugin
    from devsession.recording.exchange import Exchange
    from devsession.recording.scenario import AnyFolder, ScenarioFolder
    from devsession.session.development import DevelopmentSession

    _Call = tuple[SyncConfigurationParameters, Callable[[], object]]

P = TypeVar("P", bound=SyncConfigurationParameters)


def check_online(*, offline: bool) -> None:
    """Raises: UsageError in a session that calls nothing."""
    if offline:
        raise UsageError(
            "Drift calls the app, and DEVSESSION_OFFLINE is set",
            next_step="unset DEVSESSION_OFFLINE, then the same again",
        )


def check_connected(session: DevelopmentSession) -> None:
    """Raises: NotFilledError when no connection of the plugin is saved."""
    if not session.connection.filled:
        raise NotFilledError(
            "There is no saved connection to call the app with",
            tried=f"looking for the connection of {session.source.name}",
            where=str(session.workspace.folder),
            next_step="in a notebook: session.connection.fill(..)",
        )


def check_recorded(folder: AnyFolder) -> None:
    """Raises: ScenarioError when there is no run to compare with, or the folder is damaged."""
    if not folder.has_test:
        raise ScenarioError(
            f"The scenario {folder.path.name!r} has nothing to compare with",
            tried="looking for the exchanges of a run() of the plugin's method",
            where=str(folder.path),
            next_step="in a notebook: scenario.run(), then scenario.complete()",
            scenario=folder.path.name,
        )


def drift_of(session: DevelopmentSession, folder: AnyFolder) -> DriftReport:
    """Call the plugin's method on the frozen input, live, and compare the app's answers.

    That of an outbound sync writes to the app. Neither the scenario nor the tape changes.

    Raises:
        UsageError: the session is offline, or the scenario is no sync's.
        NotFilledError: no connection is saved.
        ScenarioError: the folder has no test, or is damaged.
        ConnectError: the app does not answer.
    """
    check_online(offline=session.offline)
    if isinstance(folder, MetadataScenarioFolder | EventScenarioFolder):
        raise UsageError(
            "Drift is looked for in scenarios of syncs",
            where=str(folder.path),
            next_step="scenario.run() runs it on the systems as they are now, and says what differs",
        )
    check_connected(session)
    check_recorded(folder)
    recorded, name = folder.read_cassette(), folder.read_head().name
    live, stopped = _played(session, folder)
    _check_answered(live, name)
    matching = getattr(session.plugin, "request_matching", RequestMatching())
    report = compare(recorded, live, scenario=name, matching=matching)
    if stopped is None:
        return report
    where = f" ({stopped.where})" if stopped.where else ""
    said = raised(f"{stopped.what}: {stopped.said.partition(chr(10))[0]}{where}")
    return replace(report, differences=(said, *report.differences))


def _check_answered(live: list[Exchange], scenario: str) -> None:
    """Raises: ConnectError when the plugin has called the app, and got no answer at all."""
    if not live or any(each.status is not None for each in live):
        return
    raise ConnectError(
        f"The app answers none of the {counted(len(live), 'call')} of {scenario!r}",
        said=live[0].problem,
        where=f"{live[0].method} {live[0].url}",
        next_step="see whether the app runs, and its address in the connection form",
        scenario=scenario,
    )


def _played(
    session: DevelopmentSession, folder: ScenarioFolder | InboundScenarioFolder
) -> tuple[list[Exchange], PluginError | None]:
    """What was exchanged, redacted, and what the method raised if it did."""
    plugin, recorder = session.plugin, session.recorder
    parameters, call = (
        _inbound(session, plugin, folder)
        if isinstance(folder, InboundScenarioFolder)
        else _outbound(session, plugin, folder)
    )
    mark = recorder.mark()
    stopped = None
    with _another_tape(session), limits_in_scenario(session, plugin, parameters):
        try:
            call()
        except (PluginRaisedError, StreamError) as error:
            stopped = error
        exchanges = of_the_sync(recorder.exchanges_since(mark))
    return exchanges, stopped


def _outbound(session: DevelopmentSession, plugin: Plugin, folder: ScenarioFolder) -> _Call:
    frozen = folder.read_input()
    parameters = _live(session, frozen.parameters, frozen.secrets)
    records = FrameRecords(folder.read_records())
    request = outbound_request(session, frozen.parameters, records, plugin=plugin)
    return parameters, partial(call_outbound, session, plugin, parameters, request)


def _inbound(session: DevelopmentSession, plugin: Plugin, folder: InboundScenarioFolder) -> _Call:
    frozen = folder.read_input()
    parameters = _live(session, frozen.parameters, frozen.secrets)
    request = inbound_request(session, frozen, Received())
    return parameters, partial(call_inbound, session, plugin, parameters, request)


def _live(session: DevelopmentSession, frozen: P, secrets: list[str]) -> P:
    """Frozen parameters as they are used, with the secrets of now."""
    secret = session.connection.secrets(secrets)
    return session.vault.used_in(frozen).with_secrets(secret)


@contextmanager
def _another_tape(session: DevelopmentSession) -> Iterator[None]:
    """Inside, the app is called and what it says is not kept: it goes to a tape that is thrown away."""
    recorder = session.recorder
    tape, mode = recorder.tape, recorder.mode
    with tempfile.TemporaryDirectory() as place, recorder.scope("run:drift"):
        recorder.tape, recorder.mode = Tape(Path(place) / "drift.yaml"), "live"
        try:
            yield
        finally:
            recorder.tape, recorder.mode = tape, mode
