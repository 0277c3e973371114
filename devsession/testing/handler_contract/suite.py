"""The checks of a handler of events as tests, each with the reason why it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from devsession.testing.handler_contract import event_checks, handling_checks
from devsession.testing.step_contract.suite import StepSuite

if TYPE_CHECKING:
    from devsession.testing.handler_contract.bench import HandlerBench


class HandlerSuite(StepSuite):
    """What any handler of events has to keep to, tried with neither account nor network.

    The app is played by what the project has recorded in `scenarios/`, and the events are those of
    its scenarios, made-up ones of every type, and odd ones made of both; what that does not tell is
    skipped, and the reason says what to record. Secrets are made up, and searched for in all that comes
    out. What the guide asks for says so: `Source:`, with its section and its words.
    """

    bench: ClassVar[HandlerBench]

    # Which events it handles

    def test_it_names_types_that_come(self) -> None:
        """With a type that nobody sends it waits for ever, and nothing says so."""
        self._hold(event_checks.types_that_come)

    def test_recorded_events_are_handled_as_recorded(self) -> None:
        """What a scenario tells was looked at by its author: what is otherwise now nobody has seen.

        Source: developing-metadata-plugins guide, "Plugin types": react to entity changes.
        """
        self._hold(handling_checks.recorded_events)

    def test_any_event_is_borne(self) -> None:
        """An event that raises is handed over again and again; a catalog sends more kinds than anybody tries."""
        self._hold(event_checks.any_event)

    # What stands in the app

    def test_what_the_app_refuses_is_not_done(self) -> None:
        """Whoever hands events over believes the handler: what it swallows is lost, and nobody knows."""
        self._hold(handling_checks.refusals_are_told)

    def test_a_busy_app_is_waited_for(self) -> None:
        """Who asks again at once is shut out; to wait helps, and so does to fail: it comes again.

        Source: developing-metadata-plugins guide, "Operational guidance": backoff and retries on API 429/5xx.
        """
        self._hold(handling_checks.busy_app)

    def test_handed_over_twice_it_stands_once(self) -> None:
        """An event whose handling was cut off comes again, and nobody knows what has arrived before.

        Source: developing-metadata-plugins guide, "Operational guidance": design for re-runs without duplicates.
        """
        self._hold(handling_checks.handed_over_twice)

    def test_it_remembers_no_event(self) -> None:
        """What stands in memory is gone with the process, and then it does something else."""
        self._hold(handling_checks.remembers_nothing)
