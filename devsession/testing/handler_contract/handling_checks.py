"""How a handler works for an app that refuses, is busy, or has been asked the same before."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Any

from devsession.http.retries import IDEMPOTENT
from devsession.recording.exchange import header
from devsession.render import counted
from devsession.testing.author_lines import line_of
from devsession.testing.contract.carrying import first_difference
from devsession.testing.contract.telling import NotTriedError, flaw, said, trying
from devsession.testing.handler_contract.app import Unreachable
from devsession.testing.handler_contract.bench import writing
from devsession.testing.handler_contract.samples import made_id
from devsession.testing.json_values import leaves, sent_content
from devsession.testing.scenarios import play
from devsession.testing.step_contract.busy import MOST_TRIES, RETRY_AFTER_SECONDS, Busy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from devsession.errors import PluginError
    from devsession.openmetadata import ChangeEvent
    from devsession.openmetadata.events.handler import Handled
    from devsession.recording.exchange import Exchange
    from devsession.testing.handler_contract.bench import HandlerBench

_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_RAISE = "let it raise: response.raise_for_status(); the event is handed over again later"
_SHOWN = 3
_LATER_MILLISECONDS = 1_000


def recorded_events(bench: HandlerBench) -> list[PluginError]:
    """Each scenario is played, and comes to what it tells."""
    bench.frozen_config  # noqa: B018  or why it cannot be tried
    where, found = line_of(bench.plugin_class, "handle"), []
    for scenario in bench.loaded:
        report, raised = trying(partial(play, bench.plugin_class, scenario))
        if raised is not None:
            what = f"{scenario.frozen.name}: {said(raised)}"
            found.append(flaw(what, where=where, next_step="let handle() return, or raise"))
        elif not report:
            what = f"{report.scenario}: " + "\n".join(report.differences[:_SHOWN])
            found.append(flaw(what, where=where, next_step=report.next_step))
    return found


def refusals_are_told(bench: HandlerBench) -> list[PluginError]:
    """Of an event that the app has not taken nothing says that it is done."""
    where = line_of(bench.plugin_class, "handle")
    if late := _sent_late(bench):
        return late
    sound, faults = bench.whole, bench.faults
    try:
        failing = bench.failing
    except NotTriedError as why:
        what = f"where the app refuses for good, {why}"
        step = "give up after some tries, and let it raise: the event is handed over again later"
        return [flaw(what, where=where, next_step=step)]
    for (tried, fault), (_, run) in zip(faults, failing, strict=True):
        for event in bench.writing:
            refused = any(fault.refuses(each) for each in sound.app.asked[event.id])
            ended = run.ended.get(event.id)
            if refused and ended is not None and ended.success:
                what = f"event {event.id} counts as handled, {_told(ended.result)}: it is lost"
                return [flaw(what, tried=tried, where=where, next_step=_RAISE)]
    return []


def _told(result: dict[str, Any]) -> str:
    return f"and tells {result}" if result else "and tells nothing"


def _sent_late(bench: HandlerBench) -> list[PluginError]:
    """What close() sends for events was told as done before; a farewell it sends without any, too."""
    late = writing(bench.whole.app.closing)
    if not late or len(late) <= len(writing(bench.run(bench.app(), events=()).app.closing)):
        return []
    return [
        flaw(
            f"events count as handled, and close() sends for them: {late[0].method} {late[0].url}",
            tried="a process that ends meanwhile loses them",
            where=line_of(bench.plugin_class, "close"),
            next_step="send in handle() what an event asks for, before it returns",
        )
    ]


def busy_app(bench: HandlerBench) -> list[PluginError]:
    """Each request is answered 429, then 503, with Retry-After: it waits, or says that it failed."""
    for status in _BUSY:
        busy = Busy(status)
        bench.handed(*bench.writing, midway=busy.refusal)
        if busy.hammered:
            return [
                flaw(
                    f"it does not wait: {busy.hammered} was asked {MOST_TRIES} times and more",
                    tried=f"an app that answers each request {int(status)}, Retry-After: "
                    f"{RETRY_AFTER_SECONDS}, and after that as it was recorded",
                    where=line_of(bench.plugin_class, "handle"),
                    next_step="self.http = retrying_session(), from devsession.http; what it is to "
                    'repeat besides GET, PUT and DELETE: retrying_session(retry_methods=["POST"])',
                )
            ]
    return []


def handed_over_twice(bench: HandlerBench) -> list[PluginError]:
    """After a crash an event comes again, to a new handler: what that writes, the app has once."""
    where = line_of(bench.plugin_class, "handle")
    for event in bench.writing:
        # What outlives a handler may have kept it from writing anything.
        first = bench.handed(event).writes(event) or bench.whole.writes(event)
        _crash(bench, event, first[-1])
        again = bench.handed(event).writes(event)
        if changed := _changed(bench, first, again):
            return [
                flaw(
                    f"handed event {event.id} over again, {changed}",
                    tried="a handler that was killed when it had sent all of it, and a new one",
                    where=where,
                    next_step="make what is written of the event alone: no clock, no counter, no memory",
                )
            ]
        other = event.model_copy(update={"id": made_id(event.id)})
        others = bench.handed(other).writes(other)
        for request in again:
            if not _stands_once(request) and not _has_key(request, first, others):
                return [
                    flaw(
                        f"{request.method} {request.url} says nothing of the event that it is for: "
                        "handed over again, it stands there twice",
                        tried=f"event {event.id}, twice",
                        where=where,
                        next_step='send event.id along: headers={"Idempotency-Key": event.id}, or the '
                        "field that the app has for it; or PUT to an address made of it",
                    )
                ]
    return []


def _crash(bench: HandlerBench, event: ChangeEvent, last: Exchange) -> None:
    """The handler is handed the event, and never learns whether the last that it wrote arrived."""
    gone = Unreachable(
        HTTPStatus.SERVICE_UNAVAILABLE,
        b"",
        lambda request: (request.method, request.url) == (last.method, last.url),
    )
    bench.handed(event, midway=gone)


def _changed(bench: HandlerBench, first: Sequence[Exchange], again: Sequence[Exchange]) -> str:
    """What is written otherwise than the first time; nothing when it is the same, in any order."""
    left = bench.compared(first)
    if len(first) != len(again):
        return f"it sends {counted(len(again), 'request')} that write, expected {len(first)}"
    for request, compared in zip(again, bench.compared(again), strict=True):
        if compared in left:
            left.remove(compared)
            continue
        before = next((each for each in first if each.url == request.url), None)
        path = first_difference(before, request) if before else ""
        differs = f"differs in {path}" if path else "is another one"
        return f"{request.method} {request.url} {differs}"
    return ""


def _stands_once(request: Exchange) -> bool:
    """Whether it may be sent again, whatever the app knows of it.

    Source: RFC 9110 section 9.2.2. A merge says what is to be; a JSON patch (RFC 6902) may append.
    """
    merges = "json-patch" not in header(request.request_headers, "content-type")
    return request.method in IDEMPOTENT or (request.method == "PATCH" and merges)


def _has_key(request: Exchange, before: Sequence[Exchange], others: Sequence[Exchange]) -> bool:
    """Whether something in it tells this event from others: there each time, and made of its id.

    before: what was written the first time; others: what is written for the same event with another id.
    """
    each_time, elsewhere = _all_values(before), _all_values(others)
    return bool(others) and any(
        (path, value) in each_time
        and (path, value) not in elsewhere
        and not any(map(str.isspace, value))
        for path, value in _values(request).items()
    )


def _all_values(requests: Sequence[Exchange]) -> set[tuple[tuple[str | int, ...], str]]:
    return {pair for each in requests for pair in _values(each).items()}


def _values(request: Exchange) -> dict[tuple[str | int, ...], str]:
    """Its address, headers and the fields of its body; what is no field is one."""
    headers: dict[tuple[str | int, ...], str] = {
        ("header", name.lower()): value
        for name, values in request.request_headers.items()
        for value in values
        if name.lower() != "content-length"
    }
    content = sent_content(request)
    plain = request.plain().request_body.decode(errors="replace")
    fields = {("body", *path): str(value) for path, value in leaves(content)}
    return {
        **headers,
        **(fields if content is not None else {("body",): plain}),
        ("url",): request.url,
    }


def remembers_nothing(bench: HandlerBench) -> list[PluginError]:
    """The second event of an entity is handled alike by the handler of the first and by a new one."""
    for event in bench.writing:
        for later in _later(bench, event):
            if changed := _remembered(bench, event, later):
                return [
                    flaw(
                        f"of the second event of {event.fqn or event.entity_id}: {changed}",
                        tried="two events of one entity, to one handler, and the second to a new one",
                        where=line_of(bench.plugin_class, "handle"),
                        next_step="keep nothing of an event in self: after a restart it is not there",
                    )
                ]
    return []


def _remembered(bench: HandlerBench, event: ChangeEvent, later: ChangeEvent) -> str:
    """What differs in the second event where the handler has had the first; what it reads may."""
    both, alone = bench.handed(event, later), bench.handed(later)
    if changed := _changed(bench, alone.writes(later), both.writes(later)):
        return changed
    ended, expected = both.ended.get(later.id), alone.ended.get(later.id)
    if ended == expected:
        return ""
    return f"it tells {_told_of(ended)}, expected {_told_of(expected)}"


def _told_of(ended: Handled | None) -> str:
    return str(ended.result) if ended is not None else "nothing"


def _later(bench: HandlerBench, event: ChangeEvent) -> Iterator[ChangeEvent]:
    """The same change once more, and the next recorded event of its entity."""
    facts = {"id": made_id(f"{event.id} later"), "timestamp": event.timestamp + _LATER_MILLISECONDS}
    yield event.model_copy(update=facts)
    known = bench.events[bench.events.index(event) + 1 :]
    of_it = (each for each in known if each.fqn == event.fqn and each.id != event.id)
    yield from islice((each for each in of_it if each.id in bench.whole.ended), 1)
