"""Reading streams: states, what is read again, what is gone, and what the schema says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.plugin.record_key import at
from devsession.plugin.streams import InboundSyncStrategy
from devsession.recording.received import ReceivedDelete
from devsession.testing.author_lines import line_of, line_raising
from devsession.testing.contract.telling import NotTriedError, flaw, said
from devsession.testing.json_values import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from devsession.errors import DevsessionError, PluginError
    from devsession.plugin.streams import StoredStreamConfiguration
    from devsession.testing.contract.bench import Bench
    from devsession.testing.contract.runs import InboundRun
    from devsession.testing.scenarios import LoadedInbound

_STATE_RULES = ("I04", "I05", "I06")
_SCHEMA_RULES = ("I02", "I07", "I08", "I11")
# How apps mark a record that is gone, without its capitals and underscores.
_GONE = {"deleted", "deletedat", "isdeleted", "removed", "removedat", "isremoved"}
_METHOD = "sync_inbound"


def streams_are_read(bench: Bench) -> Sequence[DevsessionError]:
    """Each scenario is read to its end, and no other rule than those of the checks below broken."""
    if bench.manifest.supports_inbound and bench.recordings.damaged:
        return bench.recordings.damaged
    for scenario, run in bench.read_runs:
        others = {each.rule for each in run.report.errors} - {*_STATE_RULES, *_SCHEMA_RULES}
        if others:
            return _broken(bench, run, others, scenario)
        if run.raised is not None and not run.report.errors:
            return [
                flaw(
                    f"sync_inbound raised {said(run.raised)}",
                    tried=_label(scenario),
                    where=line_raising(run.raised, bench.plugin_class) or _line(bench),
                    next_step="mend that line: the app answered when this was recorded",
                )
            ]
    return []


def states_move_forward(bench: Bench) -> list[PluginError]:
    """Streams that are read incrementally leave a state, and none that is behind the one before."""
    found: list[PluginError] = []
    for scenario, run in _incremental(bench, *_STATE_RULES):
        if found:
            break
        found += _broken(bench, run, set(_STATE_RULES), scenario, warnings=True)
        for stream in _by_increments(scenario):
            received = run.received.streams.get(stream.stream_name)
            # Of a page that was cut, as no more records were asked for, the state is left out.
            whole = len(run.received) < scenario.frozen.records
            if whole and received and received.records and received.state is None:
                step = "request.enqueue_results(stream_name, records, {cursor: the largest one})"
                what = f"stream {stream.stream_name!r} came without a state"
                found.append(_wrong(bench, what, scenario, step))
    return found


def second_run_resumes(bench: Bench) -> list[PluginError]:
    """With the state that a run left, the next one does not ask for the same again."""
    found: list[PluginError] = []
    tried = 0
    for scenario, _ in _incremental(bench):
        if found:
            break
        names = {each.stream_name for each in _by_increments(scenario)}
        first = bench.read(scenario, {})
        states = {name: first.received.states.get(name) for name in names}
        if not any(states.values()) or first.app.unknown:
            continue
        tried += 1
        again = bench.read(scenario, states)
        same = sorted(map(str, first.app.requests)) == sorted(map(str, again.app.requests))
        if same and len(first.received) and len(again.received) >= len(first.received):
            what = "the second run asks for all that the first one has read, and takes it again"
            step = "begin at stream.latest_state: the app's own filter, or leave out what is older"
            found.append(_wrong(bench, what, scenario, step))
    if not tried:
        raise NotTriedError(
            "no recorded run of an incremental stream leaves a state",
            "record an inbound scenario of a first run, without a state",
        )
    return found


def deletes_are_told(bench: Bench) -> list[PluginError]:
    """What the app's answers mark as deleted is handed over as deleted."""
    found, marked = [], 0
    for scenario, run in _whole_runs(bench):
        for stream in scenario.frozen.streams:
            if stream.storage_behaviour == "replace" or not stream.key:
                continue
            gone = _gone(stream, run)
            marked += len(gone)
            received = run.received.streams.get(stream.stream_name)
            items = received.items if received else []
            deleted = {
                _key(stream, each.record)
                for each in items
                if not isinstance(each, ReceivedDelete) and each.deleted
            }
            left = [key for key in gone if key not in deleted]
            if left and not any(isinstance(each, ReceivedDelete) for each in items):
                named = ", ".join(map(str, left[0]))
                what = (
                    f"the app says that {len(left)} records of {stream.stream_name!r} are deleted, "
                    f"and the plugin does not: {named}"
                )
                step = "request.enqueue_results(.., is_delete=[.. for record in records])"
                found.append(_wrong(bench, what, scenario, step))
    if not marked:
        raise NotTriedError(
            "no recorded answer marks a record as deleted (deleted_at, is_deleted ..)",
            "delete a record in the app, and record an inbound scenario after that",
        )
    return found


