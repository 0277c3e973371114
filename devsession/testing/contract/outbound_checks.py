"""Sending records: whatever they are, each has one outcome that tells the truth."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from devsession.render import first_of
from devsession.testing.author_lines import line_of
from devsession.testing.contract.carrying import first_difference, longest_list
from devsession.testing.contract.refusal import refusals
from devsession.testing.contract.runs import send, wrong_outcomes
from devsession.testing.contract.sample import (
    HUGE_LETTERS,
    changed_records,
    huge,
    nulls,
    of_action,
    plain_records,
    unicode,
)
from devsession.testing.contract.telling import NotTriedError, flaw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pandas import DataFrame

    from devsession.errors import DevsessionError, PluginError
    from devsession.recording.exchange import Exchange
    from devsession.testing.contract.bench import Bench
    from devsession.testing.contract.runs import OutboundRun

_SHOWN = 3
_FEW = 3
_SEVERAL = 25
_SHORTEST = 4  # of a text by which a record is known again


def recorded_records(bench: Bench) -> Sequence[DevsessionError]:
    """Each scenario's own records; and whether the recordings can be read at all."""
    if bench.recordings.damaged:
        return bench.recordings.damaged
    return [
        wrong
        for scenario, run in bench.recorded_runs
        for wrong in wrong_outcomes(
            run,
            bench.plugin_class,
            strategy=scenario.frozen.parameters.sync_strategy.name,
            tried=f"the {len(run.records)} records of scenario {scenario.frozen.name!r}",
        )
    ]


def refused_records(bench: Bench) -> list[PluginError]:
    """Three plain records, and an app that answers 400 to the calls that carry one."""
    records = plain_records(bench.outbound, 3)
    first: list[PluginError] = []
    exchanges = bench.recordings.exchanges
    for refusal in refusals(HTTPStatus.BAD_REQUEST, exchanges, _carries(records)):
        run = bench.send(records, refusal=refusal)
        wrong = _judged(bench, run, "3 records, where the app answers 400 to what carries one")
        wrong = wrong or _succeeded(bench, run)
        if not wrong:
            return []
        first = first or wrong
    return first


def empty_run(bench: Bench) -> list[PluginError]:
    """No records at all."""
    run = bench.send(bench.outbound.records.iloc[:0])
    wrong = _judged(bench, run, "a run without records")
    writes = [each for each in run.app.heard if not each.reads and each.request_body]
    carrying = [each for each in writes if longest_list(each) == 0]
    if wrong or not carrying:
        return wrong
    step = "send nothing when there is nothing to send: some apps take an empty list for an error"
    where = line_of(bench.plugin_class, "sync_outbound")
    what = f"an empty list is sent to the app: {carrying[0].method} {_path(carrying[0])}"
    return [flaw(what, tried="a run without records", where=where, next_step=step)]


def huge_records(bench: Bench) -> list[PluginError]:
    """One record among others has a text as long as a book."""
    records = plain_records(bench.outbound, 3)
    records.iloc[1:2] = changed_records(bench.outbound, ["contract-1"], huge).to_numpy()
    return _judged(bench, bench.send(records), f"3 records, one with {HUGE_LETTERS:,} letters")


def unicode_records(bench: Bench) -> list[PluginError]:
    """Identifiers and values in several scripts, with quotes and line ends."""
    identifiers = ["Zoë-1", "数据 2", "\U0001f701/3?&"]
    records = changed_records(bench.outbound, identifiers, unicode)
    return _judged(bench, bench.send(records), "3 records with Unicode in identifiers and texts")


def null_records(bench: Bench) -> list[PluginError]:
    """Every value is null."""
    records = plain_records(bench.outbound, 3)
    records.iloc[1:2] = changed_records(bench.outbound, ["contract-1"], nulls).to_numpy()
    return _judged(bench, bench.send(records), "3 records, one of which has null in each field")


def batches(bench: Bench) -> list[PluginError]:
    """1, n and n + 1 records, n being the most that one call was seen to carry."""
    once = _carried(bench.plain, _FEW)
    for most in sorted({min(_SEVERAL, bench.config.records), bench.config.records}):
        large = _sent(bench, most)
        size = max(map(longest_list, large.app.heard), default=1)
        if size < most:
            break
    for number in dict.fromkeys([1, size, size + 1, most]):
        run = large if number == most else _sent(bench, number)
        tried = f"{number} records; a call was seen to carry {size}"
        wrong = _judged(bench, run, tried) or _lost(bench, run, tried)
        if not wrong and once == _FEW and _carried(run, number) != number:
            what = f"{_carried(run, number)} records were sent of {number}"
            step = (
                "let each batch begin where the one before ends: a record sent twice is made twice"
            )
            where = line_of(bench.plugin_class, "sync_outbound")
            wrong = [flaw(what, tried=tried, where=where, next_step=step)]
        if wrong:
            return wrong
    return []


