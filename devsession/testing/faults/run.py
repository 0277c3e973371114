"""Playing every variant of a scenario, and saying what did not hold."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.errors import UsageError
from devsession.testing.author_lines import file_of
from devsession.testing.faults import problems
from devsession.testing.faults.app import FaultyApp, Recording
from devsession.testing.faults.driven_time import DrivenTime, NeverEnds
from devsession.testing.faults.report import FaultReport, Finding, KindResult, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.plugin.contract import Plugin
    from devsession.recording.exchange import Exchange
    from devsession.testing.faults.inbound import InboundFaults
    from devsession.testing.faults.outbound import OutboundFaults
    from devsession.testing.faults.problems import Problem
    from devsession.testing.faults.variants import Variant
    from devsession.testing.scenarios import LoadedSync

# Time is one for the whole process.
_alone = threading.Lock()


def run_faults(plugin_class: type[Plugin], folder: Path | str) -> FaultReport:
    """Play a scenario's recording with the app failing, at each call in turn, and look at the plugin.

    A call is answered 429, 500, twice 503, HTML, half of its JSON, or not at all, and as recorded
    when it is made again; answers about many records come in another order, and with one more
    record refused. Of many calls the first, the last and some between them are tried. Nothing is
    waited for, the network is shut, secrets are their placeholders.

    Looked for, outbound: one outcome for each record; an error in each that failed; nothing that
    may be created twice; no success that the app has not told of; Retry-After; no exception that
    leaves `sync_outbound`. Inbound: no state ahead of its records; no stream marked complete
    without them; one stream's failure leaves the others.

    Raises: ScenarioError or CassetteError for a damaged folder; UsageError for a workflow's.
    """
    from devsession.recording.scenario import opened
    from devsession.testing.scenarios import LoadedEvents, LoadedMetadata, load

    loaded = load(opened(Path(folder)))
    if isinstance(loaded, LoadedMetadata | LoadedEvents):
        raise UsageError(
            f"{loaded.frozen.name!r} is no sync's scenario, and these faults are of syncs",
            where=str(folder),
            next_step="metadata_contract(..) has its own: a refusal, a failing request",
        )
    return play_faults(plugin_class, loaded)


def play_faults(plugin_class: type[Plugin], scenario: LoadedSync) -> FaultReport:
    """The same for a scenario that is read already."""
    from devsession.recording.hooks import hooked
    from devsession.recording.network import NetworkShut

    time = DrivenTime()
    player = _Player(plugin_class, scenario, time)
    # Hooks stay while any player is there: to set them up takes longer than to play.
    with _alone, _silent(), NetworkShut(), hooked(player), time:
        return player.report()


class _Player:
    """Plays one scenario again and again."""

    def __init__(self, plugin_class: type[Plugin], scenario: LoadedSync, time: DrivenTime) -> None:
        self._scenario = scenario
        self._recording = Recording(scenario.exchanges, plugin_class.request_matching)
        self._faults = _of_direction(plugin_class, scenario, self._recording)
        self._file = file_of(plugin_class)
        self._time = time

    def answer(self, request: Exchange) -> Exchange:  # noqa: ARG002
        """Between two variants nobody asks, but for a thread that one has left behind."""
        raise ConnectionRefusedError("the app is unreachable")

    def report(self) -> FaultReport:
        """Play all variants."""
        name, calls = self._scenario.frozen.name, len(self._recording.exchanges)
        differs = self._as_recorded()
        if differs or not calls:
            return FaultReport(name, calls, differs=tuple(differs))
        kinds, findings = [], []
        for chosen in self._faults.chosen():
            found = [self._findings(variant) for variant in chosen.variants]
            failed = sum(map(bool, found))
            kinds.append(KindResult(chosen.name, len(found), chosen.fitting, failed))
            findings += [finding for each in found for finding in each]
        return FaultReport(name, calls, tuple(kinds), joined(findings))

    def _as_recorded(self) -> list[str]:
        with self._playing(None) as app:
            try:
                return self._faults.as_recorded(app)
            except NeverEnds:
                return ["it goes on for ever"]

    def _findings(self, variant: Variant) -> list[Finding]:
        exchange = self._recording.exchanges[variant.at]
        request = f"{exchange.method} {exchange.url.partition('?')[0]}"
        return [
            Finding(variant.name, variant.at + 1, request, **vars(each))
            for each in self._problems(variant)
        ]

    def _problems(self, variant: Variant) -> list[Problem]:
        with self._playing(variant) as app:
            try:
                found = list(self._faults.problems(variant, app))
            except NeverEnds:
                found = []
        return [problems.endless(app.line)] if self._time.never_ends else found

    @contextlib.contextmanager
    def _playing(self, variant: Variant | None) -> Iterator[FaultyApp]:
        from devsession.recording.hooks import hooked

        self._time.begin()
        app = FaultyApp(self._recording, variant, self._time, self._file)
        with hooked(app):
            yield app


def _of_direction(
    plugin_class: type[Plugin], scenario: LoadedSync, recording: Recording
) -> OutboundFaults | InboundFaults:
    from devsession.testing.scenarios import LoadedScenario

    if isinstance(scenario, LoadedScenario):
        from devsession.testing.faults.outbound import OutboundFaults

        return OutboundFaults(plugin_class, scenario, recording)
    from devsession.testing.faults.inbound import InboundFaults

    return InboundFaults(plugin_class, scenario, recording)


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Inside, nothing is logged or printed: what a plugin says of a fault it would say fifty times."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            Path(os.devnull).open("w", encoding="utf-8") as nowhere,
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
        ):
            yield
    finally:
        logging.disable(before)
