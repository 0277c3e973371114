"""A handler of a session with its configuration and its scenarios; `session.events("owners")`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.openmetadata import WorkflowContext
from devsession.openmetadata.events.handling import handle_events
from devsession.session.inbox import received_frame
from devsession.session.metadata_warehouse import warehouses
from devsession.session.plugin_call import calling
from devsession.session.session_step import SessionStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pandas import DataFrame

    from devsession.openmetadata import ChangeEvent, EventHandler
    from devsession.openmetadata.events.handling import HandledEvents
    from devsession.session.development import DevelopmentSession
    from devsession.session.event_scenario import EventScenario

    GivenEvents = str | Path | Iterable[ChangeEvent | Mapping[str, Any]]


class SessionEvents(SessionStep):
    """A handler with its configuration; shown in a notebook the form of that is live."""

    _METHOD = "events"
    _AFTER = '{name}.scenario("..", events=..) freezes events to handle'

    def __init__(self, session: DevelopmentSession, slug: str) -> None:
        super().__init__(session, slug)
        self._scenarios: dict[str, EventScenario] = {}

    def scenario(
        self, name: str, *, events: GivenEvents | None = None, refresh: bool = False
    ) -> EventScenario:
        """Events to handle and the configuration, frozen, in a folder of `scenarios/`.

        events: ChangeEvents, what JSON gives of them, or the name of a file of JSON lines; by default
        the last ten that the receiver has got or, where it has got none, made-up ones of each type
        that the handler takes. Opened by its name again it gives the same; `refresh=True` takes a new one.

        Raises:
            NotFilledError: the form is not filled.
            UsageError: there are no events in what is given.
            EntityError, DataError: the events cannot be.
            ScenarioError: the folder is damaged.
        """
        from devsession.session.event_freezing import event_scenario_of
        from devsession.session.event_scenario import EventScenario

        folder = event_scenario_of(self._session, self, name, events, refresh=refresh)
        if name not in self._scenarios:
            self._scenarios[name] = EventScenario(self._session, self, folder)
        else:
            self._scenarios[name].open(anew=refresh)
        return self._scenarios[name]

    @property
    def received(self) -> DataFrame:
        """What `devsession events receive` has got: a row an event, with STATE, TRIES and RESULT."""
        return received_frame(self._session.workspace)

    def handled(self, config: Any, events: Sequence[ChangeEvent]) -> HandledEvents:
        """What the handler does with events.

        Raises: PluginRaisedError, or ConnectError, when it cannot be made, prepared or closed.
        """
        session = self._session
        with warehouses(session.workspace) as opener:
            came = handle_events(self._handler, config, events, warehouse=opener)
        for name, error in came.raised.items():
            with calling(session.plugin, name, session.vault):
                raise error
        return came

    def made(self, config: Any) -> EventHandler:
        """A handler, to ask what it takes. Raises: PluginRaisedError."""
        session = self._session
        with calling(session.plugin, "__init__", session.vault):
            return self._handler(WorkflowContext(config=config))

    @property
    def is_configured(self) -> bool:
        """Whether there is a configuration to compare a frozen one with."""
        return self._handler.Config is None or super().is_configured

    def _configuration(self) -> Any:
        # One that asks for nothing need not be filled.
        return {} if self._handler.Config is None else super()._configuration()

    @property
    def _handler(self) -> type[EventHandler]:
        handler: type[EventHandler] = self._session.loaded_class  # type: ignore[assignment]  # of one
        return handler

    def _ipython_display_(self) -> None:
        if self._handler.Config is None:
            print(self)  # noqa: T201 - the author's cell shows it
        else:
            super()._ipython_display_()

    def __repr__(self) -> str:
        if self._handler.Config is None:
            return f"Events {self.slug!r}: {self._session.source.name}, which asks for nothing"
        return super().__repr__()
