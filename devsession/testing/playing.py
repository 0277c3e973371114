"""One pass of `sync_outbound` on frozen input, against recorded answers, with the network shut."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devsession.errors import MissError
from devsession.testing.author_lines import line_raising, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pandas import DataFrame

    from devsession.plugin.contract import Plugin
    from devsession.plugin.outbound import FrameRecords, OutboundSyncRequest
    from devsession.plugin.outcomes import Outcomes
    from devsession.plugin.parameters import OutboundSyncConfigurationParameters
    from devsession.plugin.report import Report
    from devsession.recording.replay import Replay


_SHOWN = 20


@dataclass(frozen=True)
class Pass:
    """What a pass came to.

    differences: a line for each request that is not as recorded, and for what the plugin raised.
    """

    outcomes: DataFrame
    played: int
    differences: tuple[str, ...]


@dataclass(frozen=True)
class Called:
    """What the method said of the records, and what it raised."""

    outcomes: DataFrame
    error: BaseException | None = None


def call_outbound(
    plugin_class: type[Plugin],
    parameters: OutboundSyncConfigurationParameters,
    records: FrameRecords,
    *,
    attach: Callable[[OutboundSyncRequest], None] = lambda _: None,
    unrendered: Callable[[Outcomes], None] | None = None,
) -> Called:
    """Call `sync_outbound`; whatever it raises is told, and the outcomes until then are kept.

    attach: is given the request before the plugin is. unrendered: as the request takes it.
    """
    from devsession.plugin.contract import sync_actions
    from devsession.plugin.outbound import OutboundSyncRequest, all_outcomes, enqueued_at_last
    from devsession.plugin.template import template_of

    plugin = plugin_class()
    request = OutboundSyncRequest(
        records,
        actions=sync_actions(plugin, parameters),
        template=lambda: template_of(parameters.field_mappings, plugin),
        unrendered=unrendered,
    )
    attach(request)
    # Outcomes may be returned as well, whatever the base class says.
    sync_outbound: Any = plugin.sync_outbound
    try:
        returned = enqueued_at_last(sync_outbound(parameters, request), request)
        return Called(all_outcomes(returned, records.outcomes))
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever the code raises is told
        return Called(records.outcomes, error)


def play_pass(
    plugin_class: type[Plugin],
    parameters: OutboundSyncConfigurationParameters,
    records: DataFrame,
    replay: Replay,
    *,
    attach: Callable[[OutboundSyncRequest], None] = lambda _: None,
) -> Pass:
    """Call the method, and look at what it sent. attach: as above."""
    from devsession.plugin.outbound import FrameRecords

    with replay:
        called = call_outbound(plugin_class, parameters, FrameRecords(records), attach=attach)
    raised = []
    if called.error is not None and not isinstance(called.error, MissError):
        # A miss is among those of the replay.
        raised.append(what_was_raised(called.error, plugin_class, "sync_outbound"))
    return Pass(called.outcomes, replay.played, (*raised, *request_differences(replay)))


def shown_differences(differences: Sequence[str]) -> str:
    """The first of them, each behind an indent, and how many there are besides."""
    hidden = len(differences) - _SHOWN
    lines = [*differences[:_SHOWN], *([f"and {hidden:,} more"] if hidden > 0 else [])]
    return "\n".join("  " + line.replace("\n", "\n    ") for line in lines)


def request_differences(replay: Replay) -> list[str]:
    """A line for each request that was not recorded so, and for each that was not made."""
    missed = [_told(error) for error in replay.misses]
    refused = [f"a live call to {place} was stopped" for place in replay.refused_calls]
    return [*missed, *refused, *replay.not_sent]


def broken_rules(report: Report) -> list[str]:
    """A line for each rule that was broken."""
    return [f"{found.rule} {found.column}: {found.text}" for found in report.errors]


def _told(error: MissError) -> str:
    """What was asked and what differs; and what to declare when that differs in every run."""
    from devsession.recording.miss import ignored

    suggestion = str(error.fields["suggestion"])
    return "\n".join([error.what, error.tried, *([ignored(suggestion)] if suggestion else [])])


def what_was_raised(error: BaseException, plugin_class: type, method: str) -> str:
    """What the author's code raised, and the deepest line of it that it came through."""
    place = line_raising(error, plugin_class)
    if not place:
        deepest = traceback.extract_tb(error.__traceback__)[-1]
        place = spelled(deepest.filename, deepest.lineno)
    what = str(error).partition("\n")[0]
    return f"{method} raised {type(error).__name__}: {what} ({place})"
