"""Which events a handler bears: those that catalogs send, and those that nobody thought of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import did_you_mean
from devsession.openmetadata import ChangeEvent
from devsession.openmetadata.model.change_event import EVENT_TYPES
from devsession.testing.author_lines import line_of, line_raising
from devsession.testing.contract.telling import flaw, said
from devsession.testing.handler_contract.bench import EndedError
from devsession.testing.handler_contract.samples import odd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.errors import PluginError
    from devsession.testing.handler_contract.bench import HandlerBench

# So many of each kind are changed.
_CHANGED = 3
_SHOWN = 3


def types_that_come(bench: HandlerBench) -> list[PluginError]:
    """`event_types` and `entity_types` are several texts, and events of these types are known."""
    handler = bench.plugin_class
    where = line_of(handler, "event_types")
    for name, example in (("event_types", "entityUpdated"), ("entity_types", "table")):
        types = getattr(handler, name)
        if isinstance(types, str) or not all(isinstance(each, str) for each in types):
            what = f"{name} is {types!r}: several texts are wanted"
            return [flaw(what, where=where, next_step=f'{name} = ("{example}",)')]
    recorded = {event["eventType"] for each in bench.loaded for event in each.events}
    return [
        flaw(
            f"event_types has {each!r}: no event of that type is known",
            tried=did_you_mean(each, EVENT_TYPES),
            where=where,
            next_step="mend it; where a newer catalog sends such events, record a scenario with one",
        )
        for each in handler.event_types
        if each not in EVENT_TYPES and each not in recorded
    ]


def any_event(bench: HandlerBench) -> list[PluginError]:
    """Nothing is raised, but for what the app is to blame for: it knows nothing that is not recorded."""
    taken = [each for each in bench.events if each.id in bench.ready.ended]
    samples = [("", ChangeEvent.model_validate(each)) for each in bench.samples]
    found, of_samples = _raised(bench, samples)
    # The recorded ones go as far into the code as any.
    taken = [*taken[:_CHANGED], *of_samples[:_CHANGED]]
    changed = [
        (how, ChangeEvent.model_validate(event))
        for each in taken
        for how, event in odd(each.to_wire())
    ]
    for where, wrong in _raised(bench, changed)[0].items():
        found.setdefault(where, wrong)
    return list(found.values())[:_SHOWN]


def _raised(
    bench: HandlerBench, events: Sequence[tuple[str, ChangeEvent]]
) -> tuple[dict[str, PluginError], list[ChangeEvent]]:
    """What is wrong, by the author's line; and those events that the handler takes.

    events: with what is odd about each.
    """
    handler, odd_of = bench.plugin_class, {event.id: (how, event) for how, event in events}
    app, method = bench.app(), line_of(handler, "handle")
    try:
        run = bench.run(app, events=[event for _, event in events])
    except EndedError as why:
        if app.event not in odd_of:
            raise
        return {method: _flaw(str(why), *odd_of[app.event], method)}, []
    found: dict[str, PluginError] = {}
    for ended in run.came.handled:
        error, (how, event) = ended.raised, odd_of[ended.event]
        if error is None or ended.event in run.app.unsure:
            continue
        where = line_raising(error, handler) or method
        found.setdefault(where, _flaw(f"it raised {said(error)}", how, event, where))
    return found, [odd_of[each.event][1] for each in run.came.handled]


def _flaw(what: str, how: str, event: ChangeEvent, where: str) -> PluginError:
    return flaw(
        what,
        tried=f"an event {event.event_type} of a {event.entity_type}{how and f', {how}'}",
        where=where,
        next_step="return where there is nothing to do: an event that raises is handed over again "
        "and again",
    )