def strategies(bench: Bench) -> list[PluginError]:
    """One record of each action of each strategy in the manifest."""
    bench.plain  # noqa: B018  or why nothing can be sent
    wrong, tried, unknown = [], [], []
    for strategy in bench.manifest.supported_outbound_strategies:
        for state, action in strategy.actions.items():
            label = f"{action} of {strategy.name}, a record that is {state}"
            parameters = bench.parameters.model_copy(update={"sync_strategy": strategy})
            records = of_action(bench.outbound, action, state)
            run = send(bench.plugin_class, parameters, records, bench.app())
            found = wrong_outcomes(
                run, bench.plugin_class, strategy=strategy.name, tried=f"the action {label}"
            )
            if run.app.unknown or run.app.not_heard:
                unknown.append(f"{label} ({(run.app.unknown or run.app.not_heard)[0]})")
            elif found:
                wrong += found
            else:
                tried.append(label)
    if unknown and not wrong:
        raise NotTriedError(
            f"the recordings know no answer for {'; '.join(unknown)}"
            + (f"; {len(tried)} other actions are good" if tried else ""),
            "record a scenario in which a record has that action",
        )
    return wrong


def second_run(bench: Bench) -> list[PluginError]:
    """The same records once more, as when a run was killed before their outcomes were kept."""
    first, again = bench.plain, _sent(bench, 3)
    tried = "the same 3 records in two runs of one process"
    wrong = _judged(bench, again, tried) or _lost(bench, again, tried)
    where = line_of(bench.plugin_class, "sync_outbound")
    if not wrong and sorted(map(str, first.app.requests)) != sorted(map(str, again.app.requests)):
        what = f"the second run sends something else: {_difference(first, again)}"
        step = (
            "make keys and texts of the record's IDENTIFIER, so that the app knows it again; what "
            "is meant to differ, request_matching = RequestMatching(ignore_json=[..]) names"
        )
        wrong = [flaw(what, tried=tried, where=where, next_step=step)]
    return wrong


def _sent(bench: Bench, number: int) -> OutboundRun:
    return bench.send(plain_records(bench.outbound, number))


def _judged(bench: Bench, run: OutboundRun, tried: str) -> list[PluginError]:
    if run.app.unknown:
        raise NotTriedError(
            f"the recordings do not tell what the app answers to {run.app.unknown[0][:200]}",
            "record a scenario that has it",
        )
    strategy = bench.parameters.sync_strategy.name
    return wrong_outcomes(run, bench.plugin_class, strategy=strategy, tried=tried)


def _succeeded(bench: Bench, run: OutboundRun) -> list[PluginError]:
    good = run.outcomes[run.outcomes["SUCCESS"].astype(bool)]["IDENTIFIER"]
    if not len(good):
        return []
    return [
        flaw(
            f"records that the app refused have succeeded: {first_of(list(map(str, good)), _SHOWN)}",
            tried="3 records, where the app answers 400 to what carries one",
            where=line_of(bench.plugin_class, "sync_outbound"),
            next_step="look at the status of each answer: outcomes.fail(identifier, message)",
        )
    ]


def _lost(bench: Bench, run: OutboundRun, tried: str) -> list[PluginError]:
    """Of valid outcomes those that say no where the app said yes."""
    bad = run.outcomes[~run.outcomes["SUCCESS"].astype(bool)]["IDENTIFIER"]
    if not len(bad):
        return []
    return [
        flaw(
            f"records that the app took have failed: {first_of(list(map(str, bad)), _SHOWN)}",
            tried=tried,
            where=line_of(bench.plugin_class, "sync_outbound"),
            next_step="match each answer of the app to its own record",
        )
    ]


def _carries(records: DataFrame) -> Callable[[Exchange], bool]:
    """Whether a request holds a record: its identifier or one of its texts."""
    texts = {str(each).encode() for each in records["IDENTIFIER"]}
    for record in records["TRANSFORMED_RECORD"]:
        values = record.values() if isinstance(record, dict) else []
        texts |= {
            each.encode() for each in values if isinstance(each, str) and len(each) >= _SHORTEST
        }
    return lambda request: not request.reads and any(text in request.sent for text in texts)


def _carried(run: OutboundRun, number: int) -> int:
    """How many records all calls that write carried; `number` where that cannot be seen."""
    writes = [each for each in run.app.heard if not each.reads]
    return sum(map(longest_list, writes)) if writes else number


def _difference(first: OutboundRun, again: OutboundRun) -> str:
    before, after = len(first.app.heard), len(again.app.heard)
    if before != after:
        return f"{after} requests instead of {before}"
    for one, other in zip(first.app.heard, again.app.heard, strict=True):
        if (one.url, one.request_body) != (other.url, other.request_body):
            place = first_difference(one, other)
            return f"{other.method} {_path(other)}" + (f", in {place}" if place else "")
    return "another order"


def _path(request: Exchange) -> str:
    return urlsplit(request.url).path
