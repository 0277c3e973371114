"""Variants of an inbound scenario: what came of its streams when the app fails."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import devsession.plugin as plugin_contract
from devsession.errors import DevsessionError
from devsession.plugin.inbound import InboundSyncRequest, Pace
from devsession.plugin.record_key import at
from devsession.plugin.stream_rules import is_earlier
from devsession.plugin.streams import InboundSyncStrategy
from devsession.recording.received import Received
from devsession.render import counted
from devsession.testing.faults.outbound import asked_too_early, of_rules
from devsession.testing.faults.problems import Problem
from devsession.testing.faults.variants import before_the_answer, most_calls
from devsession.testing.inbound_playing import call_inbound
from devsession.testing.json_values import leaves, parsed, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.plugin.contract import Plugin
    from devsession.plugin.report import Report
    from devsession.plugin.stream_store import Checkpoint
    from devsession.plugin.streams import StoredStreamConfiguration
    from devsession.recording.received import ReceivedRecord
    from devsession.testing.faults.app import FaultyApp, Recording
    from devsession.testing.faults.variants import Chosen, Variant
    from devsession.testing.scenarios import LoadedInbound

_CONTRACT = Path(plugin_contract.__file__).parent
# As each state comes: what it covers is looked at.
_AT_ONCE = Pace(records=1, seconds=0)


class _Watched(Received):
    """What came, and how many records of a stream had come with each of its states."""

    def __init__(self) -> None:
        super().__init__()
        self.claims: dict[str, list[tuple[dict[str, Any], int]]] = {}

    def store(self, checkpoint: Checkpoint) -> None:
        super().store(checkpoint)
        if checkpoint.state is not None:
            name = checkpoint.stream.stream_name
            count = len(self.streams[name].records)
            self.claims.setdefault(name, []).append((checkpoint.state, count))

    def of(self, name: str) -> list[ReceivedRecord]:
        """The records of a stream, in their order."""
        stream = self.streams.get(name)
        return stream.records if stream is not None else []

    def complete(self, name: str) -> bool:
        """Whether the plugin has said that it read the stream to its end."""
        return name in self.streams and self.streams[name].complete


class InboundFaults:
    """Plays `sync_inbound` on the streams of a scenario, and looks at what came."""

    def __init__(
        self, plugin_class: type[Plugin], scenario: LoadedInbound, recording: Recording
    ) -> None:
        self._plugin_class = plugin_class
        self._scenario = scenario
        self._recording = recording
        self._parameters = scenario.frozen.replayed_parameters()
        self._streams = {each.stream_name: each for each in scenario.frozen.streams}
        self._recorded = _Watched()

    def chosen(self) -> Iterator[Chosen]:
        """The variants, a kind at a time. What a page may hold in another order, its app says."""
        exchanges = self._recording.exchanges
        yield from before_the_answer(exchanges, most_calls(len(exchanges), len(self._recorded)))

    def as_recorded(self, app: FaultyApp) -> list[str]:
        """How it differs from the recording without any fault: then nothing can be said of faults."""
        self._recorded, report, error = self._call()
        if error is not None and not isinstance(error, DevsessionError):
            return [f"sync_inbound raised {type(error).__name__}"]
        missed = ["a request is not as recorded"] if app.unreachable else []
        broken = [each.what for each in of_rules(report, "")]
        matching = self._plugin_class.record_matching
        return [*missed, *broken, *self._scenario.differences(self._recorded, matching)]

    def problems(self, variant: Variant, app: FaultyApp) -> Iterator[Problem]:
        """Call it, while this app answers."""
        came, report, error = self._call()
        yield from of_rules(report, app.line)
        if error is not None and _is_ours(error):
            said = traceback.format_exception_only(error)[-1].strip()
            yield Problem(f"devsession itself failed: {said}", "", "please report it")
        for name, stream in self._streams.items():
            yield from self._lost(stream, came, app.line)
            if self._complete_without(name, came):
                missing = counted(len(self._missing(name, came)), "record")
                yield Problem(
                    "a stream was marked complete without all its records",
                    app.line,
                    "let what failed leave the function that reads the stream: it fails alone then",
                    f"{name!r}, without {missing}",
                )
        if not app.unreachable:
            yield from self._stopped(variant, came, app.line)
        yield from asked_too_early(self._recording, variant, app)

    def _call(self) -> tuple[_Watched, Report, BaseException | None]:
        frozen, came = self._scenario.frozen, _Watched()
        request = InboundSyncRequest(frozen.streams, came, limit=frozen.records, pace=_AT_ONCE)
        error = call_inbound(self._plugin_class, self._parameters, request)
        return came, request.report, error

    def _missing(self, name: str, came: _Watched) -> list[ReceivedRecord]:
        """The recorded ones that have not come."""
        there = set(map(_name, came.of(name)))
        return [each for each in self._recorded.of(name) if _name(each) not in there]

    def _complete_without(self, name: str, came: _Watched) -> bool:
        return came.complete(name) and bool(self._missing(name, came))

    def _lost(
        self, stream: StoredStreamConfiguration, came: _Watched, line: str
    ) -> Iterator[Problem]:
        """Records that no run will read any more: the state goes on behind them."""
        name = stream.stream_name
        state = came.states.get(name)
        if state is None or stream.sync_strategy is not InboundSyncStrategy.INCREMENTAL:
            return
        claimed = [count for known, count in self._recorded.claims.get(name, []) if known == state]
        first = self._recorded.of(name)[: claimed[0] if claimed else 0]
        covered = set(map(_name, first))
        # A state that holds more than a cursor may know of what is before it and has not come.
        cursor = stream.cursor if len(list(leaves(state))) == 1 else None
        lost = [
            each
            for each in self._missing(name, came)
            if _name(each) in covered
            or (cursor is not None and is_earlier(at(each.record, cursor), at(state, cursor)))
        ]
        if lost:
            yield Problem(
                "the state of a stream is ahead of its records",
                line,
                "hand over a state only with the records that it covers, or after them",
                f"{name!r}, where {counted(len(lost), 'record')} before it never came",
            )

    def _stopped(self, variant: Variant, came: _Watched, line: str) -> Iterator[Problem]:
        """Streams that the call has nothing to do with, and that were not read all the same."""
        failed = self._read_by(variant.at)
        for name in self._streams if failed else ():
            complete = came.complete(name) or not self._recorded.complete(name)
            if not (self._needs(name, failed) or (complete and not self._missing(name, came))):
                yield Problem(
                    "a stream was not read, as another one failed",
                    line,
                    "read each stream under @managed_inbound_processing: one that fails leaves "
                    "the others",
                    f"{name!r}, as {', '.join(map(repr, sorted(failed)))} did",
                )

    def _read_by(self, call: int) -> set[str]:
        """The streams whose records stand in the answer to a call."""
        told = values(parsed(self._recording.exchanges[call].response_body))
        return {
            name
            for name in self._streams
            if any((own := values(each.record)) and own <= told for each in self._recorded.of(name))
        }

    def _needs(self, name: str, failed: set[str]) -> bool:
        """Whether a stream is one of these, or depends on one."""
        while name in self._streams and name not in failed:
            name = self._streams[name].stream.depends_on_stream or ""
        return name in failed


def _is_ours(error: BaseException) -> bool:
    """Whether it was raised by what an author writes against, and says nothing to an author."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = bool(frames) and _CONTRACT in Path(frames[-1].filename).parents
    return ours and not isinstance(error, DevsessionError)


def _name(record: ReceivedRecord) -> str:
    return (
        str(record.key) if record.key is not None else repr(sorted(record.record.items(), key=str))
    )
