"""Cell events where there are no cells."""

from __future__ import annotations

from devsession.notebook.cell_events import CellEvents


def test_outside_ipython_nothing_is_registered() -> None:
    events = CellEvents(on_cell_start=lambda _: None, on_cell_end=lambda _: None)

    assert events.register() is False
    events.unregister()
