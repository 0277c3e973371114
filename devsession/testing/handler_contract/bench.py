"""Where a handler of events is tried: recorded events and made-up ones, and what it asks for each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from devsession.errors import EntityError
from devsession.openmetadata import ChangeEvent
from devsession.openmetadata.events.handling import handle_events
from devsession.recording.matching import canonical
from devsession.testing.contract.refusal import Refusal
from devsession.testing.contract.runs import heard, within
from devsession.testing.contract.telling import NotTriedError, said
from devsession.testing.faults.driven_time import DrivenTime, NeverEnds
from devsession.testing.handler_contract.app import HandlerApp, Unreachable
from devsession.testing.handler_contract.samples import samples_for
from devsession.testing.json_values import sent_content
from devsession.testing.step_contract.bench import BROKE, StepBench, StepRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devsession.openmetadata import EventHandler
    from devsession.openmetadata.events.handler import Handled
    from devsession.openmetadata.events.handling import HandledEvents
    from devsession.recording.exchange import Exchange
    from devsession.recording.matching import CanonicalRequest
    from devsession.testing.contract.stand_in import StandIn
    from devsession.testing.scenarios import LoadedEvents

# So many recorded events are looked at; so many of them are handed over alone, to an app that
# refuses, and so many of its addresses fail alone.
_EVENTS = 200
_TRIED = 5


class EndedError(NotTriedError):
    """A handler waits for ever, or ends the process; the app's `event` is what it was handed last."""


@dataclass(frozen=True)
class HandlerRun(StepRun):
    """A pass of the handler, and what came of each event."""

    app: HandlerApp
    came: HandledEvents

    @property
    def raised(self) -> Mapping[str, BaseException]:
        return self.came.raised

    @property
    def given(self) -> tuple[str, str]:
        told = [each.result for each in self.came.handled]
        return "an outcome holds", json.dumps(told, default=str, ensure_ascii=False)

    @property
    def ended(self) -> dict[str, Handled]:
        """How each event ended, by its id."""
        return {each.event: each for each in self.came.handled}

    def writes(self, event: ChangeEvent) -> list[Exchange]:
        """What was asked for an event, but for what only reads."""
        return writing(self.app.asked.get(event.id, ()))


class HandlerBench(StepBench[HandlerRun]):
    """A handler, and what it is tried with."""

    kind, works, config_base = "handler", "handle", "BaseModel"
    recorded_by = "handler"

    @property
    def loaded(self) -> Sequence[LoadedEvents]:
        return self.recordings.events

    @cached_property
    def events(self) -> list[ChangeEvent]:
        """The first of the scenario with the most."""
        self.frozen_config  # noqa: B018  or why it cannot be tried
        try:
            return [ChangeEvent.model_validate(each) for each in self.loaded[0].events[:_EVENTS]]
        except EntityError as error:
            raise NotTriedError(f"a recorded event cannot be: {error.what}") from None

    @cached_property
    def samples(self) -> list[dict[str, Any]]:
        """Made-up events of every type, as they go over the wire."""
        return samples_for(self.plugin_class)

    def app(
        self, *, refusal: Refusal | None = None, midway: Refusal | None = None, anew: bool = False
    ) -> HandlerApp:
        """The app that was recorded, or one that refuses. midway, anew: as of a `HandlerApp`."""
        self.frozen_config  # noqa: B018  or why it cannot be tried
        return HandlerApp(
            self.loaded[0].exchanges,
            self.recordings.exchanges,
            redactor=self.redactor,
            matching=self.plugin_class.request_matching,
            refusal=refusal,
            midway=midway,
            anew=anew,
        )

    def run(
        self,
        app: StandIn,
        *,
        step: type[EventHandler] | None = None,
        events: Sequence[ChangeEvent] | None = None,
    ) -> HandlerRun:
        """Have events handled against it, the recorded ones unless others are given.

        Whoever waits to try again does not wait for real. step: in the place of the handler tried.

        Raises: EndedError when it did not come to an end that anybody could go on from.
        """
        assert isinstance(app, HandlerApp)  # noqa: S101 - it is of this bench
        turns = app.handing_over(self.events if events is None else events)
        with heard() as told, DrivenTime(), app, within(app):
            try:
                came = handle_events(step or self.plugin_class, self.step_config, turns)
            except NeverEnds:
                raise EndedError("it waits without end") from None
            except SystemExit as error:
                raise EndedError(f"it ended the process: {said(error)}") from None
        return HandlerRun(app, told.getvalue(), told.logged, told.printed.getvalue(), came)

    def handed(self, *events: ChangeEvent, midway: Refusal | None = None) -> HandlerRun:
        """A new handler is handed these, and the app answers each as if it were the first."""
        return self.run(self.app(midway=midway, anew=True), events=events)

    @property
    def whole(self) -> HandlerRun:
        run = self.ready
        if not run.app.heard:
            raise NotTriedError("it asks nothing over HTTP that can be heard")
        return run

    @property
    def ready(self) -> HandlerRun:
        """The run as it was recorded, where the handler came to handle events."""
        run = self.recorded
        for name, error in run.raised.items():
            raise NotTriedError(
                f"{name}() raised {said(error)}", "see test_recorded_events_are_handled_as_recorded"
            )
        if not any(each.success for each in run.came.handled):
            told = "; ".join(str(each.result.get("error")) for each in run.came.handled[:1])
            raise NotTriedError(f"no recorded event is handled: {told or 'it takes none'}")
        return run

    @cached_property
    def writing(self) -> list[ChangeEvent]:
        """The first of the recorded events for which the handler changes something in the app."""
        run, unique = self.whole, {each.id: each for each in self.events}
        found = [each for each in unique.values() if run.writes(each)]
        found = [each for each in found if run.ended[each.id].success]
        if not found:
            raise NotTriedError(
                "for no recorded event it changes anything in the app",
                "record a scenario with an event for which it does",
            )
        return found[:_TRIED]

    @cached_property
    def faults(self) -> list[tuple[str, Refusal]]:
        """What the app may refuse while events are handled, and how that is told."""
        broken, busy = HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.TOO_MANY_REQUESTS
        writes = [each for event in self.writing for each in self.whole.writes(event)]
        addresses = list(dict.fromkeys((each.method, each.url) for each in writes))[:_TRIED]
        return [
            ("an app that answers 500 from then on", Refusal(broken, BROKE)),
            ("an app that answers 429 from then on", Refusal(busy, BROKE)),
            ("an app that cannot be reached from then on", Unreachable(broken, b"")),
            *(
                (f"an app that answers 500 to {method} {url}", _at(method, url))
                for method, url in addresses
            ),
        ]

    @cached_property
    def failing(self) -> list[tuple[str, HandlerRun]]:
        return [(told, self.handed(*self.writing, midway=fault)) for told, fault in self.faults]

    def compared(self, requests: Sequence[Exchange]) -> list[CanonicalRequest]:
        """Requests as they would be compared with recordings."""
        matching = self.plugin_class.request_matching
        return [canonical(each.redacted(self.redactor), matching) for each in requests]


def writing(requests: Sequence[Exchange]) -> list[Exchange]:
    """Those that may change something; who asks for a token (RFC 6749) only signs in."""
    return [each for each in requests if not each.reads and "grant_type" not in _fields(each)]


def _fields(request: Exchange) -> dict[str, Any]:
    content = sent_content(request)
    return content if isinstance(content, dict) else {}


def _at(method: str, url: str) -> Refusal:
    """One address alone fails."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return Refusal(status, BROKE, lambda asked: (asked.method, asked.url) == (method, url))
