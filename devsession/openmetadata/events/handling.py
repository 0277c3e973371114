"""Events handed to a handler in one go, each once: for a scenario, and for its test."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from devsession.openmetadata.events.handler import Handled, hand_over
from devsession.openmetadata.steps.steps import WorkflowContext
from devsession.plugin.outcomes import OUTCOME_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pandas import DataFrame

    from devsession.openmetadata.events.handler import EventHandler
    from devsession.openmetadata.model.change_event import ChangeEvent


@dataclass
class HandledEvents:
    """How the handling of events ended, those that the handler does not take left out.

    raised: what came out of its other methods, by their names: `__init__`, `prepare`,
    `test_connection`, `close`.
    """

    handled: list[Handled] = field(default_factory=list)
    raised: dict[str, BaseException] = field(default_factory=dict)

    @property
    def outcomes(self) -> DataFrame:
        """One row an event: IDENTIFIER (its id), SUCCESS, APP_IDENTIFIER (None), RESULT (a dict)."""
        from pandas import DataFrame

        rows = [(each.event, each.success, None, each.result) for each in self.handled]
        return DataFrame(rows, columns=list(OUTCOME_COLUMNS), dtype=object).astype(
            {"SUCCESS": bool}
        )


def handle_events(
    handler: type[EventHandler],
    config: Any,
    events: Iterable[ChangeEvent],
    *,
    warehouse: Callable[[str | None], Any] | None = None,
) -> HandledEvents:
    """Make a handler, hand it each event once, in their order, and close it.

    config, warehouse: as of a `WorkflowContext`.
    """
    came = HandledEvents()
    with _noting(came, "__init__"):
        made = handler(WorkflowContext(config=config, warehouse=warehouse))
    if came.raised:
        return came
    for name in ("prepare", "test_connection"):
        if not came.raised:
            with _noting(came, name):
                getattr(made, name)()
    seen: set[str] = set()
    for event in events if not came.raised else ():
        if event.id in seen:
            continue
        seen.add(event.id)
        if (ended := hand_over(made, event)) is not None:
            came.handled.append(ended)
    with _noting(came, "close"):
        made.close()
    return came


@contextmanager
def _noting(came: HandledEvents, name: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the author's code
        came.raised[name] = error
