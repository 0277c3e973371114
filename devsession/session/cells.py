"""What a session does when a cell begins and ends: scope of the tape, reload, the exchange shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import DevsessionError, UsageError
from devsession.notebook.cell_events import CellEvents
from devsession.notebook.failing_cell import show_last_exchange
from devsession.session.takes import cell_scope

if TYPE_CHECKING:
    from devsession.session.development import DevelopmentSession


def follow_cells(session: DevelopmentSession) -> CellEvents:
    """What follows the cells of the running kernel, once it is registered."""
    mark = 0
    broken: DevsessionError | None = None

    def begins(text: str) -> None:
        nonlocal mark, broken
        session.recorder.begin(cell_scope(text))
        mark = session.recorder.mark()
        broken = None
        try:
            session.follow()
        except DevsessionError as error:
            broken = error

    def ends(error: BaseException | None) -> None:
        session.recorder.end()
        session.source.look()
        # A call that is wrong in itself is not explained by what the app said before it.
        failed = error is not None and not isinstance(error, UsageError)
        show_last_exchange(session.recorder.exchanges_since(mark), failed=failed)
        if broken is not None and not isinstance(error, type(broken)):
            print(f"{type(broken).__name__}: {broken}")  # noqa: T201 - the cell shows it

    return CellEvents(on_cell_start=begins, on_cell_end=ends)