def schema_is_honest(bench: Bench) -> list[PluginError]:
    """What came is what json_schema and key of the stream say."""
    for scenario, run in _whole_runs(bench, *_SCHEMA_RULES):
        if found := _broken(bench, run, set(_SCHEMA_RULES), scenario, warnings=True):
            return found
    return []


def _whole_runs(bench: Bench, *rules: str) -> list[tuple[LoadedInbound, InboundRun]]:
    """The runs. Raises: NotTriedError when one ended early, for another reason than these rules."""
    for scenario, run in bench.read_runs:
        broken = {each.rule for each in run.report.errors}
        if broken - set(rules) or (run.raised is not None and not broken):
            raise NotTriedError(f"{_label(scenario)} are not read to their end", _others(broken))
    return bench.read_runs


def _others(broken: set[str]) -> str:
    """Which of the checks tells it."""
    if broken & set(_STATE_RULES):
        return "see test_states_move_forward"
    return (
        f"see test_{'the_schema_is_honest' if broken & set(_SCHEMA_RULES) else 'streams_are_read'}"
    )


def _incremental(bench: Bench, *rules: str) -> list[tuple[LoadedInbound, InboundRun]]:
    found = [each for each in _whole_runs(bench, *rules) if _by_increments(each[0])]
    if not found:
        raise NotTriedError(
            "no scenario reads a stream incrementally",
            'sync.fill(streams={"people": {"strategy": "Incremental"}}), and record it',
        )
    return found


def _by_increments(scenario: LoadedInbound) -> list[StoredStreamConfiguration]:
    incremental = InboundSyncStrategy.INCREMENTAL
    return [each for each in scenario.frozen.streams if each.sync_strategy is incremental]


def _gone(stream: StoredStreamConfiguration, run: InboundRun) -> list[tuple[Any, ...]]:
    """Keys of the records that were marked as deleted in what the run was answered."""
    received = run.received.streams.get(stream.stream_name)
    came = {_key(stream, each.record) for each in (received.records if received else ())}
    path = f"/{stream.stream_name}"
    marked = {}
    for exchange in run.app.answers:
        of_stream = path in exchange.url
        for record in _objects(exchange.response_body):
            key = _key(stream, record)
            if _is_gone(record) and None not in key and (of_stream or key in came):
                marked[key] = True
    return list(marked)


def _is_gone(record: dict[str, Any]) -> bool:
    return any(
        name.replace("_", "").lower() in _GONE and value not in (None, False, "", 0, "false")
        for name, value in record.items()
    )


def _objects(body: bytes) -> Iterator[dict[str, Any]]:
    waiting = [parsed(body)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _key(stream: StoredStreamConfiguration, record: dict[str, Any]) -> tuple[Any, ...]:
    values = [at(record, path) for path in stream.key]
    return tuple(value if isinstance(value, str | int) else None for value in values)


def _broken(
    bench: Bench,
    run: InboundRun,
    rules: set[str],
    scenario: LoadedInbound,
    *,
    warnings: bool = False,
) -> list[PluginError]:
    findings = run.report.findings if warnings else run.report.errors
    return [
        _wrong(bench, f"{each.column}: {each.text} ({each.rule})", scenario, each.fix)
        for each in findings
        if each.rule in rules
    ]


def _wrong(bench: Bench, what: str, scenario: LoadedInbound, step: str) -> PluginError:
    return flaw(what, tried=_label(scenario), where=_line(bench), next_step=step)


def _label(scenario: LoadedInbound) -> str:
    return f"the streams of scenario {scenario.frozen.name!r}"


def _line(bench: Bench) -> str:
    return line_of(bench.plugin_class, _METHOD)
